"""Tables of what replicas cost, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich import box
from rich.table import Table

from scalebed.report.findings.prices import HOURS_A_MONTH, Span, cell_prices, demand_prices
from scalebed.report.findings.views import Analysis
from scalebed.report.sentences import figures


def price_tables(analysis: Analysis, an_hour: float, rates: Sequence[float] = ()) -> list[Table]:
    """What cells cost, and what it costs to serve each of the rates; without any, the round ones of the report."""
    demands = tuple(rates) or tuple(demand.rate for demand in analysis.demands)
    tables = [_cells(analysis, an_hour)]
    return [*tables, _demands(analysis, demands, an_hour)] if demands else tables


def _table(*heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("variant", overflow="fold")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _cells(analysis: Analysis, an_hour: float) -> Table:
    table = _table("replicas", "a month", f"a million\n{analysis.unit}, full")
    for price in cell_prices(analysis.cells, an_hour):
        table.add_row(price.cell.variant, price.cell.scale, _sum(price.month), _span(price.million))
    return table


def _demands(analysis: Analysis, rates: Sequence[float], an_hour: float) -> Table:
    table = _table(f"{analysis.unit}/s", "replicas", "a month")
    found = demand_prices(analysis.cells, rates, an_hour)
    for number, price in enumerate(found):
        last = number + 1 == len(found) or found[number + 1].rate != price.rate
        more = f"> {analysis.replicas[-1]}"
        replicas = more if price.replicas is None else _whole(price.replicas)
        month = (
            f"> {_sum(an_hour * HOURS_A_MONTH * analysis.replicas[-1])}" if price.month is None else _span(price.month)
        )
        table.add_row(price.variant, f"{price.rate:g}", replicas, month, end_section=last)
    return table


def _whole(span: Span) -> str:
    return f"{span.estimate:.0f}{_between(span, lambda value: f'{value:.0f}')}"


def _span(span: Span | None) -> str:
    return figures.DASH if span is None else f"{_sum(span.estimate)}{_between(span, _sum)}"


def _sum(value: float) -> str:
    """In hundredths, or as far as three digits tell."""
    return f"{value:,.2f}" if value >= 1 else figures.figure(value)


def _between(span: Span, write: Callable[[float], str]) -> str:
    """On a line of its own; an upper end that no count reaches says so."""
    if span.least is None and span.most is None:
        return ""
    least = write(span.estimate) if span.least is None else write(span.least)
    if span.most is None:
        return f"\n[dim]{least} or more[/dim]"
    most = write(span.most)
    return "" if least == most == write(span.estimate) else f"\n[dim]{least}{figures.DASH}{most}[/dim]"
