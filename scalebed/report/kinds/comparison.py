"""`ablation` and `matrix`: what changes to a base were worth."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures, gains


class ComparisonWords(Words):
    """The two are spoken of alike."""

    def rate_meaning(self, experiment: Experiment) -> str:
        return "under the common load"

    def method(self, experiment: Experiment) -> str:
        users = figures.listing([str(users) for users in experiment.levels if users])
        load = f"under {users} users in a closed model" if users else f"at {experiment.rate or 0:g} requests a second"
        same = "" if users else ", on the same requests at the same moments, which are others in each block"
        told = (
            f"In each, every variant is measured {load} for {experiment.duration or 0:g} s, after a warm-up and a rest"
            f"{same}. Ratios are paired within blocks, and their intervals are Student’s t on logarithms. The same "
            "first seconds of every trial are cut."
        )
        if experiment.capacity:
            told += f" The capacity of {figures.listing(list(experiment.capacity))} was sought after that."
        return told

    def headline(self, analysis: Analysis) -> str:
        return gains.headline(analysis)


class AblationWords(ComparisonWords):
    title = "ablation"


class MatrixWords(ComparisonWords):
    title = "matrix"
