"""What a real server logged of its visitors is asked again in the same mix."""

from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scalebed.records.run_directory import RunDirectory
from tests.local.test_own import said, scalebed

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("engine")]

APPLICATION = """
def application(environ, start_response):
    there = environ["PATH_INFO"] != "/gone"
    start_response("200 OK" if there else "404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"fine" if there else b"gone"]
"""
KINDS = ("item", "list", "search")
VISITS = {"item": 60, "list": 25, "search": 15, "gone": 5, "note": 5}
"""Of each hundred and ten: what can be asked again, and what is left out."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a service behind gunicorn, and the log that this writes."""
    (tmp_path / "service.py").write_text(APPLICATION, encoding="utf-8")
    log = tmp_path / "access.log"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "service:application", "--access-logfile", log,
             "--bind", f"fd://{listener.fileno()}", "--threads", "8", "--no-control-socket"],
            cwd=tmp_path, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield address, log
        finally:
            server.terminate()
            server.wait(30)


def visit(address: str, kind: str, chance: random.Random) -> None:
    paths = {
        "item": f"/items/{chance.randint(1, 5000)}/", "list": f"/items/?page={chance.randint(1, 9)}",
        "search": "/search/?q=b%C3%BCro+27", "gone": "/gone", "note": "/notes/",
    }  # fmt: skip
    method = "POST" if kind == "note" else "GET"
    answer = httpx.request(method, address + paths[kind], timeout=30)
    assert answer.status_code == (404 if kind == "gone" else 200)


def kinds(lines: list[str]) -> Counter[str]:
    found = Counter[str]()
    for line in lines:
        method, path = re.findall(r'"([A-Z]+) (\S+) HTTP', line)[0]
        words = {"/items/?": "list", "/items/": "item", "/search/": "search", "/gone": "gone"}
        kind = next((kind for start, kind in words.items() if path.startswith(start)), "other")
        found[kind if method == "GET" else method] += 1
    return found


def logged(log: Path, lines: int) -> list[str]:
    """Once there are so many: a server writes a line when it has answered."""
    until = time.monotonic() + 10
    while len(told := log.read_text(encoding="utf-8").splitlines()) < lines:
        assert time.monotonic() < until, told[-1:]
        time.sleep(0.05)
    assert len(told) == lines
    return told


def test_a_log_of_gunicorn_comes_back_as_its_mix(served: tuple[str, Path], tmp_path: Path) -> None:
    address, log = served
    chance = random.Random(7)
    for kind in chance.choices(list(VISITS), list(VISITS.values()), k=800):
        visit(address, kind, chance)
    visited = logged(log, 800)
    before = kinds(visited)
    kept = shutil.copy(log, tmp_path / "of-yesterday.log")
    folder = tmp_path / "again"
    folder.mkdir()

    begun = scalebed(folder, "init", "--url", address, "--log", str(kept))
    assert begun.returncode == 0, said(begun)
    left_out = before["gone"] + before["POST"]
    assert f"Read 800 lines: {800 - left_out} requests to ask again, of 3 kinds." in said(begun)
    load = ["kind=fixed-rate", "rates=[60]", "duration=10", "blocks=1"]
    words = [word for setting in load for word in ("--set", setting)]
    done = scalebed(folder, "run", "--out", "run", "--host", "shared", *words)
    assert done.returncode in (0, 3), said(done)

    after = kinds(log.read_text(encoding="utf-8").splitlines()[800:])
    assert after.keys() <= {*KINDS, "other"}, after  # `other`: whether it is there at all, asked before a run
    assert after["other"] < 20
    total, all_before = (sum(counted[kind] for kind in KINDS) for counted in (after, before))
    assert total > 500
    for kind in KINDS:
        share = before[kind] / all_before
        assert abs(after[kind] / total - share) < 5 * (share * (1 - share) / total) ** 0.5, (kind, before, after)
    *_, trial = RunDirectory(folder / "run").trials()
    assert {record.endpoint for record in trial.endpoints} == {"GET /items/{n}/", "GET /items/", "GET /search/"}
