"""What is said of the cells of one replica count, whatever the kind of experiment."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.report.findings.views import Analysis, CellView
from scalebed.report.sentences import figures


def slo_limit(analysis: Analysis) -> str:
    slo = analysis.manifest.experiment.slo
    limits = [f"{figures.percentile_name(slo.percentile)} ≤ {figures.limit(slo.latency_ms)}"]
    for each in slo.further:
        whose = f" for {each.endpoint}" if each.endpoint else ""
        of = " of successes" if each.latency_of == "successes" else ""
        limits.append(f"{figures.percentile_name(each.percentile)} ≤ {figures.limit(each.latency_ms)}{of}{whose}")
    if slo.checks is not None:
        limits.append(f"checks ≥ {slo.checks * 100:.4g}%")
    return figures.listing(limits)


@dataclass(frozen=True)
class Row:
    """The cells of all variants at one replica count."""

    replicas: int
    cells: tuple[CellView, ...]
    unit: str
    """As in `Analysis`."""

    @property
    def found(self) -> tuple[CellView, ...]:
        return tuple(cell for cell in self.cells if cell.rate is not None)


def telling_row(analysis: Analysis) -> Row:
    """The fewest replicas at which most variants have a rate, or else at least a bound."""
    rows = [Row(n, tuple(c for c in analysis.cells if c.replicas == n), analysis.unit) for n in analysis.replicas]
    return max(rows, key=lambda row: (len(row.found), sum(bool(c.bound) for c in row.cells), -row.replicas))


def without(row: Row) -> str:
    lacking = [f"{cell.variant} {why_none(cell, row.unit)}" for cell in row.cells if cell.rate is None]
    return f"; {'; '.join(lacking)}" if lacking else ""


def why_none(cell: CellView, unit: str = "requests") -> str:
    match cell.state:
        case "none at this SLO":
            text = "has no capacity at this SLO"
        case "beyond the generator" | "at least":
            text = f"serves {cell.bound} {unit} a second" if cell.bound else "serves more than could be offered"
        case "undecided":
            text = "stayed undecided"
        case "INVALID":
            text = "has no valid trial"
        case "not measured":
            text = "has not been measured"
        case _:
            text = "has no capacity that could be confirmed"
    return f"{text} ({cell.note.rstrip('.')})" if cell.note else text


def nothing(analysis: Analysis, row: Row) -> str:
    """No cell has a rate at any replica count."""
    if not analysis.trials:
        return "Nothing has been measured yet."
    reasons = [f"{cell.variant} {why_none(cell, row.unit)}" for cell in row.cells]
    at = f"At {figures.count(row.replicas, 'replica')} under {slo_limit(analysis)}"
    return f"{at}: {'; '.join(reasons)}."
