"""Capacity and scaling efficiency against replicas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scalebed.report.charts import axes
from scalebed.report.charts.geometry import LOG_FROM, Label, Point, Segment, Tick, joined, pct, px
from scalebed.report.findings.views import Analysis, CellView
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval


@dataclass(frozen=True)
class Line:
    """A variant in the capacity chart."""

    name: str
    slot: int
    points: tuple[Point, ...]
    least: tuple[Point, ...]
    """Rates that were met where host or generator carried no more."""
    measured: tuple[Segment, ...]
    linear: tuple[Segment, ...]
    ceiling: tuple[Segment, ...]
    label: Label
    ceiling_label: Label | None


@dataclass(frozen=True)
class Curves:
    height: int
    gutter: int
    unit: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    beyond: tuple[str, ...]
    """Sentences on ceilings that lie off the chart."""
    has_linear: bool
    has_ceiling: bool
    has_least: bool


@dataclass(frozen=True)
class _Plane:
    x: axes.Axis
    y: axes.Axis
    height: int

    def place(self, replicas: int, value: float) -> tuple[float, float]:
        return pct(self.x.at(replicas)), px(self.y.at(value), self.height)


def capacity(analysis: Analysis, height: int = 340) -> Curves | None:
    """None where fewer than two replica counts have a rate, or there is no such curve to draw."""
    found = [cell for cell in analysis.cells if cell.rate is not None]
    if len({cell.replicas for cell in found}) < 2 or analysis.manifest.experiment.traits.gives_rates:
        return None
    values = [v for cell in found if cell.rate for v in cell.rate.finite]
    log = any(_apart_at(analysis, n) > LOG_FROM for n in analysis.replicas)
    ceilings = {cell.id: cell.ceiling for cell in found if cell.ceiling}
    # A ceiling far above what was measured would press the curves to the floor.
    drawn = {key: value for key, value in ceilings.items() if value <= max(values) * (4 if log else 1.5)}
    x = (
        axes.logarithmic(analysis.replicas, margin_share=0.07)
        if log
        else axes.Axis(0.0, analysis.replicas[-1] * 1.04, log=False, ticks=())
    )
    linear = [v for v in (_linear(analysis, cell) for cell in found) if v is not None]
    least = [cell.least for cell in analysis.cells if cell.least is not None]
    wanted = [*values, *drawn.values(), *linear, *least]
    y = axes.logarithmic(wanted, most=8) if log else axes.linear(wanted)
    lines = []
    for variant in analysis.variants:
        cells = [cell for cell in analysis.of(variant) if cell.rate is not None]
        if cells:
            lines.append(_line(analysis, cells, _Plane(x, y, height), drawn))
    beyond = []
    for variant in analysis.variants:
        off = [ceilings[c.id] for c in analysis.of(variant) if c.id in ceilings and c.id not in drawn]
        if off:
            beyond.append(f"{variant} at {figures.figure(min(off), 2)}")
    return Curves(
        height=height,
        gutter=max(44, *(8 * len(line.label.text) + 14 for line in lines)),
        unit=f"{analysis.unit.capitalize()} a second{' (log scale)' if log else ''}",
        x_ticks=tuple(Tick(pct(x.at(n)), f"{n}") for n in analysis.replicas),
        y_ticks=tuple(Tick(px(y.at(tick), height), y.label(tick)) for tick in y.ticks),
        lines=_apart(lines, height),
        beyond=tuple(beyond),
        has_linear=any(line.linear for line in lines),
        has_ceiling=any(line.ceiling for line in lines),
        has_least=any(line.least for line in lines),
    )


def _apart_at(analysis: Analysis, replicas: int) -> float:
    """How many times the slowest variant's rate the fastest has, at one replica count."""
    rates = [c.rate.estimate for c in analysis.cells if c.replicas == replicas and c.rate is not None]
    return max(rates) / min(rates) if rates else 1.0


def _linear(analysis: Analysis, cell: CellView) -> float | None:
    first = next((c for c in analysis.of(cell.variant) if c.rate is not None), None)
    return first.rate.estimate * cell.replicas / first.replicas if first and first.rate else None


def _line(analysis: Analysis, cells: Sequence[CellView], plane: _Plane, ceilings: dict[str, float]) -> Line:
    points = []
    for cell in cells:
        if cell.rate is not None:
            said = f"{figures.interval(cell.rate)} {analysis.unit} a second"
            points.append(_point(cell, cell.rate, said, plane))
    line = [(point.x, point.y) for point in points]
    straight = [plane.place(cell.replicas, _linear(analysis, cell) or 0.0) for cell in cells]
    top = [plane.place(cell.replicas, ceilings[cell.id]) for cell in cells if cell.id in ceilings]
    if len(top) == 1:  # a ceiling known at one count only is drawn as a short level line
        top = [(max(0.0, top[0][0] - 6), top[0][1]), (min(100.0, top[0][0] + 6), top[0][1])]
    name = axes.short(cells[0].variant)
    return Line(
        name=cells[0].variant,
        slot=analysis.variants.index(cells[0].variant) % 6,
        points=tuple(points),
        least=tuple(
            _point(cell, Interval(cell.least, None, None, 0), f"at least {figures.figure(cell.least)} a second", plane)
            for cell in analysis.of(cells[0].variant)
            if cell.least is not None
        ),
        measured=joined(line),
        linear=joined(straight),
        ceiling=joined(top),
        label=Label(line[-1][0], line[-1][1], name),
        ceiling_label=Label(top[-1][0], top[-1][1] - 7, f"host’s ceiling, {name}") if top else None,
    )


def _point(cell: CellView, interval: Interval, said: str, plane: _Plane) -> Point:
    x, y = plane.place(cell.replicas, interval.estimate)
    return Point(
        x=x,
        y=y,
        low=plane.place(cell.replicas, interval.estimate if interval.lower is None else interval.lower)[1],
        high=plane.place(cell.replicas, interval.upper or interval.estimate)[1],
        title=f"{cell.variant}, {cell.sized}: {said}",
    )


def _apart(lines: Sequence[Line], height: int) -> tuple[Line, ...]:
    """Labels moved so that none covers another: names down, ceilings up from their lines."""
    names = axes.spread([line.label.y for line in lines], 17, 4, height)
    tops = [line.ceiling_label for line in lines if line.ceiling_label]
    raised = iter(axes.spread([-label.y for label in tops], 15, -height, 8))
    return tuple(
        replace(
            line,
            label=replace(line.label, y=name),
            ceiling_label=replace(line.ceiling_label, y=-next(raised)) if line.ceiling_label else None,
        )
        for line, name in zip(lines, names, strict=True)
    )


def scaling(analysis: Analysis, height: int = 200) -> Curves | None:
    """Efficiency against replicas; None where there is none to draw."""
    scaled = [cell for cell in analysis.cells if cell.efficiency is not None]
    if not scaled:
        return None
    values = [v for c in scaled if c.efficiency for v in c.efficiency.finite]
    x = axes.logarithmic(analysis.replicas, margin_share=0.07)
    plane = _Plane(x, axes.linear([*values, 1.0], most=5), height)
    fewest = analysis.replicas[0]
    lines = []
    for slot, variant in enumerate(analysis.variants):
        cells = [cell for cell in analysis.of(variant) if cell.efficiency is not None]
        start = analysis.cell(variant, fewest)
        if not cells or start is None:
            continue
        points = [
            _point(start, Interval(1.0, None, None, 0), "1, what the others are compared with", plane),
            *(
                _point(cell, cell.efficiency, f"efficiency {cell.efficiency.estimate:.2f}", plane)
                for cell in cells
                if cell.efficiency is not None
            ),
        ]
        path = [(point.x, point.y) for point in points]
        label = Label(path[-1][0], path[-1][1], axes.short(variant))
        lines.append(Line(variant, slot % 6, tuple(points), (), joined(path), (), (), label, None))
    one = plane.place(fewest, 1.0)[1]
    reference = Line("linear", 5, (), (), (), (Segment(0.0, one, 100.0, one),), (), Label(0, one, ""), None)
    return Curves(
        height=height,
        gutter=max(44, *(8 * len(line.label.text) + 14 for line in lines)),
        unit="Rate per replica, over that at the fewest replicas",
        x_ticks=tuple(Tick(pct(x.at(n)), f"{n}") for n in analysis.replicas),
        y_ticks=tuple(Tick(px(plane.y.at(tick), height), plane.y.label(tick)) for tick in plane.y.ticks),
        lines=(reference, *_apart(lines, height)),
        beyond=(),
        has_linear=True,
        has_ceiling=False,
        has_least=False,
    )
