"""Logs that cannot fill a disk: of each the beginning and the end are kept.

Whoever writes one writes to the file itself, and waits for nobody. Only where it grows too long is its middle taken out
from beside, which whoever appends does not notice.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

LONGEST = 16 * 2**20
"""Bytes; a log that grows beyond is shortened. What comes within a pause of looking comes on top."""
KEPT = 2**20
"""Bytes that are kept of its beginning, and as many of its end."""
PAUSE_S = 0.2


class Logs:
    """Watches the logs of one owner in a thread, for as long as there are some."""

    def __init__(self, longest: int = LONGEST, kept: int = KEPT, pause_s: float = PAUSE_S) -> None:
        self._longest = longest
        self._kept = kept
        self._pause_s = pause_s
        self._left_out: dict[Path, int] = {}
        self._changing = threading.Lock()
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None

    def add(self, log: Path) -> None:
        """Watch a log from now on, which is appended to and nothing else."""
        with self._changing:
            self._left_out.setdefault(log, 0)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="logs", daemon=True)
            self._watcher.start()

    def remove(self, log: Path) -> None:
        """Look at it once more, and no longer."""
        with self._changing:
            if log in self._left_out:
                self._look(log)
                del self._left_out[log]

    def close(self) -> None:
        """Safe to call twice."""
        self._over.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(self._pause_s):
            with self._changing:
                for log in self._left_out:
                    self._look(log)

    def _look(self, log: Path) -> None:
        # A log that is gone, or that cannot be shortened, is no reason to stop measuring.
        with contextlib.suppress(OSError):
            status = log.stat()
            # The blocks, as whoever opens it anew and writes where it was leaves a hole for what was taken out.
            if min(status.st_size, status.st_blocks * 512) > self._longest:
                self._left_out[log] = shorten(log, self._kept, self._left_out[log])


def shorten(log: Path, kept: int, before: int = 0) -> int:
    """Take out the middle; the bytes that are left out now, with those `before`. Raises OSError.

    Lines that are written in that very moment may be lost, or stand before the sentence that says what was left out.
    """
    with log.open("r+b") as file:
        file.seek(-kept, os.SEEK_END)
        end = file.read(kept).split(b"\n", 1)[-1]
        file.seek(0)
        beginning = file.read(kept).rfind(b"\n") + 1 or kept
        file.seek(beginning)
        told_before = file.readline() if before else b""
        now = file.seek(0, os.SEEK_END)
        left_out = before + now - beginning - len(end) - len(told_before)
        file.truncate(beginning)
    with log.open("ab") as file:
        told = f"… {left_out:,} bytes are left out here: of a log, {kept:,} at either end are kept …\n"
        file.write(told.encode() + end)
    return left_out
