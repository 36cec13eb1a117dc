"""Which three settings of a front are worth a look, against the one that there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scalebed.forecast.front import Candidate, Score

Aim = Literal["cheaper", "safer", "reliable"]
RELIABLE = 0.01
"""The share of the seconds that one who is called reliable may be out of the SLO."""


@dataclass(frozen=True)
class Choice:
    """One of them, and whether it gets what it aims at."""

    aim: Aim
    candidate: Candidate
    gains: bool


def choose(found: Sequence[Candidate], now: Score) -> tuple[Choice, ...]:
    """Three of a front that is not empty; some may be the same setting.

    `cheaper` costs least of those that are out of the SLO no longer than now, `safer` is out of it least of those that
    cost no more, and `reliable` costs least of those that are out of it for no more than 1% of the time. Where none is
    that, it is the one that is least out of the SLO, or of `safer` the one that costs least.
    """
    calmest, thriftiest = min(found, key=lambda c: c.score.out), min(found, key=lambda c: c.score.replicas)
    cheaper = _cheapest([each for each in found if each.score.out <= now.out], calmest)
    as_cheap = [each for each in found if each.score.replicas <= now.replicas]
    safer = min(as_cheap, key=lambda c: c.score.out, default=thriftiest)
    reliable = _cheapest([each for each in found if each.score.out <= RELIABLE], calmest)
    return (
        Choice("cheaper", cheaper, cheaper.score.replicas < now.replicas and cheaper.score.out <= now.out),
        Choice("safer", safer, safer.score.out < now.out and safer.score.replicas <= now.replicas),
        Choice("reliable", reliable, reliable.score.out <= RELIABLE),
    )


def _cheapest(found: Sequence[Candidate], otherwise: Candidate) -> Candidate:
    return min(found, key=lambda c: c.score.replicas, default=otherwise)
