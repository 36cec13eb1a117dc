"""What the model of the autoscaler decides, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scalebed.autoscaling.replay import Replayed
from scalebed.documents import Document, Part


class ProposalRow(Part):
    """What one metric proposes."""

    metric: str
    replicas: int | None
    """Null where it proposes nothing."""
    failure: str | None


class DecisionRow(Part):
    """One sync."""

    at_s: float
    replicas: int
    desired: int
    rescaled: bool
    proposals: tuple[ProposalRow, ...]
    reasons: Mapping[str, str]
    """Of the conditions, by their types."""
    seen: int | None
    """What the real controller desired, where the trace says so."""


class ReplayDocument(Document):
    """What `scalebed hpa replay --json` prints."""

    decisions: tuple[DecisionRow, ...]
    compared: int
    """Decisions of which the trace says what was seen."""
    agreed: int
    exit_code: int


def replay_document(lines: Sequence[Replayed]) -> ReplayDocument:
    """A replay as it is printed."""
    compared = [each for each in lines if each.seen is not None]
    agreed = sum(each.agrees for each in compared)
    return ReplayDocument(
        decisions=tuple(_decision(each) for each in lines),
        compared=len(compared),
        agreed=agreed,
        exit_code=int(agreed < len(compared)),
    )


def _decision(each: Replayed) -> DecisionRow:
    decision = each.decision
    return DecisionRow(
        at_s=decision.at_s,
        replicas=decision.before,
        desired=decision.desired,
        rescaled=decision.rescaled,
        proposals=tuple(
            ProposalRow(metric=found.metric.name, replicas=found.replicas, failure=found.failure or None)
            for found in decision.proposals
        ),
        reasons=dict(decision.reasons),
        seen=None if each.seen is None else each.seen.desired,
    )
