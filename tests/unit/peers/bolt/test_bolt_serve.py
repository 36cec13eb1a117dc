import os
import sys

import pytest
from peers.bolt.serve import main


def command(monkeypatch: pytest.MonkeyPatch, switches: str) -> list[str]:
    started: list[list[str]] = []
    # It sets what its program reads.
    monkeypatch.setattr(os, "environ", {"SWITCHES": switches, "BIND": "127.0.0.1:8001"})
    monkeypatch.setattr(os, "execv", lambda program, arguments: started.append(arguments))
    monkeypatch.setattr(sys, "path", [*sys.path])
    main()
    return started[0]


def test_workers_that_die_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    several = command(monkeypatch, "workers=2")
    assert several[several.index("--processes") + 1] == "2"
    assert "--respawn-failed-workers" in several


def test_one_process_is_minded_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    one = command(monkeypatch, "")
    assert one[one.index("--processes") + 1] == "1"
    assert "--respawn-failed-workers" not in one
