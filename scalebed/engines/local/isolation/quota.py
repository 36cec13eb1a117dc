"""Which limits of CPU and memory this host lets this user set, found by trying each once."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scalebed.engines.local.isolation.cgroups import ControlGroup, Group, Hierarchy, Usage, hierarchies
from scalebed.measurement.memory import ReplicaMemory

_numbers = itertools.count(1)
"""All that runs in a group is ended with it, so no two may have one name, also where one process has several owners."""
Kind = Literal["cgroup v1", "cgroup v2", "systemd scopes", "none"]

_TICKS = os.sysconf("SC_CLK_TCK")
_ASK_SCOPE = 'read -r line </proc/self/cgroup && cat "/sys/fs/cgroup${line#0::}/cpu.max"'


class TreeGroup:
    """No group at all: CPU is summed over process trees, and nothing is limited.

    What an ended process used counts on, as last seen, so that readings never fall.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._roots: dict[int, int] = {}
        """Pid → start time in ticks since boot, as pids are used again."""
        self._seen: dict[tuple[int, int], float] = {}

    @property
    def folders(self) -> tuple[Path, ...]:
        return ()

    def command(self, argv: Sequence[str]) -> list[str]:
        return list(argv)

    def adopt(self, pid: int) -> None:
        stat = _read_stat(pid)
        if stat is not None:
            self._roots[pid] = stat.started

    def limit(self, cores: float | None) -> None:
        """Nobody may set a limit here; the fingerprint and the preflight say so."""

    def usage(self) -> Usage:
        for pid, started in self._living():
            stats = (_read_stat(member) for member in _tree(pid))
            used = sum(stat.cpu_s for stat in stats if stat is not None)
            self._seen[pid, started] = max(used, self._seen.get((pid, started), 0.0))
        return Usage(sum(self._seen.values()), None)

    def limit_memory(self, most_bytes: int) -> None:
        """Nobody may set a limit here, either."""

    def memory(self, *, whole: bool = True) -> ReplicaMemory | None:
        return None

    def begin_peak(self) -> None:
        """There is no high mark of several processes together."""

    def pids(self) -> Sequence[int]:
        return [member for pid, _ in self._living() for member in _tree(pid)]

    def _living(self) -> list[tuple[int, int]]:
        for pid, started in list(self._roots.items()):
            stat = _read_stat(pid)
            if stat is None or stat.started != started:
                del self._roots[pid]
        return list(self._roots.items())

    def remove(self) -> None:
        self._roots.clear()


@dataclass(frozen=True)
class _Stat:
    cpu_s: float
    """With what its children used that have ended and been waited for."""
    started: int


def _read_stat(pid: int) -> _Stat | None:
    """From `/proc/PID/stat`, where a program's name may itself hold blanks and brackets."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return _Stat(sum(int(field) for field in fields[11:15]) / _TICKS, int(fields[19]))


def _tree(pid: int) -> list[int]:
    """A process and its descendants. The kernel's own lists of children, as going through all of /proc costs 30 ms."""
    found = [pid]
    for member in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return found


class ScopeGroup(TreeGroup):
    """A transient scope of the user's own systemd; it ends with its last process."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._unit = f"{name}.scope"
        self._folder: Path | None = None

    def command(self, argv: Sequence[str]) -> list[str]:
        scope = ["systemd-run", "--user", "--scope", "--quiet", "--collect", f"--unit={self._unit}"]
        return [*scope, "-p", "CPUAccounting=yes", "--", *argv]

    def limit(self, cores: float | None) -> None:
        share = "" if cores is None else f"{cores * 100:g}%"
        argv = ["systemctl", "--user", "set-property", "--runtime", self._unit, f"CPUQuota={share}"]
        subprocess.run(argv, check=True, capture_output=True, timeout=10)

    def usage(self) -> Usage:
        folder = self._find()
        if folder is None:
            return super().usage()
        with contextlib.suppress(OSError):
            stat = dict(line.split() for line in (folder / "cpu.stat").read_text().splitlines())
            return Usage(int(stat["usage_usec"]) / 1e6, int(stat.get("throttled_usec", 0)) / 1e6)
        return super().usage()

    def _find(self) -> Path | None:
        if self._folder is None and self._roots:
            with contextlib.suppress(OSError):
                own = Path(f"/proc/{next(iter(self._roots))}/cgroup").read_text()
                path = next(line[3:] for line in own.splitlines() if line.startswith("0::"))
                if self._unit in path:
                    self._folder = Path("/sys/fs/cgroup") / path.lstrip("/")
        return self._folder


@dataclass(frozen=True)
class Quota:
    """Makes groups of the best kind that works here."""

    kind: Kind
    hierarchy: Hierarchy | None = None

    @property
    def limits(self) -> bool:
        return self.kind != "none"

    @property
    def limits_memory(self) -> bool:
        """By control groups alone: a scope is gone with its last process, and with it why that was killed."""
        return self.hierarchy is not None and self.hierarchy.memory is not None

    def group(self, part: str, limited: bool = False) -> Group:
        """A new group; `limited` says that it will get limits."""
        name = f"scalebed-{os.getpid()}-{next(_numbers)}-{part}"
        if self.hierarchy is not None:
            return ControlGroup(self.hierarchy, name, memory=limited)
        # A scope can hold one process tree only, so parts without a limit are summed instead.
        return ScopeGroup(name) if self.kind == "systemd scopes" and limited else TreeGroup(name)


def find_quota() -> Quota:
    """Try control groups, then the user's systemd; `none` where neither lets us."""
    mountinfo, own = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
    if mountinfo.exists() and own.exists():
        for hierarchy in hierarchies(mountinfo.read_text(), own.read_text()):
            if not _groups_work(hierarchy):
                continue
            remembers = hierarchy.memory is not None and _groups_work(hierarchy, memory=True)
            kind: Kind = "cgroup v1" if hierarchy.version == "v1" else "cgroup v2"
            return Quota(kind, hierarchy if remembers else replace(hierarchy, memory=None))
    return Quota("systemd scopes") if _scopes_work() else Quota("none")


def _groups_work(hierarchy: Hierarchy, *, memory: bool = False) -> bool:
    """Make a group, limit it, move a process into it, read it and remove it again."""
    group: ControlGroup | None = None
    try:
        group = ControlGroup(hierarchy, f"scalebed-{os.getpid()}-trial", memory=memory)
        group.limit(0.5)
        group.limit_memory(2**26)
        with subprocess.Popen(["sh", "-c", "read -r _"], stdin=subprocess.PIPE) as child:
            group.adopt(child.pid)
            moved = child.pid in group.pids()
        group.usage()
        group.memory()
        group.begin_peak()
    except (OSError, KeyError, ValueError):
        return False
    finally:
        if group is not None:
            group.remove()
    return moved


def _scopes_work() -> bool:
    if shutil.which("systemd-run") is None:
        return False
    argv = ["systemd-run", "--user", "--scope", "--quiet", "-p", "CPUQuota=50%", "sh", "-c", _ASK_SCOPE]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.startswith("50000 100000")
