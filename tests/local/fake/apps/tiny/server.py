"""Serves a few answers that show what the engine has set up around a replica."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import psycopg

SWITCHES = dict(pair.split("=") for pair in os.environ["SWITCHES"].split(",") if pair)

STATEMENTS = {
    "/readyz": "SELECT 1",
    "/count": "SELECT count(*) FROM thing",
    "/add": "INSERT INTO thing DEFAULT VALUES",
    "/indexes": "SELECT count(*) FROM pg_indexes WHERE indexname = 'thing_note'",
    "/timeout": "SHOW statement_timeout",
    "/sleep": "SELECT 1 FROM pg_sleep(0.3)",
}


def query(statement: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return None if row is None else row[0]


def spin(seconds: float) -> float:
    """Use this much CPU; returns the wall time it took."""
    begun, until = time.monotonic(), time.process_time() + seconds
    while time.process_time() < until:
        pass
    return time.monotonic() - begun


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with JSON, whatever the path."""
        url = urlsplit(self.path)
        arguments = {key: values[-1] for key, values in parse_qs(url.query).items()}
        status = 200
        body: object = None
        try:
            match url.path:
                case path if path in STATEMENTS:
                    body = query(STATEMENTS[path])
                case "/spin":
                    body = spin(float(arguments["seconds"]))
                case "/error":
                    status = 500
                case "/about":
                    body = {
                        "pid": os.getpid(),
                        "switches": SWITCHES,
                        "headers": dict(self.headers),
                        "metrics": os.environ["METRICS_DIR"],
                        "secret": os.environ["SECRET_KEY"],
                        "cache": os.environ["CACHE_URL"],
                        "database_port": urlsplit(os.environ["DATABASE_URL"]).port,
                        "cores": sorted(os.sched_getaffinity(0)),
                    }
                case _:
                    status = 404
                    print(f"nothing is at {self.path}", file=sys.stderr, flush=True)
        except psycopg.Error as error:
            status, body = 503, str(error)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


if __name__ == "__main__":
    host, port = os.environ["BIND"].split(":")
    if SWITCHES.get("greeting") == "broken":
        raise SystemExit("this replica refuses to greet")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
