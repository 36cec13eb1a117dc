"""Whether a run can be trusted, in five lines: intervals, floor, generator, host, and what was done of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scalebed.experiment.spec import Experiment
from scalebed.measurement import causes
from scalebed.report.findings.checks import middle_and_most
from scalebed.report.findings.gathering import Gathered
from scalebed.report.findings.views import MEASURES, CellView, Check, Comparison, TrialView
from scalebed.report.sentences import figures
from scalebed.statistics import intervals

COVERED = (91, 97)
"""In how many of a hundred searches, for one kind of simulated service and for another, the 95% interval over blocks
covers the true capacity: the fewest and the most of docs/results/calibration (a unit test holds it to that)."""
COVERED_BEFORE = (44, 94)
"""The same of runs whose capacity is the highest rate that passed, as searches once had it."""


def trust(
    run: Gathered, cells: Sequence[CellView], comparisons: Sequence[Comparison], *, fitted: bool
) -> tuple[Check, ...]:
    """One line for each, in that order; `fitted` as in `Analysis`."""
    experiment = run.manifest.experiment
    return (
        _intervals(run, cells, comparisons, COVERED if fitted else COVERED_BEFORE),
        _floor(experiment, comparisons),
        _generator(run.trials),
        _host(run.trials),
        _blocks(experiment, cells),
    )


def _intervals(
    run: Gathered, cells: Sequence[CellView], comparisons: Sequence[Comparison], covered: tuple[int, int]
) -> Check:
    experiment = run.manifest.experiment
    some = any(cell.has_interval for cell in cells) or any(each.has_intervals for each in comparisons)
    if experiment.traits.disrupts:
        blocks = Counter(cell for cell, _ in run.basis)
        some = max(blocks.values(), default=0) >= intervals.FEWEST
    if not some and experiment.traits.asks_rates:
        return Check("Intervals", "none: at rates that were asked for the SLO was kept or not", "note")
    if not some and max((cell.done for cell in cells), default=0) < intervals.FEWEST:
        least = figures.count(intervals.FEWEST, "block")
        return Check("Intervals", f"none: it takes {least} to tell how far another run would be off", "warn")
    if not some:
        return Check("Intervals", f"none: fewer than {intervals.FEWEST} blocks came to a figure", "warn")
    over = "95%, Student t over blocks"
    if not experiment.traits.seeks or experiment.search.around:
        return Check("Intervals", f"{over}; how often such ones cover was not found out", "note")
    fewest, most = covered
    seen = (
        f"{over}; of simulated services whose capacity is known, searched with five blocks, such an interval covers it "
        f"in {fewest} to {most} of 100 searches, depending on the kind of service, and far less often where it "
        "warms up for minutes, or once overloaded stays so"
    )
    return Check("Intervals", seen, "good" if fewest >= 90 else "note")


def _floor(experiment: Experiment, comparisons: Sequence[Comparison]) -> Check:
    told = [
        f"{each.floors[measure]:.3g} × in {measured.name}"
        for each in comparisons
        for measure, measured in MEASURES.items()
        if measure in each.floors
    ]
    if told:
        return Check("Floor", f"the same thing measured twice differs by up to {figures.listing(told)}", "good")
    if experiment.compares:
        return Check("Floor", "not known: `control: true` measures the baseline twice", "warn")
    return Check("Floor", "not measured: nothing was measured twice under two names", "note")


def _generator(trials: Sequence[TrialView]) -> Check:
    spoiled = sum(bool(causes.kinds(t.causes) & causes.BY_GENERATOR) for t in trials if t.verdict == "INVALID")
    passed = [trial for trial in trials if trial.verdict == "PASS" and trial.purpose != "closed"]
    late = f"; what passed began at most {figures.milliseconds(max(t.lag_ms for t in passed))} late" if passed else ""
    if spoiled:
        return Check("Generator", f"fell short in {figures.count(spoiled, 'trial')}, which do not count{late}", "note")
    return Check("Generator", f"made the load that was asked for in all of {len(trials):,} trials{late}", "good")


def _host(trials: Sequence[TrialView]) -> Check:
    by_others = sum(bool(causes.disturbances(t.causes)) for t in trials)
    steal, _ = middle_and_most(trials, lambda trial: trial.steal_share)
    foreign, _ = middle_and_most(trials, lambda trial: trial.foreign_cores)
    seen = f"a hypervisor took {figures.percent(steal, 1)} of its CPU and other programs {foreign:.2f} cores (medians)"
    if by_others:
        return Check("Host", f"disturbed in {by_others:,} of {figures.count(len(trials), 'trial')}; {seen}", "note")
    return Check("Host", f"quiet in all of {figures.count(len(trials), 'trial')}; {seen}", "good")


def _blocks(experiment: Experiment, cells: Sequence[CellView]) -> Check:
    planned, done = sum(cell.planned for cell in cells), sum(cell.done for cell in cells)
    seen = f"{done:,} of {figures.count(planned, 'repetition')} planned, in {figures.count(experiment.blocks, 'block')}"
    return Check("Blocks", seen, "good" if done >= planned else "warn")
