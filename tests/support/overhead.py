"""What the testbed's own Python uses of a core while a trial runs in real time; exits 1 above the limit.

A stream of 1000 requests a second, as the load generator reports it: JSON lines a second with a histogram for
each of seven endpoint and status pairs. Recorded beforehand, so that only reading, counting, judging and
telling are measured; k6, nginx and the probe's reads of the kernel's counters are not.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

import numpy as np

from scalebed.execution.observer import Progress
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell
from scalebed.experiment.slo import Slo
from scalebed.experiment.variant import Variant
from scalebed.measurement.ending import Ended
from scalebed.measurement.histograms import encode, of_values
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond, Sample
from scalebed.measurement.verdict import Enough

LIMIT = 0.03
RATE = 1000
ENDPOINTS = (("detail", 200, 500), ("list", 200, 250), ("next", 200, 150), ("filter", 200, 80),
             ("search", 200, 10), ("detail", 404, 5), ("list", 500, 5))  # fmt: skip


class RealClock:
    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Recorded:
    """A load whose report was written before it began."""

    failure: str | None = None
    checks = ()

    def __init__(self, seconds: int) -> None:
        rng = np.random.default_rng(7)
        first = int(time.time()) + 1
        self._lines = [[line.encode() for line in _report(first + s, rng)] for s in range(seconds)]
        self._told = 0

    def begin(self) -> None:
        self._began = time.monotonic()

    @property
    def finished(self) -> bool:
        return self._told >= len(self._lines)

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        due = self._began + self._told + 1 - time.monotonic()
        time.sleep(min(max(due, 0.0), timeout_s))
        if due > timeout_s or self.finished:
            return [], []
        endpoints, health = [], []
        for line in self._lines[self._told]:
            data = json.loads(line)
            if data.pop("kind") == "endpoint":
                endpoints.append(EndpointSecond(**data))
            else:
                health.append(GeneratorSecond(**data))
        self._told += 1
        return endpoints, health

    def stop(self) -> None:
        self._told = len(self._lines)


def _report(second: int, rng: np.random.Generator) -> list[str]:
    lines = []
    for endpoint, status, mean in ENDPOINTS:
        values = rng.lognormal(3, 0.7, max(1, rng.poisson(mean)))
        record = {"second": second, "endpoint": endpoint, "status": status, "count": int(values.size)}
        lines.append(json.dumps({"kind": "endpoint", **record, "histogram": encode(of_values(values))}))
    health = {"second": second, "arrivals": RATE, "dropped": 0, "in_flight": 26.0, "lag_ms": 0.5}
    return [*lines, json.dumps({"kind": "generator", **health})]


class Stream:
    def __init__(self, run: Recorded) -> None:
        self._run = run

    def start(self, target: Target, load: Load) -> Recorded:
        self._run.begin()
        return self._run


class Constant:
    def sample(self) -> Sample:
        now = time.monotonic()
        return Sample(now, {"service": 0.2 * now, "generator": 0.3 * now}, {}, {}, 0.5 * now, 0.0)

    def gone(self) -> list[Ended]:
        return []

    def finish(self) -> list[Sample]:
        return [self.sample()]


def main(seconds: int) -> int:
    cell = Cell(Variant(name="stream", service="stream"), 1, 0.25, "browse", 1000, 7)
    slo = Slo(percentile=95, latency_ms=1000, error_rate=0.01)
    conductor = Conductor(Target("", (), ("service",), 0.25), Stream(Recorded(seconds)), Constant(), RealClock())
    load = Load("browse", RATE, seconds, 2000, 7, 1000)
    assignment = Assignment(cell, 0, 0, "bracket", slo, 2.0, Enough(10, 300), sequential=False)
    told: list[Progress] = []
    began, used = time.monotonic(), time.process_time()
    conductor.conduct(assignment, load, told.append)
    share = (time.process_time() - used) / (time.monotonic() - began)
    print(f"The testbed's own Python used {share:.1%} of a core over {len(told)} s at {RATE}/s ({LIMIT:.0%} allowed).")
    return int(share > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
