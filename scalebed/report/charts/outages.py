"""The picture of a fault: a trial second by second, latencies above and requests below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.experiment.slo import Slo
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.findings.outages import FaultView
from scalebed.report.findings.seconds import Second

LATENCY_HEIGHT, REQUESTS_HEIGHT = 80, 90
_TICKS_S = (5, 10, 20, 30, 60, 120, 300, 600)


@dataclass(frozen=True)
class Bar:
    """The requests of one second: left edge and width in percent, and the upper edges of its layers in pixels."""

    x: float
    width: float
    top_failed: float
    top_late: float
    top_good: float
    title: str


@dataclass(frozen=True)
class Span:
    x: float
    width: float


@dataclass(frozen=True)
class OutageChart:
    """One trial of a cell."""

    view: FaultView
    latency_height: int
    requests_height: int
    latency: tuple[str, ...]
    """Lines, as points across in percent and down in pixels; broken where nothing succeeded."""
    limit: float
    """Where the SLO's limit lies."""
    limit_label: str
    bars: tuple[Bar, ...]
    faults: tuple[Span, ...]
    """From when each began until the part worked again."""
    out: tuple[Span, ...]
    """Seconds out of the SLO."""
    seconds: tuple[Tick, ...]
    latencies: tuple[Tick, ...]
    requests: tuple[Tick, ...]
    alt: str


def outage_charts(views: tuple[FaultView, ...], slo: Slo) -> list[OutageChart]:
    """The first trial of each fault; those of one variant share their scales, so that they can be compared."""
    found = []
    for variant in dict.fromkeys(view.variant for view in views):
        own = [view for view in views if view.variant == variant and view.trials]
        shown = [second for view in own for second in view.trials[0].seconds]
        if not shown:
            continue
        slowest = [ms for second in shown if (ms := second.percentile_ms(slo)) is not None]
        latency = axes.logarithmic([*slowest, slo.latency_ms], most=4)
        requests = axes.linear([second.requests for second in shown], most=3)
        found += [_chart(view, slo, latency, requests) for view in own]
    return found


def _chart(view: FaultView, slo: Slo, latency: axes.Axis, requests: axes.Axis) -> OutageChart:
    trial = view.trials[0]
    seconds, length = trial.seconds, len(trial.seconds)
    happened = "nothing was made to fail" if view.fault is None else ", then ".join(trial.said)
    return OutageChart(
        view=view,
        latency_height=LATENCY_HEIGHT,
        requests_height=REQUESTS_HEIGHT,
        latency=latency_lines(seconds, slo, latency),
        limit=px(latency.at(slo.latency_ms), LATENCY_HEIGHT),
        limit_label=latency.label(slo.latency_ms),
        bars=tuple(bars(trial.seconds, requests)),
        faults=tuple(
            span(outage.begun_s, length if outage.over_s is None else max(outage.over_s, outage.begun_s + 0.2), length)
            for outage in trial.outages
            if view.fault is not None
        ),
        out=tuple(span(number, number + 1, length) for number, second in enumerate(seconds) if not second.met(slo)),
        seconds=ticks(length),
        latencies=tuple(Tick(px(latency.at(tick), LATENCY_HEIGHT), latency.label(tick)) for tick in latency.ticks),
        requests=tuple(Tick(px(requests.at(tick), REQUESTS_HEIGHT), requests.label(tick)) for tick in requests.ticks),
        alt=f"{view.variant}, {view.name}: {happened}; {sum(not s.met(slo) for s in seconds)} of {length} seconds were "
        f"out of the SLO, {sum(s.failed.total() for s in seconds):,} requests failed.",
    )


def latency_lines(seconds: Sequence[Second], slo: Slo, latency: axes.Axis) -> tuple[str, ...]:
    """Of the SLO's percentile of each second; broken where nothing succeeded."""
    lines: list[list[str]] = [[]]
    for number, second in enumerate(seconds):
        ms = second.percentile_ms(slo)
        if ms is None:
            lines.append([])
        else:
            lines[-1].append(f"{pct((number + 0.5) / len(seconds)):g},{px(latency.at(ms), LATENCY_HEIGHT):g}")
    return tuple(" ".join(line) for line in lines if line)


def ticks(length: int) -> tuple[Tick, ...]:
    """Of so many seconds."""
    every = axes.spacing(length, _TICKS_S)
    return tuple(Tick(pct(s / length), f"{s}") for s in range(0, length + 1, every))


def bars(seconds: Sequence[Second], requests: axes.Axis) -> list[Bar]:
    """A bar a second, of what succeeded in time, late, and not."""
    found = []
    length = len(seconds)
    for number, second in enumerate(seconds):
        failed = second.failed.total()
        tops = [px(requests.at(n), REQUESTS_HEIGHT) for n in (failed, failed + second.late, second.requests)]
        title = f"second {number}: {second.succeeded - second.late} in time, {second.late} late, {failed} failed"
        left, width = pct((number + 0.08) / length), pct(0.84 / length)
        found.append(Bar(left, width, tops[0], tops[1], tops[2], title))
    return found


def span(begin: float, end: float, length: int) -> Span:
    """As far as it lies within."""
    return Span(pct(begin / length), pct(max(0.0, min(end, length) - begin) / length))
