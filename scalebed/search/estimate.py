"""What trials say of a capacity: the rate at which as much is slow, or fails, as the SLO allows.

A rate that passed and one above it that did not bound it only as surely as one trial can tell, and near the capacity
one can tell little. So all that came near are taken together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scalebed.measurement.shares import Share
from scalebed.search.observation import Observed
from scalebed.statistics.threshold import Point, threshold

_BEYOND = 1.6
"""How far outside of what passed and what did not the capacity may lie."""


def capacity(trials: Sequence[Observed], lower: float, upper: float) -> float:
    """Of a block's trials at several rates, about `lower`, which passed, and `upper`, which did not.

    Each line of the SLO has its own; the smallest is the answer. `lower` itself where records do not tell shares, and
    where a replica ended at `upper`: no more is known then than that `lower` was carried.
    """
    # One that passed in a short trial passed too easily to say anything, and of one that ended no share does.
    told = [o for o in trials if o.verdict != "INVALID" and (o.full or o.verdict != "PASS") and not o.ended]
    if any(o.ended and o.rate == upper for o in trials) or not all(o.shares for o in told):
        return lower
    found = []
    for line in _lines(told):
        effect = _effect(o.shares[line] for o in told)
        points = [_point(o, line, effect) for o in told]
        low, high = lower / _BEYOND, _highest([o for o in told if o.rate == upper], upper)
        found.append(threshold(points, told[0].shares[line].allowed, low, high))
    return min(found)


def _lines(told: Sequence[Observed]) -> Sequence[int]:
    """Those of which something was bad, or else the first: of what was never bad, few requests say little."""
    every = range(min(len(o.shares) for o in told))
    return [line for line in every if any(o.shares[line].bad for o in told)] or every[:1]


def _highest(above: Sequence[Observed], upper: float) -> float:
    """Up to where the capacity may lie, of trials at `upper`.

    Where it is not for its shares that these did not pass, but for a queue, or as they could not tell, it lies below:
    what the queue had not yet delayed would say more.
    """
    return upper * (_BEYOND if all(any(s.broken for s in o.shares) for o in above) else 1.0)


def _effect(shares: Iterable[Share]) -> float:
    """The design effect that all share. Each one's own would be small where by chance little was bad."""
    told = [(share.bad, share.of / share.size) for share in shares if 0 < share.bad < share.of]
    return max(1.0, sum(bad * effect for bad, effect in told) / sum(bad for bad, _ in told)) if told else 1.0


def _point(trial: Observed, line: int, effect: float) -> Point:
    """A trial that failed early tells of its line at least so many bad; of others' lines, that so few says nothing."""
    share = trial.shares[line]
    early = trial.verdict == "FAIL" and not trial.full
    return Point(trial.rate, share.bad / effect, share.of / effect, at_least=early)
