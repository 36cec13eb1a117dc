"""`capacity`: what was found by search."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment, Search
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.report.sentences.cells import nothing, slo_limit, telling_row, without


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
        if base.rate is not None and compared:
            name = compared[0].variant
            said = figures.listing([f"{cell.variant} {figures.ratio(cell.ratio)}" for cell in compared if cell.ratio])
            ratios = f"{name} serves{said.removeprefix(name)}"
            return f"{ratios} the {analysis.unit} of {base.variant} {at} under {slo_limit(analysis)}{without(row)}."
        rates = [f"{cell.variant} {figures.interval(cell.rate)}" for cell in row.found if cell.rate]
        name, said = row.found[0].variant, figures.listing(rates)
        served = f"{name} serves{said.removeprefix(name)} {analysis.unit} a second"
        return f"{served} {at} under {slo_limit(analysis)}{without(row)}."

    def details(self, analysis: Analysis) -> tuple[str, ...]:
        return (_against(analysis), _journeys(analysis))


def _against(analysis: Analysis) -> str:
    """The rates that the headline's ratios stand for."""
    base, *others = telling_row(analysis).cells
    rates = [figures.interval(cell.rate) for cell in others if cell.ratio is not None and cell.rate is not None]
    if base.rate is None or not rates:
        return ""
    return f"That is {figures.listing(rates)} against {figures.interval(base.rate)} {analysis.unit} a second."


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
