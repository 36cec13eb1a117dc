"""The picture of a search for settings: what each costs, and how long it is out of the SLO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scalebed.forecast.front import Score
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.sentences import figures

HEIGHT = 320
_NAMES = 2
"""That there is room for beside a spot."""


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    name: str
    kind: str
    """`now`, `chosen`, or `beside`: what is no setting of an autoscaler."""
    title: str
    left: bool
    """Its name stands on its left."""
    above: bool
    """Its name stands above it."""


@dataclass(frozen=True)
class FrontChart:
    """Points in percent across and pixels down."""

    height: int
    line: str
    tried: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    alt: str


@dataclass(frozen=True)
class Named:
    """A score with what it is called in the chart."""

    name: str
    kind: str
    score: Score


def front_chart(tried: Sequence[Score], found: Sequence[Score], named: Sequence[Named]) -> FrontChart:
    """Replicas across, per cents of the seconds down; what lies far beyond everything else is left out."""
    every = [*found, *(each.score for each in named)]
    cost = axes.linear([score.replicas for score in every], most=7)
    out = axes.linear([100 * score.out for score in every], most=6)

    def place(score: Score) -> tuple[float, float]:
        return pct(cost.at(score.replicas)), px(out.at(100 * score.out), HEIGHT)

    # What lies on the same spot has its names side by side; the first one says what it is.
    spots: dict[tuple[float, float], list[Named]] = {}
    for each in named:
        spots.setdefault(place(each.score), []).append(each)
    together = [replace(alike[0], name=_names([each.name for each in alike])) for alike in spots.values()]
    shown = [score for score in tried if score.replicas <= cost.high and 100 * score.out <= out.high]
    return FrontChart(
        height=HEIGHT,
        line=" ".join(f"{x:g},{y:g}" for x, y in map(place, found)),
        tried=tuple(dict.fromkeys(place(score) for score in shown)),
        marks=tuple(
            Mark(
                *place(each.score),
                each.name,
                each.kind,
                f"{each.name}: {told(each.score)}",
                left=_left(cost.at(each.score.replicas), each),
                above=each.kind != "chosen" or 100 * each.score.out < out.high / 10,
            )
            for each in together
        ),
        x_ticks=tuple(Tick(pct(cost.at(tick)), cost.label(tick)) for tick in cost.ticks),
        y_ticks=tuple(Tick(px(out.at(tick), HEIGHT), f"{out.label(tick)}%") for tick in out.ticks),
        alt=f"{len(tried)} settings, {len(found)} of which no other beats: from {told(found[0])} to {told(found[-1])}.",
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _NAMES else f"{names[0]} and {len(names) - 1} more"


def _left(across: float, each: Named) -> bool:
    """What is cheaper has its name on the left, as far as there is room, so that names do not lie on each other."""
    return across > 0.85 or (across > 0.2 and each.name.startswith("cheaper"))


def told(score: Score) -> str:
    """In words."""
    return f"{figures.figure(score.replicas)} replicas, out of the SLO {figures.percent(score.out, 1)} of the time"
