"""Rates at one replica count, a row for each variant."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.report.charts import axes
from scalebed.report.charts.geometry import LOG_FROM, Tick, pct
from scalebed.report.findings.views import Analysis
from scalebed.report.sentences import figures


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
    unit: str


def rate_rows(analysis: Analysis) -> RateRows | None:
    found = [cell for cell in analysis.cells if cell.rate is not None]
    if analysis.manifest.experiment.traits.gives_rates or len({cell.replicas for cell in found}) != 1:
        return None
    values = [v for cell in found if cell.rate for v in cell.rate.finite]
    log = max(values) / min(values) > LOG_FROM
    ceilings = {cell.id: cell.ceiling for cell in found if cell.ceiling and cell.ceiling <= max(values) * 4}
    x = (
        axes.logarithmic([*values, *ceilings.values()], most=5)
        if log
        else axes.linear([*values, *ceilings.values()], 5)
    )
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
                x=pct(x.at(cell.rate.estimate)),
                low=pct(x.at(cell.rate.lower or cell.rate.estimate)),
                high=pct(x.at(cell.rate.upper or cell.rate.estimate)),
                ceiling=pct(x.at(ceilings[cell.id])) if cell.id in ceilings else None,
                value=figures.figure(cell.rate.estimate) + (f" ({within})" if within else ""),
            )
        )
    ticks = tuple(Tick(pct(x.at(tick)), x.label(tick)) for tick in x.ticks)
    return RateRows(
        44 * len(rows) + 12, log, ticks, tuple(rows), bool(ceilings), f"{analysis.unit.capitalize()} a second"
    )
