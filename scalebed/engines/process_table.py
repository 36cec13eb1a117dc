"""The processes of this host, and which of them run."""

from __future__ import annotations

from collections.abc import Iterator

import psutil


def processes() -> Iterator[psutil.Process]:
    """Every process that there is now.

    Unlike `psutil.process_iter`, which remembers: with psutil 7.2.2 it gives for a pid that has been used again the
    process that had it before, which says that it no longer runs, and leaves the living one out when it is asked next.
    """
    for pid in psutil.pids():
        try:
            process = psutil.Process(pid)
        except psutil.Error:
            continue
        yield process


def runs(process: psutil.Process) -> bool:
    """Not so once it has ended, waited for or not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
