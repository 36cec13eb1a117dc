"""Limits and accounting of CPU and memory by control groups, v1 and v2.

A `Hierarchy` is a place where groups may be made; whether they really may is found by trying (`quota.py`).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

from scalebed.engines.local.isolation import kernel_files
from scalebed.engines.local.isolation.memory import MemoryController
from scalebed.measurement.memory import ReplicaMemory

PERIOD_US = 100_000
"""The CFS period that Kubernetes uses; a shorter or longer one would change the tail of the latencies."""


@dataclass(frozen=True)
class Usage:
    """Cumulated: CPU-seconds consumed, and seconds that the quota held tasks back (None: no quota here)."""

    cpu_s: float
    throttled_s: float | None


class Group(Protocol):
    """The processes of one part or one replica, for a limit and for accounting."""

    name: str

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command that starts `argv` inside this group."""
        ...

    def adopt(self, pid: int) -> None:
        """Take a process in before it starts its work; its children follow it."""
        ...

    def limit(self, cores: float | None) -> None: ...

    def usage(self) -> Usage: ...

    def limit_memory(self, most_bytes: int) -> None:
        """Set before anything is started in it."""
        ...

    def memory(self, *, whole: bool = True) -> ReplicaMemory | None:
        """None where nothing tells it for the group as a whole. Only the working set is read anew unless `whole`."""
        ...

    def begin_peak(self) -> None:
        """Let the high mark of memory begin anew, where it can."""
        ...

    def pids(self) -> Sequence[int]: ...

    def remove(self) -> None: ...

    @property
    def folders(self) -> tuple[Path, ...]:
        """What stays behind if this process is killed."""
        ...


@dataclass(frozen=True)
class Hierarchy:
    """The folders below which groups are made; on v2, and on v1 with both controllers on one mount, they are one."""

    version: Literal["v1", "v2"]
    cpu: Path
    accounting: Path
    memory: Path | None = None
    """None: memory can be neither limited nor read."""


def hierarchies(mountinfo: str, own: str) -> tuple[Hierarchy, ...]:
    """Candidates, best first, from the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`."""
    paths = _own_paths(own)
    found: list[Hierarchy] = []
    v1: dict[str, list[Path]] = {}
    for mount_root, mount, kind, options in _cgroup_mounts(mountinfo):
        if kind == "cgroup2":
            places = _places(mount, mount_root, paths.get("", "/"))
            found += [Hierarchy("v2", place, place, place) for place in places]
        for controller in {"cpu", "cpuacct", "memory"} & options:
            v1[controller] = _places(mount, mount_root, paths.get(controller, "/"))
    if {"cpu", "cpuacct"} <= v1.keys():
        # Where both versions are mounted, v1 holds the CPU controller, and v2 cannot have it.
        memory = v1.get("memory", [None])
        found = [Hierarchy("v1", v1["cpu"][at], v1["cpuacct"][at], memory[at]) for at in (0, -1)]
    return tuple(dict.fromkeys(found))


def _own_paths(own: str) -> dict[str, str]:
    paths: dict[str, str] = {}
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path
    return paths


def _cgroup_mounts(mountinfo: str) -> list[tuple[str, Path, str, set[str]]]:
    mounts = []
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        if kind in {"cgroup", "cgroup2"}:
            fields = left.split()
            mounts.append((fields[3], Path(fields[4]), kind, set(options.split(","))))
    return mounts


def _places(mount: Path, mount_root: str, own: str) -> list[Path]:
    """This process's own group and its ancestors up to the mount; the mount alone where the group is out of sight."""
    try:
        relative = PurePosixPath(own).relative_to(mount_root)
    except ValueError:
        return [mount]
    place = mount / relative
    return [place, *(parent for parent in place.parents if parent.is_relative_to(mount))]


class ControlGroup:
    """One group in a hierarchy; making it raises OSError where that is not permitted. `memory`: with that, too."""

    def __init__(self, hierarchy: Hierarchy, name: str, *, memory: bool = False) -> None:
        self.name = name
        self._version = hierarchy.version
        self._cpu = hierarchy.cpu / name
        self._accounting = hierarchy.accounting / name
        self._memory = hierarchy.memory / name if memory and hierarchy.memory is not None else None
        self._controller = None if self._memory is None else MemoryController(hierarchy.version, self._memory)
        if self._version == "v2":
            control = hierarchy.cpu / "cgroup.subtree_control"
            for controller in ("cpu",) if self._memory is None else ("cpu", "memory"):
                if controller not in control.read_text().split():
                    control.write_text(f"+{controller}")
        for folder in self.folders:
            folder.mkdir(exist_ok=True)

    @property
    def folders(self) -> tuple[Path, ...]:
        memory = () if self._memory is None else (self._memory,)
        return tuple(dict.fromkeys((self._cpu, self._accounting, *memory)))

    def command(self, argv: Sequence[str]) -> list[str]:
        return list(argv)

    def adopt(self, pid: int) -> None:
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def limit(self, cores: float | None) -> None:
        quota = None if cores is None else max(1000, round(cores * PERIOD_US))  # the kernel's least is 1 ms
        if self._version == "v2":
            (self._cpu / "cpu.max").write_text(f"{'max' if quota is None else quota} {PERIOD_US}")
        else:
            (self._cpu / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (self._cpu / "cpu.cfs_quota_us").write_text(str(-1 if quota is None else quota))

    def usage(self) -> Usage:
        stat = kernel_files.table(self._cpu / "cpu.stat")
        if self._version == "v2":
            return Usage(stat["usage_usec"] / 1e6, stat.get("throttled_usec", 0) / 1e6)
        used = int(kernel_files.text(self._accounting / "cpuacct.usage"))
        return Usage(used / 1e9, stat["throttled_time"] / 1e9)

    def limit_memory(self, most_bytes: int) -> None:
        if self._controller is not None:
            self._controller.limit(most_bytes)

    def memory(self, *, whole: bool = True) -> ReplicaMemory | None:
        if self._controller is None:
            return None
        return self._controller.read(self.pids()) if whole else self._controller.working_set()

    def begin_peak(self) -> None:
        if self._controller is not None:
            self._controller.begin_anew()

    def pids(self) -> Sequence[int]:
        return [int(line) for line in kernel_files.text(self._accounting / "cgroup.procs").split()]

    def remove(self) -> None:
        remove_folders(self.folders)


def remove_folders(folders: Sequence[Path], timeout_s: float = 2.0) -> None:
    """Remove groups' folders; one whose last process has just ended stays busy for a moment."""
    deadline = time.monotonic() + timeout_s
    for folder in folders:
        while folder.exists():
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
