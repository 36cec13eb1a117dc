"""`capacity`: what was found by search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from scalebed.experiment.spec import Experiment, Search
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.report.sentences.cells import nothing, slo_limit, telling_row, without
from scalebed.statistics.intervals import Interval

_T = TypeVar("_T")


class CapacityWords(Words):
    title = "capacity search"

    def rate_meaning(self, experiment: Experiment) -> str:
        return "at the highest rate that passed"

    def method(self, experiment: Experiment) -> str:
        search = experiment.search
        ends = f"a trial ends when its verdict is certain, after {search.max_trial:g} s at most"
        return f"In each, {_searched(search)}; {ends}."

    def headline(self, analysis: Analysis) -> str:
        row = telling_row(analysis)
        at = f"at {figures.count(row.replicas, 'replica')}"
        if not row.found:
            return nothing(analysis, row)
        base, *others = row.cells
        compared = [cell for cell in others if cell.ratio is not None]
        asked = f"{at} under {slo_limit(analysis)}{without(row)}."
        if base.rate is not None and compared:
            ratios = _served([(cell.variant, cell.ratio) for cell in compared if cell.ratio], figures.ratio, "other ")
            return f"{ratios} the {analysis.unit} of {base.variant} {asked}"
        rates = _served([(cell.variant, cell.rate) for cell in row.found if cell.rate], figures.interval)
        return f"{rates} {analysis.unit} a second {asked}"

    def details(self, analysis: Analysis) -> tuple[str, ...]:
        return (_against(analysis), _journeys(analysis))


_LISTED = 5
"""More variants are a wall of figures in one sentence: it names the ends, and the table has them all."""


def _served(found: Sequence[tuple[str, Interval]], told: Callable[[Interval], str], other: str = "") -> str:
    """`flask serves 10 and quart 20`, of variants and their figures."""
    if len(found) > _LISTED:
        (low, least), (high, most) = _ends(found, lambda each: each[1])
        return f"{len(found)} {other}variants serve from {low}’s {told(least)} to {high}’s {told(most)}"
    name = found[0][0]
    said = figures.listing([f"{variant} {told(figure)}" for variant, figure in found])
    return f"{name} serves{said.removeprefix(name)}"


def _ends(found: Sequence[_T], figure: Callable[[_T], Interval]) -> tuple[_T, _T]:
    """Those of the lowest and the highest estimate."""
    ranked = sorted(found, key=lambda each: figure(each).estimate)
    return ranked[0], ranked[-1]


def _against(analysis: Analysis) -> str:
    """The rates that the headline's ratios stand for."""
    base, *others = telling_row(analysis).cells
    rates = [(cell.ratio, cell.rate) for cell in others if cell.ratio is not None and cell.rate is not None]
    if base.rate is None or not rates:
        return ""
    if len(rates) > _LISTED:
        rates = list(_ends(rates, lambda each: each[0]))
    told = figures.listing([figures.interval(rate) for _, rate in rates])
    return f"That is {told} against {figures.interval(base.rate)} {analysis.unit} a second."


def _journeys(analysis: Analysis) -> str:
    """What a journey comes to, and the rates in requests."""
    if analysis.unit != "journeys":
        return ""
    cells = [cell for cell in telling_row(analysis).cells if cell.rate is not None and cell.pause_ms is not None]
    if not cells:
        return ""
    told = [
        f"{cell.variant} {figures.figure(cell.rate.estimate * cell.per_arrival)}"
        for cell in cells
        if cell.rate is not None
    ]
    pause = cells[0].pause_ms or 0.0
    paused = f" and {figures.milliseconds(pause)} of pauses" if pause >= 1 else ""
    made = f"A journey is {cells[0].per_arrival:.3g} requests{paused} on average"
    return f"{made}; in requests a second: {figures.listing(told)}."


def _searched(search: Search) -> str:
    if not search.around:
        return f"the search for capacity brackets, bisects on a log scale to {search.precision:.0%} and confirms"
    shares = figures.listing([f"{share:.0%}" for share in search.shares])
    return (
        f"each cell climbs through {shares} of the rate planned for it, and the highest that passes before one does "
        "not is its capacity; where all do, or none, it goes on in the same proportion. Each is known to lie below the "
        "next step only, and intervals take that in"
    )
