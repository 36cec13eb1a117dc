"""A trace through the model: what it decides in each sync, beside what the real controller did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scalebed.autoscaling.controller import Controller, Decision
from scalebed.autoscaling.sync import Seen
from scalebed.autoscaling.trace import Trace


@dataclass(frozen=True)
class Replayed:
    """One sync: the model's decision, and what was seen, if anything was."""

    decision: Decision
    seen: Seen | None

    @property
    def agrees(self) -> bool:
        """Whether `desiredReplicas` is the same, or nothing was seen."""
        return self.seen is None or self.seen.desired == self.decision.desired

    @property
    def same_reasons(self) -> bool:
        """Whether conditions have the same reasons, as far as they were seen."""
        return self.seen is None or all(
            self.decision.reasons.get(name) == reason for name, reason in self.seen.reasons.items()
        )


def replayed(trace: Trace) -> Iterator[Replayed]:
    """Each sync's, in order."""
    controller = Controller(trace.release, trace.controller)
    left: list[int] = []
    for sync, look in zip(trace.syncs, trace.looks(left), strict=True):
        decision = controller.decide(look)
        left[:] = [decision.target]
        yield Replayed(decision, sync.seen)
