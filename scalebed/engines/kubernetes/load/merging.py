"""Several runners' seconds as one generator's, without loss.

Only seconds in which every runner was at work count: runners are started one after another and end so, and a rate
that some of them do not yet share in is another rate. Counts add up, latencies are merged as histograms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from scalebed.measurement.histograms import encode, merge
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond

Seconds = tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]


@dataclass
class _Runner:
    first: int | None = None
    """Second of its first arrival."""
    latest: int = -1
    """It has reported on all seconds up to this one."""
    ended: bool = False
    in_flight: dict[int, float] = field(default_factory=dict)


class Merge:
    """Fed line by line; gives whole seconds, in their order. Not safe for concurrent use."""

    def __init__(self, runners: int) -> None:
        self._runners = [_Runner() for _ in range(runners)]
        self._endpoints: defaultdict[int, list[EndpointSecond]] = defaultdict(list)
        self._health: defaultdict[int, list[GeneratorSecond]] = defaultdict(list)

    def add(self, runner: int, line: EndpointSecond | GeneratorSecond) -> None:
        if isinstance(line, EndpointSecond):
            self._endpoints[line.second].append(line)
            return
        of = self._runners[runner]
        of.latest = max(of.latest, line.second)
        of.in_flight[line.second] = line.in_flight
        if of.first is None and line.arrivals + line.dropped > 0:
            of.first = line.second
        self._health[line.second].append(line)

    def end(self, runner: int) -> None:
        """Nothing more will come from it."""
        self._runners[runner].ended = True

    @property
    def begun(self) -> bool:
        """Every runner has had an arrival."""
        return self.start is not None

    @property
    def start(self) -> int | None:
        """The first second in which all runners were at work."""
        firsts = [runner.first for runner in self._runners]
        known = [first for first in firsts if first is not None]
        return max(known) if len(known) == len(firsts) else None

    @property
    def skew_s(self) -> int | None:
        """From the first runner's first arrival to the last one's; at a low rate chance has a part in it."""
        firsts = [runner.first for runner in self._runners if runner.first is not None]
        return max(firsts) - min(firsts) if len(firsts) == len(self._runners) else None

    @property
    def complete(self) -> int:
        """All runners have reported on every second up to this one; -1 before."""
        return min(runner.latest for runner in self._runners)

    @property
    def ended(self) -> bool:
        return all(runner.ended for runner in self._runners)

    def take(self) -> Seconds:
        """What has become whole since the last call, and what was late for a second that had been given."""
        start = self.start
        if start is None:
            return (), ()
        until = self.complete  # where a runner has ended, its last second: the common window ends there
        endpoints: list[EndpointSecond] = []
        health: list[GeneratorSecond] = []
        for second in sorted({*self._endpoints, *self._health}):
            if second > until:
                break
            of_endpoints, of_health = self._endpoints.pop(second, []), self._health.pop(second, [])
            if second < start:
                continue
            endpoints += _merged(of_endpoints)
            if of_health:
                health.append(self._together(second, of_health))
        return endpoints, health

    def _together(self, second: int, lines: Sequence[GeneratorSecond]) -> GeneratorSecond:
        return GeneratorSecond(
            second=second,
            arrivals=sum(line.arrivals for line in lines),
            dropped=sum(line.dropped for line in lines),
            in_flight=sum(runner.in_flight.get(second, 0.0) for runner in self._runners),
            lag_ms=max(line.lag_ms for line in lines),
            journeys=sum(line.journeys for line in lines),
            journey_ms=sum(line.journey_ms for line in lines),
        )


def _merged(lines: Sequence[EndpointSecond]) -> list[EndpointSecond]:
    """One line for each endpoint, status and outcome of a second."""
    groups: defaultdict[tuple[str, int, str], list[EndpointSecond]] = defaultdict(list)
    for line in lines:
        groups[line.endpoint, line.status, line.failure].append(line)
    return [
        group[0]
        if len(group) == 1
        else EndpointSecond(
            second=group[0].second,
            endpoint=endpoint,
            status=status,
            count=sum(line.count for line in group),
            histogram=encode(merge(line.histogram for line in group)),
            error=error,
            undelayed=encode(merge(line.undelayed or line.histogram for line in group))
            if any(line.undelayed for line in group)
            else "",
        )
        for (endpoint, status, error), group in groups.items()
    ]
