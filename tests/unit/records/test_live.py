"""What a run tells while it goes on: lines that are whole or not read, and a lock that dies with its process."""

from __future__ import annotations

import fcntl
import json
import math
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from staged import events

from scalebed.records import live
from scalebed.records.live import Tail, Writer
from scalebed.secrecy import VEIL


def test_events_are_lines_with_their_moment(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.event({"kind": "said", "line": "two\nlines"})
    writer.event({"kind": "over", "at": 12.5})
    writer.close()

    first, second = events(tmp_path)
    assert (first["kind"], first["line"]) == ("said", "two\nlines")
    assert isinstance(first["at"], float)
    assert second == {"kind": "over", "at": 12.5}


def test_what_json_does_not_know_is_null(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.event({"kind": "x", "at": 1, "nan": math.nan, "none": [math.inf, {"deep": -math.inf}], "path": Path("a")})
    writer.close()

    assert events(tmp_path) == [{"kind": "x", "at": 1, "nan": None, "none": [None, {"deep": None}], "path": "a"}]


def test_secrets_are_blotted_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VEIL, "_known", set(VEIL._known))
    monkeypatch.setattr(VEIL, "_pattern", VEIL._pattern)
    VEIL.add("hunter2-hunter2")
    VEIL.add("2024")
    writer = Writer(tmp_path)
    writer.event({"kind": "trial_over", "reason": "token=hunter2-hunter2", "requests": 20240})
    writer.close()

    (told,) = events(tmp_path)
    assert (told["reason"], told["requests"]) == ("token=[secret]", 20240)


def test_seconds_go_with_their_trial(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.second({"kind": "second"})  # of no trial
    writer.begin_trial(0, "a-x1", 2)
    writer.second({"kind": "second", "second": 0})
    path = live.seconds_file(tmp_path, 0, "a-x1", 2)
    assert Tail(path).read() == ['{"kind":"second","second":0}']
    writer.end_trial()
    assert path.exists(), "somebody may not have read the last of them"
    writer.begin_trial(0, "a-x1", 3)
    assert not path.exists()
    writer.close()
    assert not list(live.folder(tmp_path).glob("trial-*"))


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    live.folder(tmp_path).mkdir()
    left = live.seconds_file(tmp_path, 0, "a-x1", 0)
    left.write_text("{}\n")
    live.events_file(tmp_path).write_text('{"kind":"said"}\n{"kind":"sa')

    writer = Writer(tmp_path)
    writer.event({"kind": "begun"})
    writer.close()

    assert not left.exists()
    *_, half, last = live.events_file(tmp_path).read_text().splitlines()
    assert half == '{"kind":"sa'
    assert json.loads(last)["kind"] == "begun"


def test_a_tail_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    tail = Tail(path)
    assert tail.read() == ()
    path.write_bytes(b"one\ntw")
    assert tail.read() == ["one"]
    assert tail.read() == []
    path.write_bytes(b"one\ntwo\nthree\n")
    assert tail.read() == ["two", "three"]
    path.unlink()
    assert tail.read() == ()


def test_a_run_goes_on_while_somebody_writes_it(tmp_path: Path) -> None:
    assert not live.goes_on(tmp_path)
    writer = Writer(tmp_path)
    writer.begin_trial(0, "a-x1", 0)
    assert live.goes_on(tmp_path)
    with pytest.raises(BlockingIOError):
        Writer(tmp_path)
    assert live.seconds_file(tmp_path, 0, "a-x1", 0).exists(), "whoever is refused touches nothing"
    writer.close()
    assert not live.goes_on(tmp_path)


def test_whoever_looks_at_that_moment_is_waited_for(tmp_path: Path) -> None:
    Writer(tmp_path).close()
    with (live.folder(tmp_path) / "lock").open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.1, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        Writer(tmp_path).close()


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from scalebed.records.live import Writer; "
        "w = Writer(Path(sys.argv[1])); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert live.goes_on(tmp_path)
        process.kill()
    assert not live.goes_on(tmp_path)
