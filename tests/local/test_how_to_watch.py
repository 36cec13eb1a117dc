"""The how-to page for watching a run: its two commands do what it says."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest
from pages import script

from scalebed import paths
from scalebed.records.run_directory import RunDirectory
from tests.local import rooms
from tests.local.test_own import folder, write

__all__ = ["folder"]
pytestmark = pytest.mark.timeout(300)


@contextmanager
def typed(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`scalebed`, under way. Whatever happens, it is asked to end."""
    environment = {**os.environ, "SCALEBED_CACHE": str(rooms.make_cache()), "PYTHONPATH": str(paths.ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "scalebed", *words], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def page(output: IO[str] | None) -> str:
    """Where it says that its page is."""
    assert output is not None
    for line in output:
        if found := re.fullmatch(r"Page: (http://127\.0\.0\.1:\d+/)\n", line):
            return found[1]
    raise AssertionError("it said no page")


def told(url: str) -> Iterator[dict[str, object]]:
    """What a browser hears of it, until the connection ends."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.status == 200
    try:
        while line := answer.readline():
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))
    finally:
        connection.close()


def test_watch_a_run(folder: Path) -> None:
    run, view = (line.strip() for line in _commands())
    assert run == "scalebed run --web"
    write(folder, duration=6)
    with typed(folder, *run.split()[1:], "--host", "shared") as process:
        seconds = [each for each in told(page(process.stdout)) if each["kind"] == "second"]
        assert process.stdout is not None
        said = process.stdout.read()  # to its end, as no person watches
    # A trial ends once its verdict is certain; one that something disturbed is made again.
    assert len(seconds) >= 3
    assert {each["second"] for each in seconds} >= {0, 1, 2}
    assert sum(each["served"] for each in seconds) > 30  # type: ignore[misc]
    assert process.returncode in (0, 3), said

    (kept,) = (folder / "runs").iterdir()
    *command, directory = view.split()
    assert directory.startswith("runs/shop-")
    with typed(folder, *command[1:], str(kept)) as process:
        url = page(process.stdout)
        kinds = []
        for each in told(url):
            kinds.append(each["kind"])
            if each["kind"] == "state":
                assert each["goes_on"] is False
                assert each["report"]
                break
    assert process.returncode == 0
    assert kinds.count("trial_over") == sum(1 for _ in RunDirectory(kept).trials())
    assert "over" in kinds


def test_a_folder_without_a_run_is_refused(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(paths.ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "scalebed", "view", "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "scalebed: .: holds no run; name a run directory\n"


def _commands() -> list[str]:
    return [line for line in script("watch-a-run").splitlines() if line.startswith("scalebed ")]
