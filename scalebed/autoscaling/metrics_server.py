"""What metrics-server says of a pod's CPU, and since when: it keeps two readings of each container and divides.

metrics-server 0.9.0, pkg/storage/pod.go and types.go, pkg/scraper/client/resource/decode.go. A kubelet's reading has
its own time, which is before that of the scrape; a window is the time between two readings, and the time of a metric is
that of the later one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

RESOLUTION_S = 15.0
"""`--metric-resolution` of the manifests that metrics-server is released with; the flag's own default is 60 s."""
NO_TIME_S = -62_135_596_800.0
"""Go's zero time, in seconds since 1970: what a reading has that was never made."""
LONGEST_S = (2**63 - 1) / 1e9
"""Go's longest duration, about 292 years."""
FRESH_S = 10.0
"""A container that has run for this long, and not yet for a resolution, needs no second reading: it began with zero."""


@dataclass(frozen=True)
class Reading:
    """One container, as a kubelet has it: CPU seconds since it began."""

    started_s: float
    at_s: float
    cpu_s: float


@dataclass(frozen=True)
class PodSample:
    """What the metrics API says of a pod. `cores` is by container, cut to billionths."""

    at_s: float
    window_s: float
    cores: Mapping[str, float]

    def counts(self, ready_since_s: float) -> bool:
        """Whether an autoscaler takes it while the pod is in its CPU initialisation period: its window begins when the
        pod was ready, or later. Times come to it in whole seconds, cut; the window does not."""
        return math.floor(self.at_s) >= math.floor(ready_since_s) + self.window_s

    def age_s(self, now_s: float) -> float:
        """How old it is. No controller looks at that, however old it is."""
        return now_s - self.at_s


Readings = Mapping[str, Reading]


class MetricsServer:
    """Of one cluster; pods by name, containers by name in them."""

    def __init__(self, resolution_s: float = RESOLUTION_S) -> None:
        self._resolution_s = resolution_s
        self._last: dict[str, dict[str, Reading]] = {}
        self._before: dict[str, dict[str, Reading]] = {}

    def scrape(self, pods: Mapping[str, Readings]) -> None:
        """What kubelets say now, of all pods that there are. One with a container that has used nothing yet is none."""
        pods = {name: readings for name, readings in pods.items() if all(each.cpu_s for each in readings.values())}
        before = {name: self._kept(name, readings) for name, readings in pods.items()}
        self._before = {name: kept for name, kept in before.items() if kept}
        self._last = {name: dict(readings) for name, readings in pods.items()}

    def sample(self, pod: str) -> PodSample | None:
        """None of a pod that has a container without two readings."""
        last, before = self._last.get(pod), self._before.get(pod)
        if not last or before is None or any(name not in before for name in last):
            return None
        times, cores = [], {}
        for name, reading in last.items():
            earlier = before[name]
            if reading.started_s < earlier.started_s or reading.cpu_s < earlier.cpu_s:
                continue
            window_s = min(reading.at_s - earlier.at_s, LONGEST_S)
            cores[name] = math.floor((reading.cpu_s - earlier.cpu_s) / window_s * 1e9) / 1e9
            times.append((reading.at_s, window_s))
        if not times:
            return None
        # Of several containers, the one that was read first.
        at_s, window_s = min(times, key=lambda each: each[0])
        return PodSample(at_s, window_s, cores)

    def _kept(self, pod: str, readings: Readings) -> dict[str, Reading]:
        kept = {}
        for name, reading in readings.items():
            earlier = self._earlier(pod, name, reading)
            if earlier is not None:
                kept[name] = earlier
        return kept

    def _earlier(self, pod: str, name: str, reading: Reading) -> Reading | None:
        """What this reading is set against."""
        if FRESH_S <= reading.at_s - reading.started_s < self._resolution_s:
            return replace(reading, at_s=reading.started_s, cpu_s=0.0)
        last = self._last.get(pod, {}).get(name)
        if last is None or reading.started_s >= last.at_s:
            return None
        if reading.at_s > last.at_s:
            return last
        # The kubelet had nothing new: the pair from before stays.
        pair = self._before.get(pod)
        if pair is None:
            return None
        # One that has none, beside a container that has, is given a reading that was never made.
        before = pair.get(name, Reading(NO_TIME_S, NO_TIME_S, 0.0))
        return before if before.at_s < reading.at_s else None
