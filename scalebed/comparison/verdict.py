"""Compares two sides and says what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed.comparison import limit as limits_of
from scalebed.comparison.change import Change, changes, only
from scalebed.comparison.differences import differences
from scalebed.comparison.likeness import UnlikeError, require_alike, require_like_hosts, unlike_hosts
from scalebed.comparison.limit import Judgement, Limit
from scalebed.comparison.side import Place, Side, one_run
from scalebed.report.findings.conclusion import Conclusion, gravest
from scalebed.report.sentences import figures


@dataclass(frozen=True)
class Comparison:
    """Two sides, the changes between them, and how they stand to the limits."""

    before: Side
    after: Side
    changes: tuple[Change, ...]
    judgements: tuple[Judgement, ...]
    hosts: tuple[str, ...]
    """What differs of the hosts, where they may; that is said in every output."""
    differences: tuple[str, ...]
    unmatched: tuple[tuple[Side, Place], ...]
    """Places that only one of them planned."""
    broken: Mapping[Place, str]
    """Sentences: where the second missed what the first kept. It is a no where limits were given."""
    limited: bool = False
    """Whether limits were given."""

    @property
    def paired(self) -> bool:
        """Within one run, block by block."""
        return one_run(self.before, self.after)

    @property
    def conclusion(self) -> Conclusion:
        """Without limits nothing is asked that a no could answer; with one, what fails is a no, whatever else is."""
        if not self.limited:
            return Conclusion.YES
        if self.broken:
            return Conclusion.NO
        return gravest(judgement.conclusion for judgement in self.judgements)


def compare(
    before: Side,
    after: Side,
    limits: Sequence[Limit] = (),
    *,
    control: Side | None = None,
    across_hosts: bool = False,
) -> Comparison:
    """Raises UnlikeError where the two, or the control, cannot be compared, and LimitError where a limit is about what
    they do not have."""
    _require_two(before, after)
    if control is not None:
        _require_two(before, control)
        _require_two(after, control)
    hosts: list[str] = []
    for other in (after,) if control is None else (after, control):
        require_alike(before, other)
        known = before.manifest.fingerprint, other.manifest.fingerprint
        if not across_hosts:
            require_like_hosts(before.name, known[0], other.name, known[1])
        hosts += unlike_hosts(*known)
    found = changes(before, after, control)
    if not found:
        raise UnlikeError(
            f"{before.name} and {after.name}: have no variant with as many replicas in common; name a variant of each, "
            f"such as {before.path}:{before.variants[0]} {after.path}:{after.variants[0]}"
        )
    return Comparison(
        before=before,
        after=after,
        changes=found,
        judgements=limits_of.judge(limits, found),
        hosts=tuple(dict.fromkeys(hosts)),
        differences=differences(before, after),
        unmatched=tuple((s, place) for s, o in ((before, after), (after, before)) for place in only(s, o)),
        broken=_broken(before, after),
        limited=bool(limits),
    )


def _require_two(one: Side, other: Side) -> None:
    if one_run(one, other) and set(one.variants) & set(other.variants):
        raise UnlikeError(f"{one.name} and {other.name}: are the same; name different runs, or variants of one")


_CLEARLY = 1.5
"""Times as many failures, from which on they are more and not just others."""


def _broken(before: Side, after: Side) -> Mapping[Place, str]:
    """What fails is answered fast and for little: figures of it must not look like a gain."""
    said = {}
    allowed = after.manifest.experiment.slo.error_rate
    for place, first in before.found.items():
        second = after.found.get(place)
        if second is None or not second.blocks:
            continue
        where = describe(place, after)
        if second.missed * max(first.blocks, 1) > first.missed * second.blocks:
            was = f"{first.missed} of {first.blocks}" if first.missed else "none"
            said[place] = f"{where}: the SLO was missed in {second.missed} of {second.blocks} blocks, before in {was}."
        elif second.failed_share > max(allowed, _CLEARLY * first.failed_share):
            said[place] = (
                f"{where}: {figures.percent(second.failed_share, 1)} of the requests failed, before "
                f"{figures.percent(first.failed_share, 1)}."
            )
    return said


def describe(place: Place, side: Side) -> str:
    """`shop at 2 replicas, 50 users`."""
    told = [f"{place.variant or side.variants[0]} at {figures.count(place.replicas, 'replica')}"]
    if place.users is not None:
        told.append(figures.count(place.users, "user"))
    if place.rate is not None:
        told.append(f"{place.rate:g} {side.manifest.experiment.unit} a second")
    return ", ".join(told)
