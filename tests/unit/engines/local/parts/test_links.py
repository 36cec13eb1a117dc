"""Links between a service and its parts, by something that answers as Toxiproxy does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Processes
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.links import GROUP, Links
from scalebed.messages import EngineError

FAKE = r"""#!{python}
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with open("asked", "a") as file:
            print(json.dumps([self.command, self.path, json.loads(body) if body else None]), file=file)
        answer = b"proxy already exists"
        self.send_response(409 if "refused" in body else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    do_DELETE = do_POST
    def log_message(self, *args):
        pass

HTTPServer((sys.argv[2], int(sys.argv[4])), Handler).serve_forever()
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(Ledger(tmp_path / "run"), Quota("none"))
    yield made
    made.close()


@pytest.fixture
def links(processes: Processes, tmp_path: Path) -> Links:
    program = tmp_path / "toxiproxy"
    program.write_text(FAKE.replace("{python}", sys.executable))
    program.chmod(0o755)
    return Links(program, processes, tmp_path, None)


def asked(tmp_path: Path) -> list[list[object]]:
    return [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]


def test_a_part_is_reached_through_its_link_and_another_as_before(links: Links, tmp_path: Path) -> None:
    links.add("database", 5432)
    ((method, path, body),) = asked(tmp_path)
    assert (method, path) == ("POST", "/proxies")
    assert isinstance(body, dict)
    port = body["listen"].removeprefix("127.0.0.1:")
    assert body == {
        "name": "database", "listen": f"127.0.0.1:{port}", "upstream": "127.0.0.1:5432", "enabled": True,
    }  # fmt: skip
    for before, after in (
        ("postgres://app:secret@127.0.0.1:5432/naive", f"postgres://app:secret@127.0.0.1:{port}/naive"),
        ("postgres://127.0.0.1:5432/naive?sslmode=off", f"postgres://127.0.0.1:{port}/naive?sslmode=off"),
        ("postgres://app:a%3Ab%40c@127.0.0.1:5432/x", f"postgres://app:a%3Ab%40c@127.0.0.1:{port}/x"),
        ("postgres://app:p@[::1]:5432/x#y", f"postgres://app:p@[::1]:{port}/x#y"),
    ):
        assert links.through("database", before) == after
    assert links.through("cache", "redis://127.0.0.1:6379/0") == "redis://127.0.0.1:6379/0"


def test_each_part_has_a_link_of_its_own(links: Links) -> None:
    links.add("database", 5432)
    links.add("cache", 6379)
    ports = {links.through(part, "x://h:1/0").rpartition(":")[2] for part in ("database", "cache")}
    assert len(ports) == 2


def test_a_disturbance_is_taken_away_whatever_happens(links: Links, tmp_path: Path) -> None:
    links.add("cache", 6379)
    with pytest.raises(KeyboardInterrupt), links.slow("cache", 0.02):
        raise KeyboardInterrupt
    with links.silent("cache"):
        pass
    assert asked(tmp_path)[1:] == [
        [
            "POST",
            "/proxies/cache/toxics",
            {
                "name": "latency",
                "type": "latency",
                "stream": "downstream",
                "toxicity": 1.0,
                "attributes": {"latency": 20},
            },
        ],
        ["DELETE", "/proxies/cache/toxics/latency", None],
        [
            "POST",
            "/proxies/cache/toxics",
            {
                "name": "timeout",
                "type": "timeout",
                "stream": "downstream",
                "toxicity": 1.0,
                "attributes": {"timeout": 0},
            },
        ],
        ["DELETE", "/proxies/cache/toxics/timeout", None],
    ]


def test_what_is_refused_is_one_sentence(links: Links) -> None:
    with pytest.raises(EngineError, match=r"^Toxiproxy refused POST /proxies: proxy already exists$"):
        links.add("refused", 1)  # type: ignore[arg-type]


def test_a_proxy_that_is_gone_is_one_sentence(links: Links, processes: Processes) -> None:
    processes.stop_since(0)
    with pytest.raises(EngineError, match=r"^Toxiproxy did not answer POST /proxies \(.*\); run the same again$"):
        links.add("cache", 6379)


def test_a_proxy_that_does_not_start_names_its_log(processes: Processes, tmp_path: Path) -> None:
    program = tmp_path / "toxiproxy"
    program.write_text("#!/bin/sh\necho no such flag\nexit 2\n")
    program.chmod(0o755)
    with pytest.raises(EngineError, match=r"Toxiproxy ended with status 2 .*no such flag"):
        Links(program, processes, tmp_path, None)
    assert GROUP in processes.groups()
