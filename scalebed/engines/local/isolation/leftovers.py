"""What is running on this testbed's behalf, written down as it starts, so that it can be ended after a `kill -9`.

Each user of the parts (an engine, a test's stack) owns one folder in `$SCALEBED_CACHE/run/` with a `state.json`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from scalebed.engines.local.isolation.cgroups import remove_folders
from scalebed.engines.local.isolation.members import Membership, end_members
from scalebed.engines.process_table import processes, runs

_SAME_PROCESS_S = 1.5
"""Two creation times this close are one process: the host's clock may have been set in between."""


@dataclass(frozen=True)
class Entry:
    """A process, known by its pid and creation time together, because pids are used again."""

    pid: int
    created: float
    what: str
    stop_signal: int = signal.SIGTERM

    def process(self) -> psutil.Process | None:
        """The very process that was recorded, if it still lives."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < _SAME_PROCESS_S
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def entry_of(pid: int, what: str, stop_signal: int = signal.SIGTERM) -> Entry:
    return Entry(pid, psutil.Process(pid).create_time(), what, stop_signal)


class Ledger:
    """The state file of one owner. Every change is on disk before the call returns. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._owner = entry_of(os.getpid(), "testbed")
        self._children: list[Entry] = []
        self._groups: list[Membership] = []
        self._one_at_a_time = threading.Lock()
        self._write()

    def add_child(self, entry: Entry) -> None:
        with self._one_at_a_time:
            self._children.append(entry)
            self._write()

    def remove_child(self, pid: int) -> None:
        with self._one_at_a_time:
            self._children = [child for child in self._children if child.pid != pid]
            self._write()

    def add_group(self, group: Membership) -> None:
        with self._one_at_a_time:
            self._groups.append(group)
            self._write()

    def remove_group(self, group: Membership) -> None:
        with self._one_at_a_time:
            self._groups = [each for each in self._groups if each != group]
            self._write()

    def close(self) -> None:
        """Nothing is left running; the logs stay until the folder is used again."""
        (self.folder / "state.json").unlink(missing_ok=True)

    def _write(self) -> None:
        state = {
            "owner": asdict(self._owner),
            "children": [asdict(child) for child in self._children],
            "groups": [str(folder) for group in self._groups for folder in group.folders],
            "marks": [group.name for group in self._groups],
        }
        partial = self.folder / ".state.json.partial"
        partial.write_text(json.dumps(state, indent=1), encoding="utf-8")
        partial.replace(self.folder / "state.json")


@dataclass(frozen=True)
class Removal:
    """What `remove_leftovers` did: what it ended, and what that had let go; the owners that live and were left
    alone."""

    ended: tuple[str, ...]
    alive: tuple[int, ...]


def remove_leftovers(run: Path) -> Removal:
    """End what dead owners left running, and remove their groups and folders; living owners are not touched.

    `run` is `$SCALEBED_CACHE/run`.
    """
    ended: list[str] = []
    alive: list[int] = []
    for folder in sorted(path for path in run.glob("*") if path.is_dir()):
        state_file = folder / "state.json"
        try:
            state = json.loads(state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        owner = Entry(**state["owner"])
        if owner.process() is not None:
            alive.append(owner.pid)
            continue
        ended += end_all([Entry(**child) for child in state["children"]])
        folders = tuple(Path(group) for group in state["groups"])
        # A state that an earlier version wrote names no marks.
        ended += end_members([Membership("", folders), *map(Membership, state.get("marks", ()))])
        remove_folders(folders)
        shutil.rmtree(folder, ignore_errors=True)
    return Removal(tuple(ended), tuple(alive))


def end_all(entries: Sequence[Entry], grace_s: float = 8.0) -> list[str]:
    """Ask each to stop, wait together, then kill what is left, workers and all; returns what was running."""
    running = [(entry, process) for entry in entries if (process := entry.process()) is not None]
    members = {process for entry in entries for process in _members(entry)}
    for entry, process in running:
        with contextlib.suppress(psutil.Error):
            process.send_signal(entry.stop_signal)
    deadline = time.monotonic() + grace_s
    while members and time.monotonic() < deadline:
        members = {process for process in members if runs(process)}
        time.sleep(0.05)
    for process in members:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(list(members), timeout=5)
    return [entry.what for entry, _ in running]


def _members(entry: Entry) -> list[psutil.Process]:
    """The recorded process and those of its session, which it was started to lead.

    A session's id is not given to another process while one of its members lives, so members that outlived
    their leader are still known by it, unless the pid now belongs to a younger leader.
    """
    if entry.process() is None and psutil.pid_exists(entry.pid):
        return []
    found = []
    for process in processes():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == entry.pid and process.create_time() >= entry.created - _SAME_PROCESS_S:
                found.append(process)
    return found
