"""What each variant of a comparison comes to: a bar from where it starts to its end, on a log axis, as ratios are.

On a ladder a bar starts where the rung before ended; otherwise at the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct
from scalebed.report.findings.views import MEASURES, Compared, ComparedVariant, Comparison, Measure
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

ROW, TOP, BAR = 42, 30, 12
"""Pixels: from row to row, down to the first bar's middle, and its height."""


@dataclass(frozen=True)
class Bar:
    name: str
    value: str
    """The figure and its ratio to where the bar starts, in words."""
    interval: str
    """The ratio's interval, in brackets; empty without one. A narrow page leaves it out, for the whisker shows it."""
    y: float
    start: float
    end: float
    low: float
    high: float
    """Where the ratio's interval ends; both `end` without one."""
    floor: tuple[float, float] | None
    """Where the control's floor ends, around the start."""
    above: float
    """The middle of the bar that it starts from."""
    colour: Literal["soft", "good", "warn", "generator"]
    """A class of the style sheet: the baseline's, for the better, for the worse, no difference."""


@dataclass(frozen=True)
class Waterfall:
    title: str
    unit: str
    height: int
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    ladder: bool
    has_floor: bool
    more_is_better: bool
    alt: str


def waterfall(comparison: Comparison, measure: Measure) -> Waterfall | None:
    """None where fewer than two variants have the measure."""
    rows = [(row, row.measures[measure]) for row in comparison.rows if measure in row.measures]
    if len(rows) < 2 or rows[0][0] is not comparison.base:
        return None
    floor = comparison.floors.get(measure)
    starts = _starts(comparison, rows)
    spans = [(start, *_ends(start, compared, comparison)) for start, (_, compared) in zip(starts, rows, strict=True)]
    x = axes.logarithmic([value for span in spans for value in span], most=6)
    bars = []
    for i, ((row, compared), (start, end, low, high)) in enumerate(zip(rows, spans, strict=True)):
        around = None if floor is None or i == 0 else (pct(x.at(start / floor)), pct(x.at(start * floor)))
        bars.append(
            Bar(
                name=row.variant,
                value=_value(compared, comparison, measure),
                interval=_interval(compared, comparison),
                y=TOP + ROW * i,
                start=pct(x.at(start)),
                end=pct(x.at(end)),
                low=pct(x.at(low)),
                high=pct(x.at(high)),
                floor=around,
                above=TOP + ROW * (i - 1 if comparison.ladder and not row.is_control else 0),
                colour=_colour(i, compared, comparison, measure),
            )
        )
    named = MEASURES[measure]
    unit = "" if named.unit.startswith("/") else f", {named.unit}"
    return Waterfall(
        title=named.name,
        unit=f"{named.meaning[0].upper()}{named.meaning[1:]}{unit} (log scale)",
        height=TOP + ROW * len(bars) - 18,
        ticks=tuple(Tick(pct(x.at(tick)), x.label(tick)) for tick in x.ticks),
        bars=tuple(bars),
        ladder=comparison.ladder,
        has_floor=floor is not None,
        more_is_better=named.more_is_better,
        alt=f"{named.name} {comparison.load}: "
        + "; ".join(f"{bar.name} {bar.value} {bar.interval}".strip() for bar in bars),
    )


def _starts(comparison: Comparison, rows: list[tuple[ComparedVariant, Compared]]) -> list[float]:
    """Where each bar starts."""
    base = rows[0][1].value.estimate
    if not comparison.ladder:
        return [base] * len(rows)
    return [
        base,
        *(base if row.is_control else before.value.estimate for (_, before), (row, _) in pairwise(rows)),
    ]


def _drawn(compared: Compared, comparison: Comparison) -> Interval | None:
    """The ratio to where the bar starts."""
    return compared.step if comparison.ladder else compared.ratio


def _ends(start: float, compared: Compared, comparison: Comparison) -> tuple[float, float, float]:
    """Estimate and interval of the end: the start times the paired ratio."""
    ratio = _drawn(compared, comparison)
    if ratio is None:
        value = compared.value.estimate
        return value, value, value
    end = start * ratio.estimate
    if ratio.lower is None or ratio.upper is None:
        return end, end, end
    return end, start * ratio.lower, start * ratio.upper


def _value(compared: Compared, comparison: Comparison, measure: Measure) -> str:
    said = figures.with_unit(compared.value.estimate, MEASURES[measure].unit)
    ratio = _drawn(compared, comparison)
    if ratio is None:
        return f"{said}, the baseline"
    about = "≈ " if compared.differs is False else ""
    return f"{said}, {about}{figures.times(ratio.estimate)}"


def _interval(compared: Compared, comparison: Comparison) -> str:
    ratio = _drawn(compared, comparison)
    return figures.ratio_interval(ratio) if ratio is not None else ""


def _colour(
    place: int, compared: Compared, comparison: Comparison, measure: Measure
) -> Literal["soft", "good", "warn", "generator"]:
    ratio = _drawn(compared, comparison)
    if place == 0 or ratio is None:
        return "soft"
    if compared.differs is False:
        return "generator"
    return "good" if (ratio.estimate < 1) != MEASURES[measure].more_is_better else "warn"
