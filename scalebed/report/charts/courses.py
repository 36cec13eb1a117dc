"""The picture of a load over time: latencies above; below what was asked for each second, and what was served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.experiment.slo import Slo
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.charts.outages import LATENCY_HEIGHT, REQUESTS_HEIGHT, Bar, Span, bars, latency_lines, span, ticks
from scalebed.report.findings.courses import Course


@dataclass(frozen=True)
class CourseChart:
    """One trial of a cell."""

    course: Course
    latency_height: int
    requests_height: int
    latency: tuple[str, ...]
    limit: float
    bars: tuple[Bar, ...]
    asked: str
    """A line, as points; empty where arrivals are no requests, and so stand on another scale."""
    out: tuple[Span, ...]
    seconds: tuple[Tick, ...]
    latencies: tuple[Tick, ...]
    requests: tuple[Tick, ...]
    alt: str


def course_charts(courses: Sequence[Course], slo: Slo, *, journeys: bool) -> list[CourseChart]:
    """All on the same scales, so that they can be compared."""
    shown = [second for course in courses for second in course.shown]
    if not shown:
        return []
    slowest = [ms for second in shown if (ms := second.percentile_ms(slo)) is not None]
    asked = [] if journeys else [rate for course in courses for rate in course.asked]
    latency = axes.logarithmic([*slowest, slo.latency_ms], most=4)
    requests = axes.linear([*(second.requests for second in shown), *asked], most=3)
    return [_chart(course, slo, latency, requests, journeys=journeys) for course in courses if course.shown]


def _chart(course: Course, slo: Slo, latency: axes.Axis, requests: axes.Axis, *, journeys: bool) -> CourseChart:
    shown, length = course.shown, len(course.shown)
    asked = (
        f"{pct((second + 0.5) / length):g},{px(requests.at(rate), REQUESTS_HEIGHT):g}"
        for second, rate in enumerate(course.asked)
    )
    out = [number for number, second in enumerate(shown) if not second.met(slo)]
    return CourseChart(
        course=course,
        latency_height=LATENCY_HEIGHT,
        requests_height=REQUESTS_HEIGHT,
        latency=latency_lines(shown, slo, latency),
        limit=px(latency.at(slo.latency_ms), LATENCY_HEIGHT),
        bars=tuple(bars(shown, requests)),
        asked="" if journeys else " ".join(asked),
        out=tuple(span(number, number + 1, length) for number in out),
        seconds=ticks(length),
        latencies=tuple(Tick(px(latency.at(tick), LATENCY_HEIGHT), latency.label(tick)) for tick in latency.ticks),
        requests=tuple(Tick(px(requests.at(tick), REQUESTS_HEIGHT), requests.label(tick)) for tick in requests.ticks),
        alt=f"{course.variant}: what was asked for and served in each of {length} seconds, of which {len(out)} were "
        f"out of the SLO; {sum(second.failed.total() for second in shown):,} requests failed.",
    )
