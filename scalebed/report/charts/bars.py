"""CPU per request, stacked by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scalebed.report.charts.geometry import LOG_FROM
from scalebed.report.findings.views import PARTS, Analysis, CellView
from scalebed.report.sentences import figures


@dataclass(frozen=True)
class Block:
    part: str
    x: float
    width: float
    named: str
    """The part, where there is room for it on a wide page."""
    shown: str
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
    for comparison in analysis.comparisons:
        compared = [row.cell for row in comparison.rows if row.cell.cpu_total]
        named = tuple(replace(_bar(cell, parts, max(known) / 100), name=cell.variant) for cell in compared)
        panels.append(_panel(comparison.load, named, f"CPU per request {comparison.load}"))
    if panels:
        return CpuChart(tuple(panels), parts, own_scales=False)
    for variant in analysis.variants:
        scale = (tops[variant] if own else max(known)) / 100
        rows = tuple(_bar(cell, parts, scale) for cell in cells if cell.variant == variant)
        if rows:
            panels.append(_panel(variant, rows, f"CPU per request of {variant}"))
    return CpuChart(tuple(panels), parts, own)


def _panel(name: str, rows: tuple[BarRow, ...], what: str) -> BarPanel:
    return BarPanel(name, rows, f"{what}: {'; '.join(f'{row.name} {row.total}' for row in rows)}.")


def _bar(cell: CellView, parts: Sequence[str], scale: float) -> BarRow:
    x, blocks = 0.0, []
    for part in parts:
        value = cell.cpu_ms.get(part, 0.0)
        width = value / scale
        said = figures.figure(value)
        named, shown = (f"{part} " if width > 42 else ""), (said if width > 30 else "")
        blocks.append(Block(part, round(x, 2), round(width, 2), named, shown, f"{part}: {said} ms of CPU a request"))
        x += width
    return BarRow(cell.sized, tuple(blocks), round(x, 2), f"{figures.figure(cell.cpu_total)} ms")
