"""The model beside what the real controller did, decision by decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from scalebed.autoscaling.replay import replayed
from scalebed.autoscaling.trace import Trace


@dataclass(frozen=True)
class Disagreement:
    """One decision; `desired` of both, and the reasons of conditions that differ."""

    trace: str
    sync: int
    real: int
    model: int
    reasons: dict[str, tuple[str | None, str | None]]


@dataclass
class Tally:
    """Of some scenarios. `decisions` were compared, `agreed` in desiredReplicas, `reasons` also in every condition."""

    scenarios: int = 0
    decisions: int = 0
    rescaled: int = 0
    """Decisions in which the real controller changed its target."""
    agreed: int = 0
    reasons: int = 0
    left_out: int = 0
    """Decisions from the first on during which the world changed: what the controller saw then is not known, and what
    it remembers of it neither."""
    left_out_agreed: int = 0
    """Of these, those in which the model agreed all the same."""
    disagreements: list[Disagreement] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("scenarios", "decisions", "rescaled", "agreed", "reasons", "left_out", "left_out_agreed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.disagreements += other.disagreements

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def judged(name: str, trace: Trace, torn: Sequence[int] = ()) -> Tally:
    """One trace's."""
    tally = Tally(scenarios=1)
    known = min(torn, default=len(trace.syncs))
    for number, each in enumerate(replayed(trace)):
        seen = each.seen
        if seen is None:
            continue
        if number >= known:
            tally.left_out += 1
            tally.left_out_agreed += each.agrees
            continue
        tally.decisions += 1
        tally.rescaled += trace.syncs[number].rescaled_at_s is not None
        tally.agreed += each.agrees
        tally.reasons += each.agrees and each.same_reasons
        if not (each.agrees and each.same_reasons):
            ours = each.decision.reasons
            differing = {
                kind: (seen.reasons.get(kind), ours.get(kind))
                for kind in sorted(set(seen.reasons) | set(ours))
                if seen.reasons.get(kind) != ours.get(kind)
            }
            found = Disagreement(name, number, seen.desired, each.decision.desired, differing)
            tally.disagreements.append(found)
    return tally


def summed(tallies: Iterable[Tally]) -> Tally:
    """All together."""
    total = Tally()
    for each in tallies:
        total.add(each)
    return total
