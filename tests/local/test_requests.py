"""Requests that an experiment file lists: what a service gets of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml

from scalebed.records.run_directory import RunDirectory
from tests.local.test_own import said, scalebed

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("engine")]

REQUESTS: list[dict[str, Any]] = [
    {"get": "/items/{id}", "share": 6, "values": {"id": "1-50"}, "expect": {"contains": "fine"}},
    {
        "get": "/items?city={city}",
        "share": 3,
        "values": {"city": {"file": "cities.txt"}},
        "headers": {"X-Word": "{WORD}"},
    },
    {"post": "/notes", "values": {"n": ["a", "b"]}, "send": {"text": "note {n}", "of": [1]}, "expect": {"status": 201}},
]


class Heard(BaseHTTPRequestHandler):
    """Keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str, str, str]]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.asked.append((self.command, self.path, body, self.headers.get("X-Word", "")))
        status = 301 if self.path == "/moved" else 201 if self.command == "POST" else 200
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "/items/1")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"fine")

    do_GET = do_POST = _answer  # noqa: N815 - as they are called

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def served(tmp_path: Path) -> Any:
    Heard.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Heard) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "cities.txt").write_text("Berlin\r\nBad%20Ems\n\n", encoding="utf-8")
        yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def write(folder: Path, url: str, requests: list[dict[str, Any]]) -> None:
    keys = {
        "name": "shop", "service": {"url": url}, "slo": ["p(95) < 2 s", "errors < 1 %"], "kind": "fixed-rate",
        "rates": [40], "duration": 10, "blocks": 1, "search": {"min_requests": 60},
        "load": {"requests": requests, "secrets": {"WORD": {"variable": "MY_WORD"}}},
    }  # fmt: skip
    (folder / "scalebed.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")


def test_each_arrives_by_its_share_with_its_values(served: tuple[Path, str]) -> None:
    folder, url = served
    write(folder, url, REQUESTS)
    done = scalebed(folder, "run", "--out", "run", "--host", "shared", MY_WORD="s3cr3t-word")
    assert done.returncode in (0, 3), said(done)
    *_, trial = RunDirectory(folder / "run").trials()
    assert trial.errors.keys() <= {"dropped"}  # of which the service knows nothing
    # What is in flight at the edges of the part that counts is on one side of it alone.
    edges = max(second.in_flight for second in trial.generator) + 1
    assert trial.journeys is not None
    assert abs(trial.requests - trial.journeys) <= edges
    names = {record.endpoint for record in trial.endpoints}
    assert names == {"GET /items/{id}", "GET /items", "POST /notes"}

    kinds = Counter("one" if re.fullmatch(r"/items/\d+", path) else "city" if "city" in path else "note"
                    for _, path, _, _ in Heard.asked)  # fmt: skip
    share = kinds["one"] / kinds.total()
    assert abs(share - 0.6) < 4 * (0.24 / kinds.total()) ** 0.5
    assert {
        int(path.rpartition("/")[2]) for method, path, _, _ in Heard.asked if re.fullmatch(r"/items/\d+", path)
    } <= {*range(1, 51)}
    cities = {(path, word) for _, path, _, word in Heard.asked if "city" in path}
    assert cities == {("/items?city=Berlin", "s3cr3t-word"), ("/items?city=Bad%20Ems", "s3cr3t-word")}
    assert {body for _, _, body, _ in Heard.asked if body} == {
        json.dumps({"of": [1], "text": f"note {n}"}, separators=(",", ":")) for n in "ab"
    }
    assert "requests a second" in said(done)
    assert "s3cr3t-word" not in (folder / "run" / "manifest.json").read_text()


def test_the_same_seed_asks_the_same(served: tuple[Path, str]) -> None:
    folder, url = served
    asked = []
    for _ in range(2):
        Heard.asked.clear()
        write(folder, url, REQUESTS)
        assert scalebed(folder, "check", MY_WORD="word-of-mine").returncode == 0
        asked.append([each for each in Heard.asked if each[1] not in ("/", "/favicon.ico")][:8])
    assert asked[0] == asked[1]
    assert len(set(asked[0])) > 1


def test_what_is_wrong_with_an_answer_is_named(served: tuple[Path, str]) -> None:
    folder, url = served
    wrong = [{"get": "/moved"}, {"get": "/items", "expect": {"contains": "otherwise"}}]
    write(folder, url, wrong)
    done = scalebed(folder, "check", MY_WORD="word-of-mine")
    assert done.returncode == 1
    assert "× 301" in said(done)
    assert "GET /items contains otherwise" in said(done)


def test_a_file_without_a_value_is_one_sentence(served: tuple[Path, str]) -> None:
    folder, url = served
    (folder / "none.txt").write_text("\n", encoding="utf-8")
    for name, told in (("none.txt", "has no line; put a value on each"), ("nowhere.txt", "nowhere.txt")):
        write(folder, url, [{"get": "/{x}", "values": {"x": {"file": name}}}])
        done = scalebed(folder, "check", MY_WORD="word-of-mine")
        assert done.returncode == 2, said(done)
        assert told in said(done)
