"""`closed`: how many answers users got."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import Analysis, CellView
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.report.sentences.cells import nothing, telling_row, without


class ClosedWords(Words):
    title = "closed model"
    rate_name = "Throughput"

    def rate_meaning(self, experiment: Experiment) -> str:
        return f"with {experiment.crowd}"

    def method(self, experiment: Experiment) -> str:
        return (
            f"In each, {experiment.crowd} send requests for {experiment.duration or 0:g} s, each the next one when the "
            "last is answered. A closed model slows down with its service, so its latencies are not those of an open "
            "one."
        )

    def headline(self, analysis: Analysis) -> str:
        return answers(analysis)


def _else(analysis: Analysis, cell: CellView) -> str:
    """What the SLO limits besides, where that was not met."""
    verdicts = {t.verdict for t in analysis.trials if t.cell == cell.id and t.purpose == "closed"}
    if "FAIL" in verdicts:
        return ", but the SLO was missed"
    return ", but it stayed undecided whether the SLO was met" if "UNDECIDED" in verdicts else ""


def answers(analysis: Analysis) -> str:
    """How many each variant gave, and how late."""
    experiment = analysis.manifest.experiment
    row = telling_row(analysis)
    if not row.found:
        return nothing(analysis, row)
    slo, limit = experiment.slo, experiment.slo.latency_ms
    parts = []
    for cell in row.found:
        if cell.rate is None or cell.slo_latency is None:
            continue
        ratio = f", {figures.ratio(cell.ratio)} as many as {row.cells[0].variant}" if cell.ratio else ""
        latency = f"{figures.percentile_name(slo.percentile)} {figures.milliseconds(cell.slo_latency)}"
        broken = f", above the limit of {figures.limit(limit)}" if cell.slo_latency > limit else _else(analysis, cell)
        parts.append(
            f"{cell.variant} answers {figures.interval(cell.rate)} requests a second{ratio} ({latency}{broken})"
        )
    with_users = f"With {experiment.crowd}{'' if experiment.profile else ' in a closed model'}"
    at = "under an autoscaler" if experiment.autoscaler else f"at {figures.count(row.replicas, 'replica')}"
    return f"{with_users} {at}, {'; '.join(parts)}{without(row)}."
