"""What every part has used so far, from readings that the kubelets made at moments of their own.

A sample is of one moment that lies a little back: the latest on which every container has been looked at since. Each
container's counters are interpolated to it; what parts used between two samples, they used while there was a load. No
sample passes over the beginning or the end of a load, and after one the samples are awaited that reach past its end.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from scalebed.engines.kubernetes.readings.cadvisor import Key, Reading
from scalebed.engines.kubernetes.readings.loads import Loads
from scalebed.engines.kubernetes.readings.sources import Source
from scalebed.execution.ports import Clock
from scalebed.measurement.ending import Ended
from scalebed.measurement.readings import Sample

PARTS = ("service", "database", "pooler", "cache", "balancer", "generator", "cluster")
"""`cluster` is what else runs in containers, the control plane with it, and the kubelets."""
_OF_CONTAINER = {
    "service": "service",
    "postgres": "database",
    "pgbouncer": "pooler",
    "valkey": "cache",
    "nginx": "balancer",
    "k6": "generator",
}
_SERVICES = ("/kubelet.service", "/containerd.service")
_EVERY_S = 5.0
"""A scrape costs the kubelet some tens of milliseconds, and there is nothing new more often."""
_KEPT = 12


@dataclass
class _History:
    part: str
    readings: deque[Reading] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def add(self, reading: Reading) -> None:
        if not self.readings or reading.at > self.readings[-1].at:
            self.readings.append(reading)

    def at(self, moment: float, value: Callable[[Reading], float], loads: Loads) -> float:
        place = bisect_right(self.readings, moment, key=lambda reading: reading.at)
        if place in (0, len(self.readings)):
            return value(self.readings[min(place, len(self.readings) - 1)])
        before, after = self.readings[place - 1], self.readings[place]
        share = loads.share(before.at, moment, after.at)
        return value(before) + share * (value(after) - value(before))

    def extend(self, until: float, loads: Loads) -> None:
        """It ends at `until`, and no sample will come any more: under load it goes on as it last did."""
        readings = list(self.readings)
        for before, after in zip(readings[-2::-1], readings[:0:-1], strict=True):
            loaded = loads.seconds(before.at, after.at)
            if loaded > 0:
                more = (after.cpu_s - before.cpu_s) / loaded * loads.seconds(readings[-1].at, until)
                self.add(replace(readings[-1], at=until, cpu_s=readings[-1].cpu_s + more))
                return


@dataclass(frozen=True)
class HostCpu:
    """Cumulated CPU-seconds of this machine at one unix time."""

    at: float
    busy_s: float
    steal_s: float


def of_release(namespaces: Sequence[str]) -> Callable[[str, str, str], str]:
    """The part of a container by its namespace, pod and name, where these are a release's namespaces and the load's."""
    own = frozenset(namespaces)

    def part(namespace: str, _: str, container: str) -> str:
        return _OF_CONTAINER.get(container, "cluster") if namespace in own else "cluster"

    return part


class ContainerProbe:
    """Implements `Probe`. `part` says to which of `parts` a container belongs, by its namespace, pod and name; `host`
    reads this machine's CPU where the only node is on it, and else is None."""

    def __init__(
        self,
        source: Source,
        part: Callable[[str, str, str], str],
        clock: Clock,
        *,
        parts: Sequence[str] = PARTS,
        host: Callable[[], HostCpu] | None = None,
        unix: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._part_of = part
        self._parts = parts
        self._clock = clock
        self._host = host
        self._unix = unix
        self._histories: dict[Key, _History] = {}
        self._whole: dict[str, _History] = {}
        self._hosts: deque[HostCpu] = deque(maxlen=200)
        self._live: Mapping[Key, Reading] = {}
        self._first: dict[Key, float] = {}
        self._scraped = float("-inf")
        self._moment = float("-inf")
        self._loads = Loads()
        self._idle = Loads()

    def began(self, loads: Sequence[tuple[float, float]]) -> None:
        """Loads that have begun or will, from when until when (unix seconds)."""
        self._look_at_host()
        for start, end in loads:
            self._loads.add(start, end)

    def ended(self) -> None:
        """The load is over, and those that were planned will not come."""
        now = self._unix()
        self._loads.cut(now)
        for key in self._live:
            if self._part(key) == "generator":
                self._histories[key].extend(now, self._loads)

    def gone(self) -> Sequence[Ended]:
        """None: a pod that ends is started again by its ReplicaSet."""
        return ()

    def sample(self) -> Sample:
        """Raises `ApiError`. Returns at once."""
        self._look_at_host()
        if self._clock.now() - self._scraped >= _EVERY_S:
            self._scrape()
        return self._at(self._next())

    def finish(self) -> Sequence[Sample]:
        """Raises `ApiError`. Waits until every part has been looked at since now."""
        self._look_at_host()
        wanted, until = self._unix(), self._clock.now() + self._source.within_s
        self._scrape()
        while self._newest() < wanted and self._clock.now() < until:
            self._clock.sleep(1.0)
            self._look_at_host()
            self._scrape()
        samples = [self._at(self._next())]
        while self._moment < self._newest():
            samples.append(self._at(self._next()))
        return samples

    def _next(self) -> float:
        """The newest moment, or the first edge of a load that no sample has been of."""
        edges = self._loads.edges(self._moment, self._newest()) if self._live else ()
        self._moment = max(self._moment, edges[0] if edges else self._newest())
        return self._moment

    def _look_at_host(self) -> None:
        if self._host is not None:
            self._hosts.append(self._host())

    def _newest(self) -> float:
        """The latest moment since which every part's containers have been looked at."""
        sampled = [reading.at for key, reading in self._live.items() if self._part(key) not in ("", "cluster")]
        return min(sampled, default=min((r.at for r in self._live.values()), default=float("-inf")))

    def _scrape(self) -> None:
        live: dict[Key, Reading] = {}
        for node, found in self._source.read():
            for key, reading in found.items():
                if key[3] == "/" and not key[1]:
                    self._whole.setdefault(node, _History("host")).add(reading)
                elif part := self._part(key):
                    self._histories.setdefault(key, _History(part)).add(reading)
                    self._first.setdefault(key, reading.cpu_s)
                    live[key] = reading
        self._live = live
        self._scraped = self._clock.now()

    def _part(self, key: Key) -> str:
        namespace, pod, container, group = key
        if container:
            return self._part_of(namespace, pod, container)
        return "cluster" if group.endswith(_SERVICES) else ""

    def _at(self, moment: float) -> Sample:
        cpu = dict.fromkeys(self._parts, 0.0)
        throttled: dict[str, float] = {}
        for history in self._histories.values():
            # What is no part of the cell works without a load, too.
            loads = self._idle if history.part == "cluster" else self._loads
            cpu[history.part] += history.at(moment, lambda r: r.cpu_s, loads)
            if history.readings[-1].throttled_s is not None and history.part in ("service", "generator"):
                held = history.at(moment, lambda r: r.throttled_s or 0.0, loads)
                throttled[history.part] = throttled.get(history.part, 0.0) + held
        memory = dict.fromkeys(self._parts, 0)
        replicas: dict[tuple[str, str], int] = {}
        for key, reading in sorted(self._live.items()):
            part = self._part(key)
            memory[part] += reading.memory_bytes
            if part == "service":
                replicas[key[:2]] = replicas.get(key[:2], 0) + reading.memory_bytes
        busy, steal = self._host_at(moment)
        at = moment - self._unix() + self._clock.now() if self._live else self._clock.now()
        sample = Sample(
            at=at, cpu_s=cpu, throttled_s=throttled, memory_bytes=memory, host_busy_s=busy, host_steal_s=steal
        )
        return replace(sample, replica_memory_bytes=tuple(replicas.values()))

    def used_by_pod(self) -> dict[str, float]:
        """CPU-seconds of each pod of the service, since it was first looked at; of those that are there now."""
        used: dict[str, float] = {}
        for key, reading in self._live.items():
            if self._part(key) == "service":
                used[key[1]] = used.get(key[1], 0.0) + reading.cpu_s - self._first.get(key, reading.cpu_s)
        return used

    def _host_at(self, moment: float) -> tuple[float, float]:
        """This machine's CPU where the node is on it; else what the nodes' control groups used, without any theft."""
        if self._hosts:
            at = [host.at for host in self._hosts]
            return (
                float(np.interp(moment, at, [host.busy_s for host in self._hosts])),
                float(np.interp(moment, at, [host.steal_s for host in self._hosts])),
            )
        return sum(whole.at(moment, lambda r: r.cpu_s, self._loads) for whole in self._whole.values()), 0.0


def on_this_machine(boot_id: str) -> bool:
    """Whether a node with this boot id is this very machine, as one in a container is."""
    file = Path("/proc/sys/kernel/random/boot_id")
    return file.exists() and file.read_text(encoding="ascii").strip() == boot_id
