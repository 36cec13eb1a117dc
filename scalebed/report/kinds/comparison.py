"""`ablation` and `matrix`: what changes to a base were worth."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures, gains


class ComparisonWords(Words):
    """The two are spoken of alike."""

    def rate_meaning(self, experiment: Experiment) -> str:
        return "under the load of each" if experiment.share is not None else "under the common load"

    def method(self, experiment: Experiment) -> str:
        users = figures.listing([str(users) for users in experiment.levels if users])
        load, same, means = _loaded(experiment, users)
        how = (
            "a variant and what it is compared with run beside each other as a duet, each with parts, a database and a "
            f"generator of its own, {load}"
            if experiment.duet
            else f"every variant is measured {load}"
        )
        ratios = (
            "of the two sides of a duet, by block, and no quotients of the figures beside them"
            if experiment.duet
            else "paired within blocks"
        )
        told = (
            f"In each, {how} for {experiment.duration or 0:g} s, after a warm-up and a rest{same}. Ratios are "
            f"{ratios}, and their intervals are Student’s t on logarithms. The same first seconds of every trial are "
            f"cut.{means}"
        )
        if experiment.duet and experiment.is_ladder:
            told += " Where two have not run beside each other, their ratio is the product of those on the way."
        if experiment.duet:
            told += " In the first block each side is also measured alone, the other deployed and idle."
        if experiment.capacity:
            told += f" The capacity of {figures.listing(list(experiment.capacity))} was sought after that."
        return told

    def headline(self, analysis: Analysis) -> str:
        return gains.headline(analysis)


def _loaded(experiment: Experiment, users: str) -> tuple[str, str, str]:
    """The load, how alike it is for all, and what that means for the bill."""
    if users:
        return f"under {users} users in a closed model", "", ""
    if experiment.share is None:
        same = ", on the same requests at the same moments, which are others in each block"
        means = (
            " The load is the same for all, so that CPU a request is what the same traffic costs with each; latencies "
            "are those of replicas that are used to a different degree."
        )
        return f"at {experiment.rate or 0:g} requests a second", same, means
    rates = {variant: experiment.rate_given(variant, 1) or 0.0 for variant in experiment.capacity_per_replica}
    told = figures.listing([f"{variant} {figures.figure(rate)}" for variant, rate in rates.items()])
    means = (
        " Each is used to the same degree, so that latencies are what users get where each has the replicas that it "
        "needs; how many these are, and with them the bill, goes by the capacities, which the file gives."
    )
    return f"at {experiment.share * 100:g}% of what its replicas sustain ({told} a second and replica)", "", means


class AblationWords(ComparisonWords):
    title = "ablation"


class MatrixWords(ComparisonWords):
    title = "matrix"
