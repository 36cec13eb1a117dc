"""What a run tells while it goes on: `RUN/live`, for whoever looks at it meanwhile. No run reads it.

`events.jsonl` has a line for each thing that happened, oldest first, and is kept. `trial-BLOCK-CELL-INDEX.jsonl` has
the seconds of the trial under way, and goes once the next one begins or the run is over. Each line is a JSON object
with `kind`, and the events with `at`, in unix seconds. Who measures holds a lock on `lock`, which the kernel takes back
from a process that was killed.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from scalebed.secrecy import VEIL

Line = Mapping[str, Any]


_LOCKING_S = 1.0
"""Whoever looks whether a run goes on holds the lock for a moment."""
_SENTENCES = frozenset({"line", "reason", "note", "description"})
"""Which a script, a service or a user has words in; all else are figures, and names that the report has as well."""


def folder(run: Path) -> Path:
    return run / "live"


def events_file(run: Path) -> Path:
    return folder(run) / "events.jsonl"


def seconds_file(run: Path, block: int, cell: str, index: int) -> Path:
    return folder(run) / f"trial-{block}-{cell}-{index}.jsonl"


def goes_on(run: Path) -> bool:
    """Whether a process on this host is measuring it now."""
    try:
        with (folder(run) / "lock").open("rb") as file:
            return not _locked(file, fcntl.LOCK_SH)
    except OSError:
        return False


class Writer:
    """Of one run. Raises OSError where nothing can be written, and BlockingIOError where another process writes it."""

    def __init__(self, run: Path) -> None:
        self._run = run
        folder(run).mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            lock = stack.enter_context((folder(run) / "lock").open("wb"))
            until = time.monotonic() + _LOCKING_S
            while not _locked(lock, fcntl.LOCK_EX):
                if time.monotonic() > until:
                    raise BlockingIOError
                time.sleep(0.01)
            self._forget()  # what a process left that was killed
            self._events = stack.enter_context(events_file(run).open("ab"))
            if self._events.tell() and not _ends_whole(events_file(run)):
                self._events.write(b"\n")
            self._seconds: IO[bytes] | None = None
            self._open = stack.pop_all()

    def event(self, line: Line) -> None:
        """At this moment, unless the line has one."""
        _append(self._events, {"at": time.time(), **line})

    def begin_trial(self, block: int, cell: str, index: int) -> None:
        self.end_trial()
        self._forget()
        self._seconds = seconds_file(self._run, block, cell, index).open("wb")

    def second(self, line: Line) -> None:
        """Of the trial under way."""
        if self._seconds is not None:
            _append(self._seconds, line)

    def end_trial(self) -> None:
        """Its seconds stay until the next one, for whoever has not read the last of them yet."""
        if self._seconds is not None:
            seconds, self._seconds = self._seconds, None
            seconds.close()

    def close(self) -> None:
        """The run is over, also for who asks whether it goes on; that is so even where this raises OSError."""
        with self._open:
            self.end_trial()
            self._forget()

    def _forget(self) -> None:
        for seconds in folder(self._run).glob("trial-*.jsonl"):
            seconds.unlink()


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
        except OSError:
            return ()
        self._offset += len(whole) + len(newline)
        return [line for line in whole.decode("utf-8", "replace").split("\n") if line]


def text(line: Line) -> str:
    """As JSON, on one line."""
    return json.dumps(_plain(line), allow_nan=False, separators=(",", ":"))


def _append(file: IO[bytes], line: Line) -> None:
    file.write(text(line).encode() + b"\n")
    file.flush()


def _plain(value: Any, name: str = "") -> Any:
    """As JSON knows it: what is no finite number becomes null, and what is no JSON at all a string. Sentences are
    veiled; veiled as a whole, a line would be no JSON where a secret is a number, say."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int | None):
        return value
    return VEIL.over(str(value)) if name in _SENTENCES else str(value)


def _locked(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
