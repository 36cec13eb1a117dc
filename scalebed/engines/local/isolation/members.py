"""All that runs in a group, also what has left its session and its parent, and how that is ended.

A control group keeps whatever is started in it. Where there is none, a variable in the environment tells, which is
inherited by whatever is started, and what such processes have started in turn.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scalebed.engines.process_table import processes, runs

MARK = "SCALEBED_GROUP"
"""The variable; its value is a group's name, which no other group has."""
_PAUSE_S = 0.02
_NONE = frozenset({b""})
_YOUNG_S = 10.0
"""A kernel's own thread, or a program that has cleared its environment, shows none all its life; what becomes another
program has mostly just begun."""
_UNSURE_S = 1.0


@dataclass(frozen=True)
class Membership:
    """By what a group's processes are known: its control groups' folders, and its name."""

    name: str
    folders: tuple[Path, ...] = ()


def end_members(groups: Sequence[Membership], within_s: float = 5.0) -> list[str]:
    """Kill all that runs in these groups, and what it starts meanwhile; what was running, each as program and pid."""
    ended: dict[psutil.Process, str] = {}
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < within_s:
        found, unsure = _look(groups)
        if not found and not (unsure and waited < _UNSURE_S):
            break
        for group in groups:
            _kill_whole(group.folders)
        for process in found:
            with contextlib.suppress(psutil.Error):
                ended.setdefault(process, f"{process.name()} (process {process.pid})")
                process.kill()
        time.sleep(_PAUSE_S)
    return list(ended.values())


def members(groups: Sequence[Membership]) -> list[psutil.Process]:
    """What runs in them now; what has ended and was not waited for yet does not."""
    return _look(groups)[0]


def _look(groups: Sequence[Membership]) -> tuple[list[psutil.Process], bool]:
    """What runs in them, and whether something may that does not tell: while a process becomes another program, the
    kernel shows no environment of it."""
    unsure = False
    listed = {pid for group in groups for folder in group.folders for pid in _listed(folder)}
    signs = {f"{MARK}={group.name}".encode() for group in groups if group.name}
    found: dict[int, psutil.Process] = {}
    for process in processes():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid in listed:  # whose environment may be one that nobody here can read
                found[process.pid] = process
                continue
            environment = _environment(process.pid)
            if signs & environment:
                found[process.pid] = process
            elif signs and environment == _NONE and time.time() - process.create_time() < _YOUNG_S:
                unsure = unsure or runs(process)
    for process in list(found.values()):
        with contextlib.suppress(psutil.Error):
            found |= {child.pid: child for child in process.children(recursive=True)}
    return [process for process in found.values() if runs(process)], unsure


def _listed(folder: Path) -> Iterable[int]:
    """In a control group, and in those that its processes have made below it."""
    for file in folder.rglob("cgroup.procs"):
        with contextlib.suppress(OSError):
            yield from map(int, file.read_text(encoding="ascii").split())


def _kill_whole(folders: Iterable[Path]) -> None:
    """At once, so that none can start another; cgroup v2 of Linux 5.14 or newer can."""
    for folder in folders:
        switch = folder / "cgroup.kill"
        with contextlib.suppress(OSError):
            if switch.exists():
                switch.write_text("1", encoding="ascii")


def _environment(pid: int) -> set[bytes]:
    return set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
