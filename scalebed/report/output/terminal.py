"""The short table that a run prints at its end."""

from __future__ import annotations

from rich import box
from rich.table import Table

from scalebed.report.charts import axes
from scalebed.report.findings.views import MEASURES, Analysis, CellView, Compared, Comparison, Measure
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval


def cells_table(analysis: Analysis) -> Table:
    experiment = analysis.manifest.experiment
    compares = not experiment.traits.gives_rates and len(analysis.variants) > 1
    scales = not experiment.traits.gives_rates and len(analysis.replicas) > 1
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("variant", no_wrap=True)
    table.add_column("replicas", justify="right", no_wrap=True)
    table.add_column(f"{analysis.rate_name.lower()}\n{analysis.unit}/s", justify="right", no_wrap=True)
    if compares:
        table.add_column(f"ratio to\n{analysis.variants[0]}", justify="right", no_wrap=True)
    if scales:
        table.add_column("efficiency", justify="right", no_wrap=True)
    table.add_column("CPU ms/\nrequest", justify="right", no_wrap=True)
    table.add_column(f"{figures.percentile_name(experiment.slo.percentile)}\nms", justify="right", no_wrap=True)
    table.add_column("limit")
    minded = any(cell.caveats for cell in analysis.cells)
    if minded:
        table.add_column("mind")
    for i, cell in enumerate(analysis.cells):
        row = [cell.variant, cell.scale, _rate(cell)]
        if compares:
            row.append("1" if cell.variant == analysis.variants[0] and cell.rate else _ratio(cell.ratio))
        if scales:
            row.append("1" if cell.replicas == analysis.replicas[0] and cell.rate else _efficiency(cell.efficiency))
        row += [figures.figure(cell.cpu_ms.get("service")), figures.figure(cell.slo_latency)]
        last = i + 1 == len(analysis.cells) or analysis.cells[i + 1].variant != cell.variant
        row.append(cell.limit.part if cell.limit else figures.DASH)
        table.add_row(*row, *([cell.mind] if minded else []), end_section=last)
    return table


def faults_table(analysis: Analysis) -> Table:
    """A line for each fault of each variant, with what an episode cost."""
    several = len(analysis.replicas) > 1
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    named = several or len(analysis.variants) > 1
    table.add_column("fault", overflow="fold", min_width=8)
    for head in ("failed", "late", "out of the\nSLO, s", "met again\nafter, s"):
        table.add_column(head, justify="right", no_wrap=True)
    kept = any(view.ledger for view in analysis.faults)
    if kept:
        table.add_column("lost,\ntwice,\nstale", justify="right", no_wrap=True)
    before = ""
    for i, view in enumerate(analysis.faults):
        whose = f"{view.variant}, {figures.count(view.replicas, 'replica')}" if several else view.variant
        following = analysis.faults[i + 1 : i + 2]
        last = not following or (following[0].variant, following[0].replicas) != (view.variant, view.replicas)
        if named and whose != before:
            table.add_row(f"[bold]{whose}[/bold]")
        before = whose
        row = [view.name]
        row += [_mean(each) for each in (view.failed, view.late, view.out_s)]
        row.append(f"{view.never} of {view.outages} not" if view.never else _mean(view.back_s))
        if kept:
            of = view.ledger
            row.append(figures.DASH if of is None else f"{of.lost}, {of.doubled}, {of.stale}")
        table.add_row(*row, end_section=last)
    return table


def _mean(interval: Interval | None) -> str:
    """As short as it can be said: six of them stand beside one another."""
    return figures.DASH if interval is None else _with_interval(interval, 2).replace("at most ", "≤ ")


def compared_table(analysis: Analysis) -> Table:
    """A line for each variant: CPU in all with its ratios, and what it is made of."""
    first = analysis.comparisons[0]
    shown: tuple[Measure, ...] = ("service", "database", "database_time", "p95")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("variant", overflow="fold", min_width=12)
    table.add_column("CPU ms/\nrequest", justify="right", no_wrap=True)
    table.add_column(f"ratio to\n{axes.short(first.base.variant, 12)}", justify="right", no_wrap=True)
    if first.ladder:
        table.add_column("ratio to\nbefore", justify="right", no_wrap=True)
    for measure in shown:
        head = MEASURES[measure].name.replace("CPU ", "").replace("Database time", "database\ntime")
        table.add_column(f"{head}\nms", justify="right", no_wrap=True)
    minded = any(row.cell.caveats for comparison in analysis.comparisons for row in comparison.rows)
    if minded:
        table.add_column("mind")
    for comparison in analysis.comparisons:
        for i, row in enumerate(comparison.rows):
            cpu = row.measures.get("cpu")
            name = row.variant if comparison.users is None else f"{row.variant}, {comparison.users} users"
            cells = [name, figures.figure(cpu.value.estimate if cpu else None), _compared(cpu, comparison, step=False)]
            if first.ladder:
                cells.append(_compared(cpu, comparison, step=True))
            cells += [figures.figure(m.value.estimate if (m := row.measures.get(key)) else None) for key in shown]
            cells += [row.cell.mind] if minded else []
            table.add_row(*cells, end_section=i + 1 == len(comparison.rows))
    return table


def _compared(compared: Compared | None, comparison: Comparison, *, step: bool) -> str:
    if compared is None:
        return figures.DASH
    ratio = compared.step if step else compared.ratio
    if ratio is None:
        return "" if step else "1"
    same = "≈ " if compared.differs is False and step == comparison.ladder else ""
    return same + _with_interval(ratio, figures.ratio_digits(ratio.estimate))


def _rate(cell: CellView) -> str:
    if cell.rate is None:
        return (cell.bound or cell.state).replace("at this", "at\nthis").replace("at least ", "at least\n")
    return _with_interval(cell.rate, 3)


def _ratio(ratio: Interval | None) -> str:
    return figures.DASH if ratio is None else _with_interval(ratio, figures.ratio_digits(ratio.estimate))


def _efficiency(efficiency: Interval | None) -> str:
    if efficiency is None:
        return figures.DASH
    if efficiency.lower is None or efficiency.upper is None:
        return f"{efficiency.estimate:.2f}"
    return f"{efficiency.estimate:.2f}" + _below(figures.span_to(efficiency.lower, efficiency.upper, 2))


def _with_interval(interval: Interval, digits: int) -> str:
    within = figures.span(interval.lower, interval.upper, like=interval.estimate, digits=digits)
    return figures.figure(interval.estimate, digits) + (_below(within))


def _below(within: str) -> str:
    """An interval on a line of its own: the table has to fit 80 columns."""
    return f"\n[dim]{within}[/dim]" if within else ""
