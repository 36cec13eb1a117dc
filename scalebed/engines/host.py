"""The machine a run shares: its cores, what it is, how busy it is, and which cores go to which parts."""

from __future__ import annotations

import math
import os
import platform
import re
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scalebed.engines.process_table import processes
from scalebed.execution.ports import Program

_TICKS = os.sysconf("SC_CLK_TCK")
_NOTED = 0.04
"""Cores; who uses less disturbs nobody."""
LEAST_TO_PIN = 4
"""Cores; with fewer, the load generator and the database cannot have two of their own."""


@dataclass(frozen=True)
class HostCpu:
    """Cumulated CPU-seconds of the whole host."""

    busy_s: float
    steal_s: float


def parse_stat(text: str) -> HostCpu:
    """From the first line of `/proc/stat`; guest time is already in user time, and waiting for a disk is idle."""
    user, nice, system, _, _, irq, softirq, steal = (int(field) for field in text.split("\n", 1)[0].split()[1:9])
    return HostCpu((user + nice + system + irq + softirq) / _TICKS, steal / _TICKS)


def read_cpu() -> HostCpu:
    with Path("/proc/stat").open(encoding="ascii") as file:
        return parse_stat(file.readline())


def allowed_cores() -> tuple[int, ...]:
    return tuple(sorted(os.sched_getaffinity(0)))


def usable_cores() -> float:
    """Cores this process may use: its affinity, and the quota of a container around it (v2) if there is one."""
    cores = float(len(allowed_cores()))
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.exists():
        share, period = quota.read_text(encoding="ascii").split()
        if share != "max":
            cores = min(cores, int(share) / int(period))
    return cores


@dataclass(frozen=True)
class Placement:
    """Cores for the replicas and for all else; None: no pinning, everything shares every core."""

    service: tuple[int, ...] | None
    rest: tuple[int, ...] | None

    def describe(self) -> str:
        if self.service is None or self.rest is None:
            return "none: replicas, load generator and database share all cores"
        return f"replicas on cores {_listed(self.service)}, everything else on {_listed(self.rest)}"


def place(cores: Sequence[int], siblings: Sequence[int], needed: float) -> Placement:
    """Give the replicas half of the cores, or the `needed` ones if that is more, and all else at least two.

    `siblings[i]` is the lowest core on the same physical core as `cores[i]`, so that the two hardware threads of
    one core stay on one side.
    """
    ordered = [core for _, core in sorted(zip(siblings, cores, strict=True))]
    service = max(math.ceil(needed), len(ordered) // 2)
    while service < len(ordered) and siblings_of(cores, siblings, ordered[service - 1]) == siblings_of(
        cores, siblings, ordered[service]
    ):
        service += 1
    if len(ordered) < LEAST_TO_PIN or len(ordered) - service < 2:
        return Placement(None, None)
    return Placement(tuple(sorted(ordered[:service])), tuple(sorted(ordered[service:])))


def siblings_of(cores: Sequence[int], siblings: Sequence[int], core: int) -> int:
    return siblings[list(cores).index(core)]


def read_siblings(cores: Sequence[int]) -> tuple[int, ...]:
    found = []
    for core in cores:
        path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
        match = re.match(r"\d+", path.read_text(encoding="ascii")) if path.exists() else None
        found.append(int(match[0]) if match else core)
    return tuple(found)


def busy_cores(seconds: float = 1.0) -> float:
    """Mean number of cores in use over this time, this process left out."""
    own, before, start = time.process_time(), read_cpu(), time.monotonic()
    time.sleep(seconds)
    after, elapsed = read_cpu(), time.monotonic() - start
    return max(0.0, after.busy_s - before.busy_s - (time.process_time() - own)) / elapsed


def programs(left_out: Container[int] = (), seconds: float = 1.0) -> list[Program]:
    """What used CPU in this time, processes of one name together and most first, for a person to find the culprit.

    This process is left out, and those of the pids in `left_out`.
    """
    before = {process: _cpu_s(process) for process in processes() if process.pid not in left_out}
    time.sleep(seconds)
    found: dict[str, list[tuple[float, int]]] = {}
    for process, used in before.items():
        cores = (_cpu_s(process) - used) / seconds
        if cores > _NOTED and process.pid != os.getpid():
            found.setdefault(_name(process), []).append((cores, process.pid))
    together = [Program(name, sum(cores for cores, _ in each), max(each)[1], len(each)) for name, each in found.items()]
    return sorted(together, key=lambda program: -program.cores)


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "a program that has ended"


def describe() -> dict[str, object]:
    """For the fingerprint."""
    return {
        "cpu_model": cpu_model(Path("/proc/cpuinfo").read_text(encoding="utf-8")),
        "cores": len(allowed_cores()),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": platform.release(),
        "system": _system_name(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "load_average": [round(value, 2) for value in psutil.getloadavg()],
    }


def cpu_model(cpuinfo: str) -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return match[1].strip() if match else "unknown"


def _system_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return "Linux"


def _listed(cores: Sequence[int]) -> str:
    return ", ".join(str(core) for core in cores)
