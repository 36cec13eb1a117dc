"""What a trial has seen so far, second by second, and the part of it that counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalebed.experiment.slo import Limit
from scalebed.measurement import errors
from scalebed.measurement.histograms import Latencies, decode
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.measurement.second import Second

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Counted:
    """Requests that a further limit is about, second by second."""

    asked: Ints
    slow: Ints
    """Those that were slower than it, or failed."""


@dataclass(frozen=True)
class Journeys:
    """What an arrival comes to: so many requests, and pauses."""

    ended: int
    """Whole ones."""
    total_ms: float
    """How long all of those took together."""
    requests: float
    """Requests a journey."""
    pause_s: float
    """How long one goes on without waiting for an answer, on average: the script's own time and its pauses."""

    def allowed_s(self, latency_ms: float) -> float:
        """How long one may take where each request may take so long."""
        return self.requests * latency_ms / 1000 + self.pause_s


@dataclass(frozen=True, eq=False)
class Window:
    """The seconds of a trial that count; every array has one entry a second."""

    elapsed_s: int
    """Seconds from the first arrival to the window's end."""
    responses: Ints
    """Requests that were over: answered, or failed without an answer."""
    slow: Ints
    """How many of those that succeeded were slower than the SLO's limit, counted from when they were due."""
    errors: Ints
    """Requests that failed (`scalebed.measurement.errors`)."""
    latency_sum_ms: Floats
    """The sum of the latencies of all requests, from when they began."""
    arrivals: Ints
    dropped: Ints
    in_flight: Floats
    lag_ms: Floats
    undelayed_slow: Ints | None = None
    """As `slow`, as if no arrival had been late: counted from when requests began, with as much more allowed as they
    began late on average in their second, since a generator without CPU reads answers as late as it sends requests.
    None where none began late."""
    late_ms: Floats | None = None
    """By how much those that succeeded had begun late, on average; None where none did."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """The errors and dropped arrivals by kind."""
    journeys: Journeys | None = None
    """Of a load whose arrivals make several requests each; None where an arrival is a request."""
    further: tuple[Counted, ...] = ()
    """Of each further limit of the SLO, in its order."""
    unasked: int = 0
    """How many of the errors are the iterations' own, of which no request was made."""

    @property
    def failed(self) -> Ints:
        """Requests that failed, and arrivals that were dropped: slower than any limit."""
        return self.errors + self.dropped

    @property
    def asked(self) -> Ints:
        """Requests that were over, and arrivals that were dropped."""
        return self.responses + self.dropped

    @property
    def succeeded(self) -> Ints:
        return self.responses - self.errors

    def in_time(self, *, offered: bool) -> Window:
        """The same without what the load generator did: as if no arrival had been late, and, where it had the means to
        make them (`offered`), none dropped. Where it reads answers as late as it sends requests, they are under way for
        so much longer."""
        slow = self.slow if self.undelayed_slow is None else self.undelayed_slow
        held = 0.0 if self.late_ms is None else self.arrivals * self.late_ms / 1000
        dropped = np.zeros_like(self.dropped) if offered else self.dropped
        return replace(self, slow=slow, dropped=dropped, in_flight=np.maximum(self.in_flight - held, 0.0))

    def judged(self, latency_of: Literal["all", "successes"]) -> Counted:
        """Requests that the SLO's latency is about: of `all`, those that failed are slower than any limit."""
        if latency_of == "successes":
            return Counted(self.succeeded, self.slow)
        return Counted(self.asked, self.slow + self.failed)

    @property
    def seconds(self) -> int:
        return int(self.responses.size)

    @property
    def requests(self) -> int:
        return int(self.responses.sum())

    @property
    def made(self) -> int:
        """Requests that the script really made."""
        return self.requests - self.unasked

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
    unasked: int = 0
    slow: int = 0
    errors: int = 0
    latency_sum_ms: float = 0.0
    arrivals: int = 0
    dropped: int = 0
    in_flight: float = 0.0
    lag_ms: float = 0.0
    journeys: int = 0
    journey_ms: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    """Failures by kind, dropped arrivals among them."""
    further: list[list[int]] = field(default_factory=list)
    """Of each further limit: asked, slow."""
    due: Latencies | None = None
    """Latencies of what succeeded, from when it was due."""
    undelayed: Latencies | None = None
    """The same from when it began; None while nothing began late."""

    def add(self, due: Latencies, undelayed: Latencies | None) -> None:
        if undelayed is not None and self.undelayed is None:
            self.undelayed = Latencies() if self.due is None else self.due + Latencies()
        if self.undelayed is not None:
            self.undelayed.counts.__iadd__((undelayed or due).counts)
        self.due = due if self.due is None else self.due + due

    @property
    def late_ms(self) -> float:
        if self.undelayed is None or self.due is None:
            return 0.0
        return max(self.due.sum_ms - self.undelayed.sum_ms, 0.0) / self.due.total

    def slow_in_time(self, limit_ms: float) -> int:
        """Those that were slower although the generator was in time."""
        if self.undelayed is None or self.due is None:
            return self.slow
        return self.undelayed.slower_than(limit_ms + self.late_ms)


class Timeline:
    """Collects a trial's seconds. Second 0 is that of the first arrival."""

    def __init__(
        self,
        limit_ms: float,
        further: Sequence[Limit] = (),
        *,
        journeys: bool = False,
        expected: Journeys | None = None,
    ) -> None:
        self.endpoints: list[EndpointSecond] = []
        self.generator: list[GeneratorSecond] = []
        self.so_far = Latencies()
        """Latencies of all that succeeded since the start, the warm-up too."""
        self.first: int | None = None
        """Generator's unix second of the first arrival."""
        self.quiet_s = 0
        """Whole seconds reported before it."""
        self.complete_s = 0
        """Whole seconds reported since the first arrival."""
        self.failures: Counter[str] = Counter()
        """Requests that failed since the start, and arrivals that were dropped, by kind."""
        self.arrivals = 0
        """That were due since the start, dropped ones among them."""
        self._limit_ms = limit_ms
        self._further = tuple(further)
        self._journeys = journeys
        self._expected = expected
        self._seconds: dict[int, _Second] = {}

    def add(self, endpoints: Sequence[EndpointSecond], generator: Sequence[GeneratorSecond]) -> None:
        """Raises `HistogramError`."""
        for health in generator:
            if self.first is None and health.arrivals + health.dropped == 0:
                self.quiet_s += 1
                continue
            if self.first is None:
                self.first = health.second
            self.generator.append(health)
            second = self._second(health.second)
            second.journeys += health.journeys
            second.journey_ms += health.journey_ms
            for counts, limit in zip(second.further, self._further, strict=True):
                if not limit.endpoint and limit.latency_of == "all":
                    counts[0] += health.dropped
                    counts[1] += health.dropped
            second.arrivals += health.arrivals
            second.dropped += health.dropped
            second.kinds[errors.DROPPED] += health.dropped
            self.failures[errors.DROPPED] += health.dropped
            self.arrivals += health.arrivals + health.dropped
            second.in_flight = health.in_flight
            second.lag_ms = max(second.lag_ms, health.lag_ms)
            self.complete_s = max(self.complete_s, health.second + 1 - self.first)
        for record in endpoints:
            latencies = decode(record.histogram)
            undelayed = decode(record.undelayed) if record.undelayed else None
            self.endpoints.append(record)
            second = self._second(record.second)
            second.responses += record.count
            second.unasked += record.unasked
            for counts, limit in zip(second.further, self._further, strict=True):
                if limit.heard_as in ("", record.endpoint) and not (record.failure and limit.latency_of == "successes"):
                    counts[0] += record.count
                    counts[1] += record.count if record.failure else latencies.slower_than(limit.latency_ms)
            second.latency_sum_ms += (undelayed or latencies).sum_ms
            if record.failure:
                second.errors += record.count
                second.kinds[record.failure] += record.count
                self.failures[record.failure] += record.count
                continue
            self.so_far.counts.__iadd__(latencies.counts)
            second.slow += latencies.slower_than(self._limit_ms)
            second.add(latencies, undelayed)

    @property
    def failed(self) -> int:
        return self.failures.total()

    def _second(self, unix: int) -> _Second:
        return self._seconds.setdefault(unix, _Second(further=[[0, 0] for _ in self._further]))

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
            undelayed_slow=np.fromiter(
                (row.slow_in_time(self._limit_ms) for row in rows), dtype=np.int64, count=len(rows)
            ),
            late_ms=floats("late_ms"),
            kinds=self.errors(start_s, end_s),
            journeys=self.journeys(start_s, end_s),
            further=tuple(self._counted(rows, index) for index in range(len(self._further))),
            unasked=sum(row.unasked for row in rows),
        )

    def journeys(self, start_s: int, end_s: int) -> Journeys | None:
        """Over the same seconds as `window`; where none has ended, what is expected of one. None where an arrival is a
        request, or nothing is known."""
        first = self.first or 0
        return self._came_to(row for s in range(start_s, end_s) if (row := self._seconds.get(first + s)) is not None)

    def all_journeys(self) -> Journeys | None:
        """The same over all that was told, also before the first one ended: there a closed model's load begins."""
        return self._came_to(self._seconds.values())

    def _came_to(self, seconds: Iterable[_Second]) -> Journeys | None:
        if not self._journeys:
            return None
        rows = list(seconds)
        ended = sum(row.journeys for row in rows)
        if not ended:
            return self._expected and replace(self._expected, ended=0, total_ms=0.0)
        total_ms = sum(row.journey_ms for row in rows)
        waited_ms = sum(row.latency_sum_ms for row in rows)
        return Journeys(
            ended=ended,
            total_ms=total_ms,
            requests=sum(row.responses - row.unasked for row in rows) / ended,
            # Requests that were under way at once waited for more than the journey took.
            pause_s=max(0.0, total_ms - waited_ms) / ended / 1000,
        )

    def _counted(self, rows: Sequence[_Second], index: int) -> Counted:
        counts = [row.further[index] if row.further else [0, 0] for row in rows]
        table = np.asarray(counts, dtype=np.int64).reshape(len(counts), 2)
        return Counted(table[:, 0], table[:, 1])

    def latencies(self, start_s: int, end_s: int, *, undelayed: bool = False) -> Latencies:
        """Latencies of successes, merged over the same seconds as `window`; from when requests were due, or `undelayed`
        from when they began."""
        total = Latencies()
        first = self.first or 0
        for second in range(first + start_s, first + end_s):
            row = self._seconds.get(second)
            if row is not None and row.due is not None:
                chosen = row.undelayed if undelayed and row.undelayed is not None else row.due
                total.counts.__iadd__(chosen.counts)
        return total

    def errors(self, start_s: int, end_s: int) -> dict[str, int]:
        """By kind, dropped arrivals among them, over the same seconds as `window`."""
        kinds: Counter[str] = Counter()
        first = self.first or 0
        for second in range(start_s, end_s):
            if (row := self._seconds.get(first + second)) is not None:
                kinds.update(row.kinds)
        return {kind: count for kind, count in kinds.items() if count}

    def second(self, at_s: int, percentile: float) -> Second:
        """One second since the first arrival, by itself."""
        row = self._seconds.get((self.first or 0) + at_s) or _Second()
        due = Latencies() if row.due is None else row.due
        return Second(
            second=at_s,
            due=row.arrivals + row.dropped,
            served=row.responses - row.errors,
            errors={kind: count for kind, count in row.kinds.items() if count},
            median_ms=_or_none(due.percentile_ms(50)),
            percentile_ms=_or_none(due.percentile_ms(percentile)),
            bands=due.bands(),
            in_flight=row.in_flight,
            lag_ms=row.lag_ms,
        )


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
