"""The memory controller of one control group, v1 and v2: its limit, its readings, and whom the kernel killed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from scalebed.measurement.memory import ReplicaMemory

_MAPPED_EVERY = 5


class MemoryController:
    """`folder` is the group's in the hierarchy that has the controller."""

    def __init__(self, version: Literal["v1", "v2"], folder: Path) -> None:
        self._version = version
        self._folder = folder
        self._highest = 0
        self._count = 0
        self._mapped = 0

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

    def read(self, pids: Sequence[int]) -> ReplicaMemory:
        """What is charged now, and what its processes `pids` have mapped. Raises OSError where the group is no more.

        What is mapped is asked at every fifth reading, as it changes slowly and costs most.
        """
        if self._count % _MAPPED_EVERY == 0:
            self._mapped = max(map(_mapped_files, pids), default=0)
        self._count += 1
        v2 = self._version == "v2"
        used = self._number("memory.current" if v2 else "memory.usage_in_bytes")
        stat = self._table("memory.stat")
        killed = self._table("memory.events" if v2 else "memory.oom_control")
        peak = self._peak()
        charged = stat["file_mapped"] - stat["shmem"] if v2 else stat["total_mapped_file"] - stat["total_shmem"]
        return ReplicaMemory(
            working_set_bytes=max(0, used - stat["inactive_file" if v2 else "total_inactive_file"]),
            elsewhere_bytes=max(0, self._mapped - max(0, charged)) if pids else 0,
            peak_bytes=None if v2 else peak,
            highest_bytes=None if peak is None else max(peak, self._highest),
            kills=killed.get("oom_kill", 0),
            gone=not pids,
        )

    def begin_anew(self) -> None:
        """Let the high mark begin with what is used now; v2 has one since the group was made, and no other."""
        if self._version == "v1":
            self._highest = max(self._highest, self._peak() or 0)
            (self._folder / "memory.max_usage_in_bytes").write_text("0")

    def _peak(self) -> int | None:
        if self._version == "v1":
            return self._number("memory.max_usage_in_bytes")
        return self._number("memory.peak") if (self._folder / "memory.peak").exists() else None  # Linux 5.19

    def _number(self, name: str) -> int:
        return int((self._folder / name).read_text(encoding="ascii"))

    def _table(self, name: str) -> dict[str, int]:
        lines = (self._folder / name).read_text(encoding="ascii").splitlines()
        return {key: int(value) for key, value in (line.split() for line in lines)}


def _mapped_files(pid: int) -> int:
    """Resident bytes of the program and the libraries of a process; 0 of one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssFile:")), 0)
