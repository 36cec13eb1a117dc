"""Reads what every part has used so far. A sample takes well under 2 ms, so that measuring costs next to nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scalebed.engines.host import read_cpu
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.measurement.ending import Ended
from scalebed.measurement.readings import Sample

PARTS = ("service", "database", "pooler", "cache", "balancer", "generator")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEMORY_EVERY = 5


class LocalProbe:
    """`groups` tells which groups each part consists of now; replicas come and go. `database_time` reads what
    `Sample.database_time_s` holds, `gone` what this probe says of it."""

    def __init__(
        self,
        groups: Callable[[], Mapping[str, Sequence[Group]]],
        database_time: Callable[[], float | None] = lambda: None,
        gone: Callable[[], Sequence[Ended]] = lambda: (),
    ) -> None:
        self.gone = gone
        self._groups = groups
        self._database_time = database_time
        self._count = 0
        self._memory: dict[str, int] = {}
        self._replicas: tuple[int, ...] = ()

    def finish(self) -> Sequence[Sample]:
        """High marks of memory begin anew with it, for the next load."""
        last = self.sample(whole=True)
        for group in self._groups().get("service", ()):
            group.begin_peak()
        return [last]

    def sample(self, *, whole: bool = False) -> Sample:
        """Of memory only the working set is read at every sample, all else at every fifth and the last of a load: it
        changes slowly and costs most."""
        cpu: dict[str, float] = {}
        throttled: dict[str, float] = {}
        groups = self._groups()
        for part, members in groups.items():
            usages = [group.usage() for group in members]
            cpu[part] = sum(usage.cpu_s for usage in usages)
            held = [usage.throttled_s for usage in usages if usage.throttled_s is not None]
            # A generator has no quota here unless somebody has set one, and then its figures are not the service's.
            if part in ("service", "generator") and held:
                throttled[part] = sum(held)
        whole = whole or self._count % _MEMORY_EVERY == 0
        replicas = [group.memory(whole=whole) for group in groups.get("service", ())]
        if whole:
            of = {part: [memory_of(group.pids()) for group in members] for part, members in groups.items()}
            self._memory = {part: sum(each) for part, each in of.items()}
            self._replicas = tuple(of.get("service", ()))
        self._count += 1
        host = read_cpu()
        return Sample(
            at=time.monotonic(),
            cpu_s=cpu,
            throttled_s=throttled,
            memory_bytes=dict(self._memory),
            replica_memory_bytes=self._replicas,
            replica_memory=tuple(memory for memory in replicas if memory is not None),
            host_busy_s=host.busy_s,
            host_steal_s=host.steal_s,
            database_time_s=self._database_time(),
        )


def memory_of(pids: Sequence[int]) -> int:
    """Resident bytes of processes that share memory with each other, such as Postgres's backends.

    What each has alone is added up; of what they share, the largest share counts once. Files of programs count
    as shared, so this is a little low for unrelated processes.
    """
    alone, together = 0, 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            continue
        resident, shared = int(fields[1]), int(fields[2])
        alone += resident - shared
        together = max(together, shared)
    return (alone + together) * _PAGE
