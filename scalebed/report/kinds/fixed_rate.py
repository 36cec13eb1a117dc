"""`fixed-rate`: which of the given rates met the SLO."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.report.sentences.cells import slo_limit, telling_row, why_none


class FixedRateWords(Words):
    title = "fixed rates"
    rate_name = "Highest rate met"

    def rate_meaning(self, experiment: Experiment) -> str:
        return "at the highest rate met"

    def method(self, experiment: Experiment) -> str:
        return f"In each, every rate is one trial of {experiment.duration or 0:g} s."

    def headline(self, analysis: Analysis) -> str:
        experiment = analysis.manifest.experiment
        row = telling_row(analysis)
        if not analysis.trials:
            return "Nothing has been measured yet."
        asked = figures.listing([f"{rate:,g}" for rate in sorted(experiment.rates)])
        one = len(experiment.rates) == 1
        parts = []
        for cell in row.cells:
            if cell.rate is not None:
                every = cell.rate.estimate >= max(experiment.rates)
                latency = figures.milliseconds(cell.slo_latency)
                met = "at every rate" if every else f"up to {cell.rate.estimate:,g}"
                parts.append(f"{cell.variant} meets it{f' ({latency})' if one else f' {met} ({latency} there)'}")
            elif cell.state == "none at this SLO":
                parts.append(f"{cell.variant} {'misses it' if one else 'at none'}")
            else:
                parts.append(f"{cell.variant} {why_none(cell, row.unit)}")
        at = f"at {figures.count(row.replicas, 'replica')}"
        return f"Asked for {slo_limit(analysis)} at {asked} {analysis.unit} a second {at}: {'; '.join(parts)}."
