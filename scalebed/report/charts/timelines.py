"""The picture of a trial under an autoscaler: load and replicas over its seconds."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.measurement.elasticity import Curve
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.findings.followings import Following

HEIGHT = 200
_TICKS_S = (10, 20, 30, 60, 120, 300, 600, 1200, 3600)


@dataclass(frozen=True)
class Timeline:
    """Lines as wide as their page: points in percent across and pixels down."""

    height: int
    load: str
    """The outline of its area."""
    wanted: str
    desired: str
    receiving: str
    out: tuple[tuple[float, float], ...]
    """Left edge and width of times out of the SLO, in percent."""
    seconds: tuple[Tick, ...]
    replicas: tuple[Tick, ...]
    loads: tuple[Tick, ...]
    alt: str


def timeline(following: Following) -> Timeline:
    """The load and the replicas, each on a scale of its own from 0."""
    curves = (following.wanted, following.desired, following.receiving)
    most = max(1, *(int(value) for curve in curves for _, value in curve))
    rate = axes.linear([value for _, value in following.load], most=4)
    every = axes.spacing(following.seconds, _TICKS_S)
    # Replicas leave a little room above them, so that no line lies on the edge.
    top = most * 1.08
    load = _line(following.load, following.seconds, rate.high)
    return Timeline(
        height=HEIGHT,
        load=f"0,{HEIGHT} {load} 100,{HEIGHT}",
        wanted=_line(following.wanted, following.seconds, top),
        desired=_line(following.desired, following.seconds, top),
        receiving=_line(following.receiving, following.seconds, top),
        out=_runs(following.out, following.seconds),
        seconds=tuple(Tick(pct(s / following.seconds), f"{s}") for s in range(0, following.seconds + 1, every)),
        replicas=tuple(Tick(px(n / top, HEIGHT), f"{n}") for n in range(most + 1)),
        loads=tuple(Tick(px(rate.at(tick), HEIGHT), rate.label(tick)) for tick in rate.ticks),
        alt=f"Load and replicas of {following.cell} in block {following.block}: at most {following.most} replicas "
        f"received requests, and {following.seconds_out} of {following.seconds} seconds were out of the SLO.",
    )


def _runs(seconds: tuple[int, ...], of: int) -> tuple[tuple[float, float], ...]:
    """Seconds that follow each other, as one."""
    runs: list[list[int]] = []
    for second in seconds:
        if runs and runs[-1][1] == second:
            runs[-1][1] = second + 1
        else:
            runs.append([second, second + 1])
    return tuple((pct(begin / of), pct((end - begin) / of)) for begin, end in runs)


def _line(curve: Curve, seconds: int, top: float) -> str:
    """Steps, as points of a polyline in a box of 100 by `HEIGHT`."""
    points: list[tuple[float, float]] = []
    for at, value in curve:
        across, down = pct(min(max(at / seconds, 0.0), 1.0)), px(min(value / top, 1.0), HEIGHT)
        if points:
            points.append((across, points[-1][1]))
        points.append((across, down))
    if points:
        points.append((100.0, points[-1][1]))
    return " ".join(f"{across:g},{down:g}" for across, down in points)
