"""What each second of a trial came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from scalebed.experiment.slo import Slo
from scalebed.measurement.errors import DROPPED
from scalebed.measurement.histograms import Latencies, decode
from scalebed.records.run_directory import Trial


@dataclass
class Second:
    """Requests that were over in it, and arrivals that were dropped in it."""

    succeeded: int = 0
    late: int = 0
    """Of those that succeeded, the ones slower than the SLO's latency."""
    failed: Counter[str] = field(default_factory=Counter)
    """By kind."""
    latencies: Latencies = field(default_factory=Latencies)
    """Of those that succeeded."""
    waiting: bool = False
    """Something was asked in it, or waited for."""

    @property
    def requests(self) -> int:
        return self.succeeded + self.failed.total()

    def met(self, slo: Slo) -> bool:
        """Whether the SLO was met. A second without an answer meets it where nobody waited for one.

        A single second is a small sample, so this tells when, and no verdict rests on it.
        """
        if not self.requests:
            return not self.waiting
        failed = self.failed.total()
        counted = self.late + failed if slo.latency_of == "all" else self.late
        of = self.requests if slo.latency_of == "all" else self.succeeded
        return counted <= (1 - slo.percentile / 100) * of + 1e-9 and failed <= slo.error_rate * self.requests + 1e-9

    def percentile_ms(self, slo: Slo) -> float | None:
        """At the SLO's percentile, of what succeeded; None where nothing did."""
        return self.latencies.percentile_ms(slo.percentile) if self.latencies.total else None


def seconds(trial: Trial, slo: Slo) -> list[Second]:
    """Every second from the first arrival until the load was over."""
    found = [Second() for _ in range(int(trial.duration_s))]
    for record in trial.endpoints:
        if not 0 <= record.second < len(found):
            continue
        second = found[record.second]
        if record.failure:
            second.failed[record.failure] += record.count
            continue
        latencies = decode(record.histogram)
        second.succeeded += record.count
        second.late += latencies.slower_than(slo.latency_ms)
        second.latencies = second.latencies + latencies
    for health in trial.generator:
        if 0 <= health.second < len(found):
            second = found[health.second]
            second.waiting = health.arrivals + health.dropped > 0 or health.in_flight >= 1
            if health.dropped:
                second.failed[DROPPED] += health.dropped
    return found
