"""What a comparison found, in sentences made from its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import MEASURES, Analysis, ComparedVariant, Comparison, Measure
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

MOST_NAMED = 4


def headline(analysis: Analysis) -> str:
    first = analysis.comparisons[0]
    if "cpu" not in first.base.measures:
        return "Nothing can be compared yet: the baseline has not been measured." if analysis.trials else _NOTHING
    if first.base.cell.rough or all(row.cell.rough for row in first.rows[1:]):
        return f"{first.load[0].upper()}{first.load[1:]}, nothing is compared: the figures are rough."
    told = _told(first)
    meant = "the service, the database, the pooler and the cache together"
    return f"{told.removesuffix('.')} (CPU of {meant})." if "CPU" in told else told


_NOTHING = "Nothing has been measured yet."


def details(analysis: Analysis) -> tuple[str, ...]:
    said = []
    share = analysis.manifest.experiment.share
    for i, comparison in enumerate(analysis.comparisons):
        if "cpu" not in comparison.base.measures or comparison.base.cell.rough:
            continue
        if i:
            said.append(_told(comparison))
        if comparison.ladder:
            said.append(_steps(comparison))
        if comparison.users:
            said.append(_extremes(comparison, "throughput"))
        elif share is not None or (not _claimed(comparison, "cpu") and _claimed(comparison, "p95")):
            said.append(_extremes(comparison, "p95"))
        said.append(_alike(comparison))
        said.append(_capacities(comparison))
        said += _together(comparison)
    said.append(_bought(analysis.manifest.experiment))
    return tuple(sentence for sentence in said if sentence)


def _bought(experiment: Experiment) -> str:
    """The replicas that the same traffic needs, by the capacities that a share is of; empty where there is none."""
    if experiment.share is None:
        return ""
    given = experiment.capacity_per_replica
    base, *others = (variant.name for variant in experiment.variants if variant.name in given)
    if not others:
        return ""
    said = figures.listing([f"{name} {figures.times(given[base] / given[name])}" for name in others])
    return (
        f"For the same traffic {others[0]} takes{said.removeprefix(others[0])} the replicas of {base}, by the "
        "capacities that the experiment gives."
    )


def caveats(analysis: Analysis) -> tuple[str, ...]:
    by_comparison = [said for each in analysis.comparisons for said in (_floor(each), _interference(each))]
    intervals = " ".join(said for said in (_intervals(analysis), *by_comparison) if said)
    return tuple(said for said in (intervals, _noted(analysis)) if said)


def _told(comparison: Comparison) -> str:
    if not comparison.ladder:
        return _extremes(comparison, "cpu")
    rungs = [row for row in comparison.rows[1:] if not row.is_control and "cpu" in row.measures]
    ratio = rungs[-1].measures["cpu"].ratio if rungs else None
    if ratio is None:
        return f"Only {comparison.base.variant} has been measured {comparison.load}."
    return f"{rungs[-1].variant} needs {_less(ratio)} CPU a request {comparison.load} {_than(ratio, comparison)}."


def _less(ratio: Interval) -> str:
    if ratio.estimate >= 1:
        return f"{figures.ratio(ratio)} the"
    inverse = Interval(
        1 / ratio.estimate,
        None if ratio.upper is None else 1 / ratio.upper,
        None if ratio.lower is None else 1 / ratio.lower,
        ratio.n,
    )
    return f"{figures.ratio(inverse)} less"


def _than(ratio: Interval, comparison: Comparison) -> str:
    return f"{'of' if ratio.estimate >= 1 else 'than'} {comparison.base.variant}"


def _steps(comparison: Comparison) -> str:
    """The steps that make most of a difference, largest first."""
    found = [(row.variant, step) for row, step in _ratios(comparison, "cpu", step=True) if _counts(row, "cpu")]
    found.sort(key=lambda item: -abs(math.log(item[1].estimate)))
    if not found:
        return ""
    said = figures.listing([f"{name} {figures.ratio(step)}" for name, step in found[:MOST_NAMED]])
    return f"Of the rung before, {said}: the largest {'steps' if len(found) > 1 else 'step'}."


def _extremes(comparison: Comparison, measure: Measure) -> str:
    """Which variants are furthest from the baseline, each way; without intervals nothing is less or more."""
    base, what = comparison.base.variant, "CPU a request" if measure == "cpu" else MEASURES[measure].name.lower()
    found = _claimed(comparison, measure)
    load = f"{comparison.load[0].upper()}{comparison.load[1:]}"
    if not found:
        return f"{load}, no variant is known to differ from {base} in {what}."
    known = [item for item in found if item[0].lower is not None]
    if not known:
        found.sort(key=lambda item: -abs(math.log(item[0].estimate)))
        return f"{load}, {what} against {base} came out as {_listed(found)}."
    less = sorted((item for item in known if item[0].estimate < 1), key=lambda item: item[0].estimate)
    more = sorted((item for item in known if item[0].estimate > 1), key=lambda item: -item[0].estimate)
    parts = [f"{word} with {_listed(items)}" for items, word in ((less, "less"), (more, "more")) if items]
    return f"{load}, {what} against {base} is {'; '.join(parts)}."


def _claimed(comparison: Comparison, measure: Measure) -> list[tuple[Interval, str]]:
    """The ratios that count, with the names of their variants."""
    return [(ratio, row.variant) for row, ratio in _ratios(comparison, measure, step=False) if _counts(row, measure)]


def _listed(found: Sequence[tuple[Interval, str]]) -> str:
    """The first of them, by name with their ratios."""
    named = figures.listing([f"{name} {figures.ratio(ratio)}" for ratio, name in found[:MOST_NAMED]])
    rest = len(found) - MOST_NAMED
    return f"{named}{f' and {rest} others' if rest > 0 else ''}"


def _alike(comparison: Comparison) -> str:
    """The variants that no difference is claimed for."""
    same = [
        (row.variant, row.measures["cpu"].step)
        for row in comparison.rows
        if not row.is_control and "cpu" in row.measures and row.measures["cpu"].differs is False
    ]
    if not same:
        return ""
    told = [name if step is None else f"{name} {figures.ratio(step)}" for name, step in same]
    named = f"{', '.join(told[:8])} and {len(told) - 8} more" if len(told) > 8 else figures.listing(told)
    return f"No difference is claimed for {named}: what there is lies within these."


def _capacities(comparison: Comparison) -> str:
    """What was sought of capacity beside the comparison, against the baseline's; the largest first."""
    found = [(row.cell.ratio, row.variant) for row in comparison.rows if row.cell.ratio is not None]
    rate = comparison.base.cell.rate
    if not found or rate is None:
        return ""
    found.sort(key=lambda item: -item[0].estimate)
    known = f"{figures.interval(rate)} requests a second"
    return f"Capacity, against {known} of {comparison.base.variant}: {_listed(found)}."


def _together(comparison: Comparison) -> list[str]:
    said = []
    for pair in comparison.interactions:
        if pair.measure != "cpu":
            continue
        product = pair.alone[0] * pair.alone[1]
        found = f"{pair.one} and {pair.other} together come to {figures.ratio(pair.both)}; alone they would multiply to"
        verdict = {True: "so they act upon each other", False: "so they act on their own"}.get(pair.differs is True)
        said.append(
            f"{found} {figures.times(product)}, {verdict if pair.differs is not None else 'without an interval'}."
        )
    return said


def _ratios(comparison: Comparison, measure: Measure, *, step: bool) -> list[tuple[ComparedVariant, Interval]]:
    """The ratios of all but the baseline and the control."""
    found = []
    for row in comparison.rows[1:]:
        compared = row.measures.get(measure)
        ratio = None if compared is None else compared.step if step else compared.ratio
        if ratio is not None and not row.is_control:
            found.append((row, ratio))
    return found


def _counts(row: ComparedVariant, measure: Measure) -> bool:
    """Without intervals every difference is named; with them, those that are claimed."""
    return row.measures[measure].differs is not False


def _intervals(analysis: Analysis) -> str:
    values = [row.measures["cpu"].value for c in analysis.comparisons for row in c.rows if "cpu" in row.measures]
    if not values:
        return ""
    blocks = sorted({value.n for value in values})
    said = f"{blocks[0]} to {blocks[-1]} blocks" if len(blocks) > 1 else figures.count(blocks[0], "block")
    if all(value.lower is None for value in values):
        return f"No interval: {said}; it takes three to have one."
    return f"In brackets: 95% intervals over {said}, ratios paired within them."


def _floor(comparison: Comparison) -> str:
    if "cpu" not in comparison.floors:
        return ""
    factor = f"{comparison.floors['cpu']:.3f}".rstrip("0").rstrip(".")
    return (
        f"Measured twice {comparison.load}, {comparison.base.variant} differs from itself by a factor of up to "
        f"{factor} in CPU a request; no smaller difference is claimed."
    )


def _interference(comparison: Comparison) -> str:
    """What it does to the two sides of a duet that they run beside each other."""
    costs = [row.interference.cost for row in comparison.rows if row.interference is not None]
    apart = [row.variant for row in comparison.rows if row.apart]
    if not costs:
        return ""
    between = figures.times(costs[0]) if len(costs) == 1 else f"{min(costs):.2f} to {figures.times(max(costs))}"
    given_up = f"; {figures.listing(apart)} had to be measured alone" if apart else ""
    return f"Beside each other both sides of a duet need {between} the CPU that they need alone{given_up}."


def _noted(analysis: Analysis) -> str:
    noted = [
        f"{row.cell.title.replace(', one replica', '')} {row.note}"
        for comparison in analysis.comparisons
        for row in comparison.rows
        if row.note and row.cell.done
    ]
    return f"Mind that {'; '.join(noted[:5])}{' and more' if len(noted) > 5 else ''}." if noted else ""
