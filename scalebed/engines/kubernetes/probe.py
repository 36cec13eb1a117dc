"""What every part has used so far, from readings that the kubelets made at moments of their own.

A sample is of one moment that lies a little back: the latest on which every container has been looked at since. Each
container's counters are interpolated to it. After a load the sample waits until the looks reach past the load's end,
so that none of its CPU is missed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from scalebed.engines.kubernetes.api import Api
from scalebed.engines.kubernetes.cadvisor import Key, Reading, read
from scalebed.engines.kubernetes.paths import NODES
from scalebed.ports import Clock, Sample

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
_COVER_LIMIT_S = 25.0
_KEPT = 12


@dataclass
class _History:
    part: str
    readings: deque[Reading] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def add(self, reading: Reading) -> None:
        if not self.readings or reading.at > self.readings[-1].at:
            self.readings.append(reading)

    def at(self, moment: float, value: Callable[[Reading], float]) -> float:
        return float(np.interp(moment, [r.at for r in self.readings], [value(r) for r in self.readings]))


@dataclass(frozen=True)
class HostCpu:
    """Cumulated CPU-seconds of this machine at one unix time."""

    at: float
    busy_s: float
    steal_s: float


class KubeletProbe:
    """Implements `Probe`. `namespaces` are the release's and the load's; `host` reads this machine's CPU where the only
    node is on it, and else is None."""

    def __init__(
        self,
        api: Api,
        nodes: Sequence[str],
        namespaces: Sequence[str],
        clock: Clock,
        *,
        host: Callable[[], HostCpu] | None = None,
        unix: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._nodes = nodes
        self._namespaces = frozenset(namespaces)
        self._clock = clock
        self._host = host
        self._unix = unix
        self._histories: dict[Key, _History] = {}
        self._whole: dict[str, _History] = {}
        self._hosts: deque[HostCpu] = deque(maxlen=200)
        self._live: Mapping[Key, Reading] = {}
        self._scraped = float("-inf")
        self._moment = float("-inf")
        self._cover: float | None = None

    def cover(self) -> None:
        """Let the next sample wait until all looks are later than now."""
        self._cover = self._unix()

    def sample(self) -> Sample:
        """Raises `ApiError`. With no load just ended it returns at once."""
        now = self._clock.now()
        if self._host is not None:
            self._hosts.append(self._host())
        if self._cover is not None:
            until = now + _COVER_LIMIT_S
            while self._newest() < self._cover and self._clock.now() < until:
                self._scrape()
                if self._newest() < self._cover:
                    self._clock.sleep(1.0)
            self._cover = None
            if self._host is not None:
                self._hosts.append(self._host())
        elif now - self._scraped >= _EVERY_S:
            self._scrape()
        self._moment = max(self._moment, self._newest())
        return self._at(self._moment)

    def _newest(self) -> float:
        """The latest moment since which every part's containers have been looked at."""
        looks = [reading.at for key, reading in self._live.items() if self._part(key) not in ("", "cluster")]
        return min(looks, default=min((r.at for r in self._live.values()), default=float("-inf")))

    def _scrape(self) -> None:
        live: dict[Key, Reading] = {}
        for node in self._nodes:
            found = read(self._api.text(f"{NODES}/{node}/proxy/metrics/cadvisor"))
            for key, reading in found.items():
                if key[3] == "/" and not key[1]:
                    self._whole.setdefault(node, _History("host")).add(reading)
                elif part := self._part(key):
                    self._histories.setdefault(key, _History(part)).add(reading)
                    live[key] = reading
        self._live = live
        self._scraped = self._clock.now()

    def _part(self, key: Key) -> str:
        namespace, _, container, group = key
        if container:
            return _OF_CONTAINER.get(container, "cluster") if namespace in self._namespaces else "cluster"
        return "cluster" if group.endswith(_SERVICES) else ""

    def _at(self, moment: float) -> Sample:
        cpu = dict.fromkeys(PARTS, 0.0)
        throttled: dict[str, float] = {}
        for history in self._histories.values():
            cpu[history.part] += history.at(moment, lambda r: r.cpu_s)
            if history.readings[-1].throttled_s is not None and history.part in ("service", "generator"):
                held = history.at(moment, lambda r: r.throttled_s or 0.0)
                throttled[history.part] = throttled.get(history.part, 0.0) + held
        memory = dict.fromkeys(PARTS, 0)
        replicas = []
        for key, reading in sorted(self._live.items()):
            part = self._part(key)
            memory[part] += reading.memory_bytes
            if part == "service":
                replicas.append(reading.memory_bytes)
        busy, steal = self._host_at(moment)
        at = moment - self._unix() + self._clock.now() if self._live else self._clock.now()
        sample = Sample(
            at=at, cpu_s=cpu, throttled_s=throttled, memory_bytes=memory, host_busy_s=busy, host_steal_s=steal
        )
        return replace(sample, replica_memory_bytes=tuple(replicas))

    def _host_at(self, moment: float) -> tuple[float, float]:
        """Of this machine where the node is on it; else what the nodes' control groups used, without any theft."""
        if self._hosts:
            at = [host.at for host in self._hosts]
            return (
                float(np.interp(moment, at, [host.busy_s for host in self._hosts])),
                float(np.interp(moment, at, [host.steal_s for host in self._hosts])),
            )
        return sum(whole.at(moment, lambda r: r.cpu_s) for whole in self._whole.values()), 0.0


def on_this_machine(boot_id: str) -> bool:
    """Whether a node with this boot id is this very machine, as one in a container is."""
    file = Path("/proc/sys/kernel/random/boot_id")
    return file.exists() and file.read_text(encoding="ascii").strip() == boot_id
