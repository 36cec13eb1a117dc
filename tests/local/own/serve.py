"""A service that does what it is asked, by its path: a status, a wait, a redirect, a row of its database."""

from __future__ import annotations

import os
import random
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg


class Handler(BaseHTTPRequestHandler):
    """`/status/CODE`, `/wait/MS`, `/exponential/MS` on average, `/burn/MS` of CPU, `/go` to `/ok`, `/close` without an
    answer, `/rows`, `/secret`, `/end` of the whole process; anything else is a 200.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        _, what, *rest = self.path.split("/")
        status, body = 200, "fine"
        if what in ("status", "go"):
            status = int(rest[0]) if rest else 302
        elif what == "wait":
            time.sleep(int(rest[0]) / 1000)
        elif what == "exponential":
            time.sleep(random.expovariate(1000 / int(rest[0])))
        elif what == "close":
            self.close_connection = True
            return
        elif what == "burn":
            until = time.thread_time() + int(rest[0]) / 1000
            while time.thread_time() < until:
                pass
        elif what in TEXTS:
            body = TEXTS[what]()
        if status == 204:
            body = ""
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/ok")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


def rows() -> int:
    """Adds a row, and says how many there are."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO visits DEFAULT VALUES")
        found = connection.execute("SELECT count(*) FROM visits").fetchone()
        return int(found[0]) if found else 0


def end() -> str:
    """The process's end, as of one that crashes."""
    print("out of handles", flush=True)
    os._exit(7)


TEXTS = {"rows": lambda: str(rows()), "secret": lambda: os.environ["SHOP_SECRET"], "end": end}


class Server(ThreadingHTTPServer):
    """With room for all that come at once."""

    request_queue_size = 512
    daemon_threads = True


if __name__ == "__main__":
    Server((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
