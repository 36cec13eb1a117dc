"""What is said of a comparison, in sentences and table cells."""

from __future__ import annotations

from scalebed.comparison.change import Change
from scalebed.comparison.quantities import QUANTITIES
from scalebed.comparison.verdict import Comparison, describe
from scalebed.report.findings.conclusion import Conclusion
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

_FAR = 2.0
"""A factor from which people say `3.1 ×` and no more `+210%`."""


def quantity(change: Change) -> str:
    """`Capacity`, `CPU in all`."""
    return QUANTITIES[change.quantity].name


def unit(change: Change, comparison: Comparison) -> str:
    """`journeys/s`, `ms/request`."""
    arrivals = comparison.after.manifest.experiment.unit
    if change.quantity in ("capacity", "throughput"):
        return f"{arrivals}/s"
    return QUANTITIES[change.quantity].column.replace("request", arrivals.removesuffix("s"))


def moved(ratio: Interval | None) -> str:
    """`−10.2% (−13.1 to −7.2)`, or `3.1 × (2.9–3.3)` where that reads better."""
    if ratio is None:
        return figures.DASH
    if max(ratio.estimate, 1 / ratio.estimate) >= _FAR:
        return figures.ratio(ratio)
    return f"{_percent(ratio.estimate)}%{_within(ratio)}"


def _within(ratio: Interval) -> str:
    if ratio.lower is None or ratio.upper is None:
        return ""
    high = "any" if ratio.upper == float("inf") else _percent(ratio.upper)
    return f" ({_percent(ratio.lower)} to {high})"


def _percent(ratio: float) -> str:
    text = f"{(ratio - 1) * 100:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def verdict(change: Change, comparison: Comparison) -> str:
    """Whether it differs, in two words or a few."""
    if change.place in comparison.broken:
        return "fails"
    if change.lost:
        return {True: "lost", False: "gained", None: "no answer"}[change.worse]
    if change.floor is None or change.differs is None:
        return "no control" if change.floor is None else "no interval"
    if not change.differs:
        return "no difference claimed"
    up = change.ratio is not None and change.ratio.estimate > 1
    return "better" if up == change.more_is_better else "worse"


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What a person must know beside the table, a sentence each."""
    said = [*comparison.broken.values()]
    lost = [
        f"{describe(change.place, comparison.after)}: {change.lost}." for change in comparison.changes if change.lost
    ]
    said += dict.fromkeys(lost)
    if comparison.paired:
        said.append("Two variants of one run, paired by block.")
    else:
        said.append(
            "Two runs, one after the other: what changed on the host between them is in the difference. As variants of "
            "one experiment they would take turns."
        )
    said += _short_of(comparison)
    floors = {change.floor for change in comparison.changes if change.floor is not None and change.floor > 1}
    if floors:
        said.append(
            f"The same thing measured twice differed by up to {max(floors):.3g} ×; no less is called a difference."
        )
    if comparison.hosts:
        said.append(f"ACROSS HOSTS: {'; '.join(comparison.hosts)}.")
    if comparison.differences:
        said.append(f"What differs: {'; '.join(comparison.differences)}.")
    else:
        said.append("Nothing that is known of the two differs: the same may have been measured twice.")
    for side, place in comparison.unmatched:
        said.append(f"Only in {side.name}: {describe(place, side)}.")
    return tuple(said)


def _short_of(comparison: Comparison) -> list[str]:
    """What makes the figures mean less."""
    said = []
    for which, side in (("before", comparison.before), ("after", comparison.after)):
        done, planned = side.finished
        if done < planned:
            said.append(f"The run {which} is not finished: {done} of {planned} repetitions.")
        said += [f"Mind, {which}, {caveat.kind}: {caveat.sentence}" for caveat in side.caveats]
    for place, first in comparison.before.found.items():
        second = comparison.after.found.get(place)
        if second is None:
            continue
        where = describe(place, comparison.after)
        for which, known in (("before", first), ("after", second)):
            if known.open and known.values.get("capacity"):
                found = len(known.values["capacity"])
                said.append(f"{where}: the capacity {which} rests on {found} of {known.blocks} blocks.")
        if max(first.per_arrival, second.per_arrival) > 1.02 * min(first.per_arrival, second.per_arrival):
            said.append(
                f"{where}: a journey makes {second.per_arrival:.3g} requests, before {first.per_arrival:.3g}; "
                "latencies are those of requests."
            )
    return said


def judgements(comparison: Comparison) -> tuple[str, ...]:
    """How each limit stands, a sentence each."""
    said = []
    for judged in comparison.judgements:
        where = describe(judged.change.place, comparison.after)
        if judged.conclusion is Conclusion.NO:
            how = f"is broken: {judged.reason}" if judged.reason else f"is broken: {moved(judged.change.ratio)}"
        elif judged.conclusion is Conclusion.NO_VALID_ANSWER:
            how = f"has no valid answer: {judged.reason}"
        else:
            how = f"holds, as {judged.reason}" if judged.reason else "holds for sure"
            if judged.maybe:
                how = f"is not surely broken, but may be: {moved(judged.change.ratio)}"
        said.append(f"{judged.limit.text.strip()}, {where}: {how}.")
    return tuple(said)
