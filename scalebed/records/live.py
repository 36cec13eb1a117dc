"""What a run tells while it goes on: `RUN/live`, for whoever looks at it meanwhile. No run reads it.

`events.jsonl` has a line for each thing that happened, oldest first, and is kept. `trial-BLOCK-CELL-INDEX.jsonl` has
the seconds of the trial under way, and goes once the trial has its record. Each line is a JSON object with `kind`, and
the events with `at`, in unix seconds. Who writes holds a lock on `events.jsonl`, which the kernel takes back from a
process that was killed.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from scalebed.secrecy import VEIL

Line = Mapping[str, Any]


def folder(run: Path) -> Path:
    return run / "live"


def events_file(run: Path) -> Path:
    return folder(run) / "events.jsonl"


def seconds_file(run: Path, block: int, cell: str, index: int) -> Path:
    return folder(run) / f"trial-{block}-{cell}-{index}.jsonl"


def goes_on(run: Path) -> bool:
    """Whether a process on this host is measuring it now."""
    try:
        with events_file(run).open("rb") as file:
            return not _lock(file, fcntl.LOCK_SH)
    except OSError:
        return False


class Writer:
    """Of one run. Raises OSError where nothing can be written, and BlockingIOError where another process writes it."""

    def __init__(self, run: Path) -> None:
        self._run = run
        folder(run).mkdir(parents=True, exist_ok=True)
        for left in folder(run).glob("trial-*.jsonl"):  # of a process that was killed
            left.unlink()
        self._events = events_file(run).open("ab")
        if not _lock(self._events, fcntl.LOCK_EX):
            self._events.close()
            raise BlockingIOError
        if self._events.tell() and not _ends_whole(events_file(run)):
            self._events.write(b"\n")
        self._seconds: IO[bytes] | None = None

    def event(self, line: Line, at: float | None = None) -> None:
        _append(self._events, {"at": time.time() if at is None else at, **line})

    def begin_trial(self, block: int, cell: str, index: int) -> None:
        self._seconds = seconds_file(self._run, block, cell, index).open("wb")

    def second(self, line: Line) -> None:
        """Of the trial under way."""
        if self._seconds is not None:
            _append(self._seconds, line)

    def end_trial(self) -> None:
        if self._seconds is not None:
            self._seconds.close()
            Path(self._seconds.name).unlink(missing_ok=True)
            self._seconds = None

    def close(self) -> None:
        self.end_trial()
        self._events.close()


class Tail:
    """Reads what is added to a file of such lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> Sequence[str]:
        """The lines that are whole and new; none where there is no such file yet, or no longer."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                whole, newline, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return ()
        self._offset += len(whole) + len(newline)
        return [line for line in whole.decode("utf-8", "replace").split("\n") if line]


def text(line: Line) -> str:
    """As JSON, on one line."""
    return json.dumps(_finite(line), allow_nan=False, separators=(",", ":"))


def _append(file: IO[bytes], line: Line) -> None:
    file.write(VEIL.over(text(line)).encode() + b"\n")
    file.flush()


def _finite(value: Any) -> Any:
    """As JSON knows it: what is no finite number becomes null, and what is no JSON at all a string."""
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | None) else str(value)


def _lock(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
