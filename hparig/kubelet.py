"""A kubelet's metrics, played: pods that start, restart, stand still and end, as metrics-server reads them."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from hparig.certificates import Certificate
from hparig.https_server import HttpsServer, Response
from scalebed.autoscaling.metrics_server import Reading

NAMESPACE = "rig"
_MEMORY = 64 * 2**20


@dataclass(frozen=True)
class _Container:
    """`cores` is what it uses; a `late_s` reading is one of that long ago; it starts anew every `restarts_s`."""

    born_s: float
    cores: float
    late_s: float
    restarts_s: float | None
    stuck: bool
    """Every other reading is the one before."""

    def reading(self, now_s: float, number: int) -> Reading | None:
        at_s = now_s - self.late_s
        if self.stuck:
            at_s -= (number % 2) * 15
        started_s = self.born_s
        if self.restarts_s is not None and at_s > started_s:
            started_s += math.floor((at_s - started_s) / self.restarts_s) * self.restarts_s
        if at_s <= started_s:
            return None
        # A kubelet gives times in milliseconds.
        at_s, started_s = round(at_s, 3), round(started_s, 3)
        return Reading(started_s, at_s, round(self.cores * (at_s - started_s), 6))


class Kubelet(HttpsServer):
    """`served` is what each scrape was told, in order."""

    def __init__(self, certificate: Certificate, seed: str, pods: int) -> None:
        dice, now = random.Random(seed), time.time()
        self._pods = {f"pod-{number}": _drawn(dice, now) for number in range(pods)}
        self._ends = {name: now + dice.choice([1e9, 1e9, 1e9, 70]) for name in self._pods}
        self.served: list[dict[str, dict[str, Reading]]] = []
        self._lock = threading.Lock()
        super().__init__(certificate)

    @property
    def names(self) -> list[str]:
        return list(self._pods)

    def scraped(self) -> int:
        with self._lock:
            return len(self.served)

    def respond(self, path: str) -> Response:
        content = self.page().encode() if path == "/metrics/resource" else b""
        return Response(200 if content else 404, "text/plain; version=0.0.4", content)

    def page(self) -> str:
        """In the form of /metrics/resource."""
        now = time.time()
        with self._lock:
            number = len(self.served)
            readings: dict[str, dict[str, Reading]] = {}
            for pod, containers in self._pods.items():
                if now >= self._ends[pod]:
                    continue
                found = {name: each.reading(now, number) for name, each in containers.items()}
                there = {name: reading for name, reading in found.items() if reading is not None}
                if there:
                    readings[pod] = there
            self.served.append(readings)
        return _text(now, readings)


def _drawn(dice: random.Random, now: float) -> dict[str, _Container]:
    born_s = now + dice.choice([-4000, -300, *(dice.uniform(0, 90) for _ in range(4))])
    names = ["app"] if dice.random() < 0.7 else ["app", "sidecar"]
    return {
        name: _Container(
            born_s=round(born_s + dice.uniform(0, 3), 3),
            cores=dice.choice([0.0, *(dice.uniform(0.001, 3) for _ in range(9))]),
            late_s=dice.uniform(0, 12),
            restarts_s=dice.choice([None, None, None, 23.0, 51.0]),
            stuck=dice.random() < 0.15,
        )
        for name in names
    }


def _text(now: float, readings: Mapping[str, Mapping[str, Reading]]) -> str:
    stamp = int(now * 1000)
    lines = [f"node_cpu_usage_seconds_total {now % 1e6 + 1:.3f} {stamp}", f"node_memory_working_set_bytes 1e9 {stamp}"]
    for pod, containers in readings.items():
        for name, each in containers.items():
            labels = f'{{container="{name}",namespace="{NAMESPACE}",pod="{pod}"}}'
            at = round(each.at_s * 1000)
            lines += [
                f"container_cpu_usage_seconds_total{labels} {each.cpu_s:.6f} {at}",
                f"container_memory_working_set_bytes{labels} {_MEMORY} {at}",
                f"container_start_time_seconds{labels} {each.started_s:.3f}",
            ]
    return "\n".join(lines) + "\n"
