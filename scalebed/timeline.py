"""What a trial has seen so far, second by second, and the part of it that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.histograms import Latencies, decode
from scalebed.ports import EndpointSecond, GeneratorSecond

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Window:
    """The seconds of a trial that count; every array has one entry a second."""

    elapsed_s: int
    """Seconds from the first arrival to the window's end."""
    responses: Ints
    slow: Ints
    """Responses slower than the SLO's limit."""
    errors: Ints
    """Responses of status 400 and above, and requests without any."""
    latency_sum_ms: Floats
    arrivals: Ints
    dropped: Ints
    in_flight: Floats
    lag_ms: Floats

    @property
    def seconds(self) -> int:
        return int(self.responses.size)

    @property
    def requests(self) -> int:
        return int(self.responses.sum())

    @property
    def due(self) -> int:
        """Arrivals that the schedule asked for, made or not."""
        return int(self.arrivals.sum() + self.dropped.sum())

    @property
    def mean_ms(self) -> float:
        return float(self.latency_sum_ms.sum()) / self.requests if self.requests else float("nan")


@dataclass
class _Second:
    responses: int = 0
    slow: int = 0
    errors: int = 0
    latency_sum_ms: float = 0.0
    arrivals: int = 0
    dropped: int = 0
    in_flight: float = 0.0
    lag_ms: float = 0.0


class Timeline:
    """Collects a trial's seconds. Second 0 is that of the first arrival."""

    def __init__(self, limit_ms: float) -> None:
        self.endpoints: list[EndpointSecond] = []
        self.generator: list[GeneratorSecond] = []
        self.so_far = Latencies()
        """Everything answered since the start, the warm-up too."""
        self.first: int | None = None
        """Generator's unix second of the first arrival."""
        self.quiet_s = 0
        """Whole seconds reported before it."""
        self.complete_s = 0
        """Whole seconds reported since the first arrival."""
        self.failed = 0
        """Requests that failed since the start."""
        self._limit_ms = limit_ms
        self._seconds: dict[int, _Second] = {}
        self._latencies: list[tuple[EndpointSecond, Latencies]] = []

    def add(self, endpoints: Sequence[EndpointSecond], generator: Sequence[GeneratorSecond]) -> None:
        """Raises `HistogramError`."""
        for health in generator:
            if self.first is None and health.arrivals + health.dropped == 0:
                self.quiet_s += 1
                continue
            if self.first is None:
                self.first = health.second
            self.generator.append(health)
            second = self._seconds.setdefault(health.second, _Second())
            second.arrivals += health.arrivals
            second.dropped += health.dropped
            second.in_flight = health.in_flight
            second.lag_ms = max(second.lag_ms, health.lag_ms)
            self.complete_s = max(self.complete_s, health.second + 1 - self.first)
        for record in endpoints:
            latencies = decode(record.histogram)
            self.endpoints.append(record)
            self._latencies.append((record, latencies))
            self.so_far.counts.__iadd__(latencies.counts)
            second = self._seconds.setdefault(record.second, _Second())
            second.responses += record.count
            second.slow += latencies.slower_than(self._limit_ms)
            second.latency_sum_ms += latencies.sum_ms
            if is_error(record.status):
                second.errors += record.count
                self.failed += record.count

    def means_ms(self, end_s: int) -> Floats:
        """Mean latency of each second up to `end_s`; NaN where nothing was answered."""
        window = self.window(0, end_s)
        with np.errstate(invalid="ignore"):
            return window.latency_sum_ms / np.where(window.responses == 0, np.nan, window.responses)

    def window(self, start_s: int, end_s: int) -> Window:
        """Seconds `start_s` ≤ second < `end_s` since the first arrival."""
        first = self.first or 0
        rows = [self._seconds.get(first + s) or _Second() for s in range(start_s, end_s)]

        def ints(name: str) -> Ints:
            return np.fromiter((getattr(row, name) for row in rows), dtype=np.int64, count=len(rows))

        def floats(name: str) -> Floats:
            return np.fromiter((getattr(row, name) for row in rows), dtype=np.float64, count=len(rows))

        return Window(
            elapsed_s=end_s,
            responses=ints("responses"),
            slow=ints("slow"),
            errors=ints("errors"),
            latency_sum_ms=floats("latency_sum_ms"),
            arrivals=ints("arrivals"),
            dropped=ints("dropped"),
            in_flight=floats("in_flight"),
            lag_ms=floats("lag_ms"),
        )

    def latencies(self, start_s: int, end_s: int) -> Latencies:
        """Merged over the same seconds as `window`."""
        total = Latencies()
        first = self.first or 0
        for record, latencies in self._latencies:
            if start_s <= record.second - first < end_s:
                total.counts.__iadd__(latencies.counts)
        return total

    def errors(self, start_s: int, end_s: int) -> dict[str, int]:
        """By kind, over the same seconds as `window`."""
        kinds: dict[str, int] = {}
        first = self.first or 0
        for record in self.endpoints:
            if is_error(record.status) and start_s <= record.second - first < end_s:
                kind = f"{record.status // 100}xx" if record.status else "no response"
                kinds[kind] = kinds.get(kind, 0) + record.count
        return kinds


def is_error(status: int) -> bool:
    """The scenarios ask for nothing that should be refused, so any 4xx is an error too."""
    return status == 0 or status >= 400
