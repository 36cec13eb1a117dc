"""The geometry of the charts: across in percent, so that a chart is as wide as its page; down in pixels, so that
its text stays the size of text. Templates draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.report import axes, figures
from scalebed.report.views import PARTS, Analysis, CellView, TrialView

LOG_FROM = 5.0
"""Variants that differ by more than this stand on a log axis."""


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    low: float
    high: float
    """Where the interval ends; both `y` without one."""
    title: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """A variant in the capacity chart."""

    name: str
    slot: int
    points: tuple[Point, ...]
    measured: tuple[Segment, ...]
    linear: tuple[Segment, ...]
    ceiling: tuple[Segment, ...]
    label: Label
    ceiling_label: Label | None


@dataclass(frozen=True)
class CapacityChart:
    height: int
    gutter: int
    log: bool
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    beyond: tuple[str, ...]
    """Sentences on ceilings that lie off the chart."""
    has_linear: bool
    has_ceiling: bool


def capacity(analysis: Analysis, height: int = 340) -> CapacityChart | None:
    """None where fewer than two replica counts have a rate, or there is no such curve to draw."""
    found = [cell for cell in analysis.cells if cell.rate is not None]
    if len({cell.replicas for cell in found}) < 2 or analysis.manifest.experiment.kind == "fixed-rate":
        return None
    values = [v for cell in found if cell.rate for v in (cell.rate.estimate, cell.rate.lower, cell.rate.upper) if v]
    log = max(values) / min(values) > LOG_FROM
    ceilings = {cell.id: cell.ceiling for cell in found if cell.ceiling}
    # A ceiling far above what was measured would press the curves to the floor.
    drawn = {key: value for key, value in ceilings.items() if value <= max(values) * (4 if log else 1.5)}
    x = axes.logarithmic(analysis.replicas, room=0.07) if log else axes.linear(analysis.replicas)
    linear = [v for v in (_linear(analysis, cell) for cell in found) if v is not None]
    wanted = [*values, *drawn.values(), *linear]
    y = axes.logarithmic(wanted, most=8) if log else axes.linear(wanted)
    lines = []
    for slot, variant in enumerate(analysis.variants):
        cells = [cell for cell in analysis.of(variant) if cell.rate is not None]
        if cells:
            lines.append(_line(analysis, cells, slot, x, y, height, drawn))
    beyond = []
    for variant in analysis.variants:
        off = [ceilings[c.id] for c in analysis.of(variant) if c.id in ceilings and c.id not in drawn]
        if off:
            beyond.append(f"{variant} at {figures.figure(min(off), 2)}")
    return CapacityChart(
        height=height,
        gutter=max(44, *(8 * len(line.label.text) + 14 for line in lines)),
        log=log,
        x_ticks=tuple(Tick(_pct(x.at(n)), f"{n}") for n in analysis.replicas),
        y_ticks=tuple(Tick(_px(y.at(tick), height), y.label(tick)) for tick in y.ticks),
        lines=_apart(lines, height),
        beyond=tuple(beyond),
        has_linear=any(line.linear for line in lines),
        has_ceiling=any(line.ceiling for line in lines),
    )


def _linear(analysis: Analysis, cell: CellView) -> float | None:
    first = next((c for c in analysis.of(cell.variant) if c.rate is not None), None)
    return first.rate.estimate * cell.replicas / first.replicas if first and first.rate else None


def _line(
    analysis: Analysis,
    cells: Sequence[CellView],
    slot: int,
    x: axes.Axis,
    y: axes.Axis,
    height: int,
    ceilings: dict[str, float],
) -> Line:
    points = []
    for cell in cells:
        if cell.rate is None:
            continue
        rate = cell.rate
        within = figures.span(rate.lower, rate.upper, like=rate.estimate)
        said = f" ({within})" if within else ""
        points.append(
            Point(
                x=_pct(x.at(cell.replicas)),
                y=_px(y.at(rate.estimate), height),
                low=_px(y.at(rate.lower or rate.estimate), height),
                high=_px(y.at(rate.upper or rate.estimate), height),
                title=f"{cell.variant}, {figures.count(cell.replicas, 'replica')}: "
                f"{figures.figure(rate.estimate)}{said} requests a second",
            )
        )
    line = [(p.x, p.y) for p in points]
    straight = [(p.x, _px(y.at(_linear(analysis, c) or 0), height)) for c, p in zip(cells, points, strict=True)]
    top = [(p.x, _px(y.at(ceilings[c.id]), height)) for c, p in zip(cells, points, strict=True) if c.id in ceilings]
    if len(top) == 1:  # a ceiling known at one count only is drawn as a short level line
        top = [(max(0.0, top[0][0] - 6), top[0][1]), (min(100.0, top[0][0] + 6), top[0][1])]
    name = cells[0].variant
    return Line(
        name=name,
        slot=slot % 6,
        points=tuple(points),
        measured=_joined(line),
        linear=_joined(straight),
        ceiling=_joined(top),
        label=Label(line[-1][0], line[-1][1], axes.short(name)),
        ceiling_label=Label(top[0][0], top[0][1] - 7, f"host’s ceiling, {axes.short(name)}") if top else None,
    )


def _apart(lines: Sequence[Line], height: int) -> tuple[Line, ...]:
    places = axes.spread([line.label.y for line in lines], 17, 4, height)
    return tuple(
        Line(**{**vars(line), "label": Label(line.label.x, place, line.label.text)})
        for line, place in zip(lines, places, strict=True)
    )


@dataclass(frozen=True)
class RateRow:
    name: str
    slot: int
    y: float
    x: float
    low: float
    high: float
    ceiling: float | None
    value: str


@dataclass(frozen=True)
class RateRows:
    """Rates at one replica count, one row a variant."""

    height: int
    log: bool
    ticks: tuple[Tick, ...]
    rows: tuple[RateRow, ...]
    has_ceiling: bool


def rate_rows(analysis: Analysis) -> RateRows | None:
    found = [cell for cell in analysis.cells if cell.rate is not None]
    if not found or len({cell.replicas for cell in found}) > 1:
        return None
    values = [v for cell in found if cell.rate for v in (cell.rate.estimate, cell.rate.lower, cell.rate.upper) if v]
    log = max(values) / min(values) > LOG_FROM
    ceilings = {cell.id: cell.ceiling for cell in found if cell.ceiling and cell.ceiling <= max(values) * 4}
    x = axes.logarithmic([*values, *ceilings.values()], most=5) if log else axes.linear([*values, *ceilings.values()], 5)
    rows = []
    for i, cell in enumerate(found):
        if cell.rate is None:
            continue
        within = figures.span(cell.rate.lower, cell.rate.upper, like=cell.rate.estimate)
        rows.append(
            RateRow(
                name=axes.short(cell.variant, 24),
                slot=analysis.variants.index(cell.variant) % 6,
                y=44.0 * i + 34,
                x=_pct(x.at(cell.rate.estimate)),
                low=_pct(x.at(cell.rate.lower or cell.rate.estimate)),
                high=_pct(x.at(cell.rate.upper or cell.rate.estimate)),
                ceiling=_pct(x.at(ceilings[cell.id])) if cell.id in ceilings else None,
                value=figures.figure(cell.rate.estimate) + (f" ({within})" if within else ""),
            )
        )
    ticks = tuple(Tick(_pct(x.at(tick)), x.label(tick)) for tick in x.ticks)
    return RateRows(44 * len(rows) + 12, log, ticks, tuple(rows), bool(ceilings))


@dataclass(frozen=True)
class TrialMark:
    x: float
    p50: float
    slo: float
    p99: float
    verdict: str
    title: str


@dataclass(frozen=True)
class LatencyPanel:
    name: str
    height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    limit_y: float
    rate_x: float | None
    rate_label: str
    marks: tuple[TrialMark, ...]
    alt: str


def latency(analysis: Analysis, height: int = 190) -> tuple[LatencyPanel, ...]:
    """A panel for each cell; one latency axis for all, one rate axis for each variant."""
    if not analysis.trials:
        return ()
    slo = analysis.manifest.experiment.slo
    every = [v for t in analysis.trials for v in (t.p50, t.p99, t.slo_latency)]
    y = axes.logarithmic([*every, slo.latency_ms], most=5)
    panels = []
    for variant in analysis.variants:
        rates = [trial.rate_achieved for trial in analysis.trials if trial.variant == variant]
        x = axes.logarithmic(rates, most=5)
        for cell in analysis.of(variant):
            trials = [trial for trial in analysis.trials if trial.cell == cell.id]
            if trials:
                panels.append(_panel(analysis, cell, trials, x, y, height))
    return tuple(panels)


def _panel(
    analysis: Analysis, cell: CellView, trials: Sequence[TrialView], x: axes.Axis, y: axes.Axis, height: int
) -> LatencyPanel:
    slo = analysis.manifest.experiment.slo
    name = f"{cell.variant}, {figures.count(cell.replicas, 'replica')}"
    verdicts = [trial.verdict for trial in trials]
    said = figures.listing([f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts)])
    return LatencyPanel(
        name=name,
        height=height,
        x_ticks=tuple(Tick(_pct(x.at(t)), x.label(t)) for t in x.ticks),
        y_ticks=tuple(Tick(_px(y.at(t), height), figures.limit(t)) for t in y.ticks),
        limit_y=_px(y.at(slo.latency_ms), height),
        rate_x=_pct(x.at(cell.rate.estimate)) if cell.rate else None,
        rate_label=figures.figure(cell.rate.estimate) if cell.rate else "",
        marks=tuple(
            TrialMark(
                x=_pct(x.at(t.rate_achieved)),
                p50=_px(y.at(t.p50), height),
                slo=_px(y.at(t.slo_latency), height),
                p99=_px(y.at(t.p99), height),
                verdict=t.verdict,
                title=f"{t.verdict}, block {t.block}: {figures.figure(t.rate_achieved)} requests a second, "
                f"p50 {figures.milliseconds(t.p50)}, p95 {figures.milliseconds(t.p95)}, "
                f"p99 {figures.milliseconds(t.p99)}",
            )
            for t in trials
        ),
        alt=f"Latency by rate of {name}: {said}.",
    )


@dataclass(frozen=True)
class Block:
    part: str
    x: float
    width: float
    label: str
    title: str


@dataclass(frozen=True)
class BarRow:
    name: str
    blocks: tuple[Block, ...]
    end: float
    total: str


@dataclass(frozen=True)
class BarPanel:
    name: str
    rows: tuple[BarRow, ...]
    alt: str


@dataclass(frozen=True)
class CpuChart:
    panels: tuple[BarPanel, ...]
    parts: tuple[str, ...]
    own_scales: bool


def parts_of(cells: Sequence[CellView]) -> tuple[str, ...]:
    """Parts for which any cell has CPU figures, in their order."""
    seen = {part for cell in cells for part in cell.cpu_ms}
    return (*(part for part in PARTS if part in seen), *sorted(seen - set(PARTS)))


def cpu(analysis: Analysis) -> CpuChart | None:
    """Stacked bars; each variant has a scale of its own where they differ by more than `LOG_FROM`."""
    cells = [cell for cell in analysis.cells if cell.cpu_total]
    if not cells:
        return None
    parts = parts_of(cells)
    tops = {v: max((c.cpu_total or 0 for c in cells if c.variant == v), default=0.0) for v in analysis.variants}
    known = [top for top in tops.values() if top]
    own = max(known) / min(known) > LOG_FROM
    panels = []
    for variant in analysis.variants:
        scale = (tops[variant] if own else max(known)) / 100
        rows = tuple(_bar(cell, parts, scale) for cell in cells if cell.variant == variant)
        if rows:
            alt = "; ".join(f"{row.name} {row.total}" for row in rows)
            panels.append(BarPanel(variant, rows, f"CPU per request of {variant}: {alt}."))
    return CpuChart(tuple(panels), parts, own)


def _bar(cell: CellView, parts: Sequence[str], scale: float) -> BarRow:
    x, blocks = 0.0, []
    for part in parts:
        value = cell.cpu_ms.get(part, 0.0)
        width = value / scale
        said = figures.figure(value)
        label = f"{part} {said}" if width > 42 else said if width > 17 else ""
        blocks.append(Block(part, round(x, 2), round(width, 2), label, f"{part}: {said} ms of CPU a request"))
        x += width
    name = figures.count(cell.replicas, "replica")
    return BarRow(name, tuple(blocks), round(x, 2), f"{figures.figure(cell.cpu_total)} ms")


def _pct(share: float) -> float:
    return round(share * 100, 2)


def _px(share: float, height: int) -> float:
    return round((1 - share) * height, 1)


def _joined(points: Sequence[tuple[float, float]]) -> tuple[Segment, ...]:
    return tuple(Segment(*a, *b) for a, b in zip(points, points[1:], strict=False))
