"""The memory controller of one control group, v1 and v2: its limit, its readings, and whom the kernel killed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from scalebed.engines.local.isolation import kernel_files
from scalebed.measurement.memory import ReplicaMemory

_KINDS = ("", "memsw.")
"""What v1 limits: memory, and memory with swap."""
_CHARGED_AT_ONCE = 64 * 4096
"""The kernel charges so many bytes at once, so a mark may stay so far below the limit that was met."""


class MemoryController:
    """`folder` is the group's in the hierarchy that has the controller."""

    def __init__(self, version: Literal["v1", "v2"], folder: Path) -> None:
        self._version = version
        self._folder = folder
        self._highest = 0
        self._reached = 0
        """High marks that had come to the limit before they began anew."""
        self._last: ReplicaMemory | None = None
        v2 = version == "v2"
        self._used = folder / ("memory.current" if v2 else "memory.usage_in_bytes")
        self._stat = folder / "memory.stat"
        self._total = "" if v2 else "total_"
        """Of what v1 counts twice, for the group alone and with the groups inside it."""

    def limit(self, most_bytes: int) -> None:
        """Before a process is in it. Swap counts, as a node of Kubernetes usually has none."""
        if self._version == "v2":
            (self._folder / "memory.max").write_text(str(most_bytes))
            if (swap := self._folder / "memory.swap.max").exists():
                swap.write_text("0")
            return
        (self._folder / "memory.limit_in_bytes").write_text(str(most_bytes))
        if (both := self._folder / "memory.memsw.limit_in_bytes").exists():  # not where swap is not accounted
            both.write_text(str(most_bytes))

    def working_set(self) -> ReplicaMemory:
        """The working set of now, with all else as `read` found it last. Raises OSError where the group is no more."""
        if self._last is None:
            return self.read(())
        return replace(self._last, working_set_bytes=self._charged(kernel_files.table(self._stat)))

    def read(self, pids: Sequence[int]) -> ReplicaMemory:
        """What is charged now, and what its processes `pids` have mapped. Raises OSError where the group is no more."""
        v2 = self._version == "v2"
        stat = kernel_files.table(self._stat)
        killed = kernel_files.table(self._folder / ("memory.events" if v2 else "memory.oom_control"))
        peak = self._peak()
        mapped = stat["file_mapped" if v2 else "total_mapped_file"] - stat[f"{self._total}shmem"]
        self._last = ReplicaMemory(
            working_set_bytes=self._charged(stat),
            elsewhere_bytes=max(0, max(map(_mapped_files, pids), default=0) - max(0, mapped)),
            peak_bytes=None if v2 else peak,
            highest_bytes=None if peak is None else max(peak, self._highest),
            kills=killed.get("oom_kill", 0),
            gone=not pids,
            met=killed.get("oom", 0) if v2 else self._met_v1(),
        )
        return self._last

    def _charged(self, stat: Mapping[str, int]) -> int:
        """The working set; `stat` is the group's `memory.stat` of now."""
        return max(0, int(kernel_files.text(self._used)) - stat[f"{self._total}inactive_file"])

    def begin_anew(self) -> None:
        """Let the high mark begin with what is used now; v2 has one since the group was made, and no other."""
        if self._version == "v1":
            self._highest = max(self._highest, self._peak() or 0)
            self._reached += self._full()
            for mark in (self._folder / f"memory.{kind}max_usage_in_bytes" for kind in _KINDS):
                if mark.exists():
                    mark.write_text("0")

    def _met_v1(self) -> int:
        """How often it was refused memory, and how many high marks came to the limit: newer kernels count no refusal.

        Swap counts: where it is accounted, its limit is the same, and may be met where that of memory is not.
        """
        refused = (self._folder / f"memory.{kind}failcnt" for kind in _KINDS)
        return sum(int(kernel_files.text(count)) for count in refused if count.exists()) + self._reached + self._full()

    def _full(self) -> bool:
        for kind in _KINDS:
            mark, limit = (self._folder / f"memory.{kind}{of}_in_bytes" for of in ("max_usage", "limit"))
            if mark.exists() and int(kernel_files.text(mark)) > int(kernel_files.text(limit)) - _CHARGED_AT_ONCE:
                return True
        return False

    def _peak(self) -> int | None:
        if self._version == "v1":
            return int(kernel_files.text(self._folder / "memory.max_usage_in_bytes"))
        mark = self._folder / "memory.peak"
        return int(kernel_files.text(mark)) if mark.exists() else None  # Linux 5.19 has it


def _mapped_files(pid: int) -> int:
    """Resident bytes of the program and the libraries of a process; 0 of one that has ended."""
    try:
        lines = kernel_files.text(Path(f"/proc/{pid}/status")).splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssFile:")), 0)
