"""What `scalebed compare` makes of the same service searched twice, and of one that lost some of its capacity."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from laboratory import batches
from laboratory.coverage import Share
from laboratory.searching import Search, experiment, search
from laboratory.services import SERVICES
from scalebed.comparison.change import Change
from scalebed.comparison.limit import Limit, judge, parse
from scalebed.comparison.side import Place
from scalebed.report.findings.conclusion import Conclusion
from scalebed.statistics import intervals

TWICE = ("M/M/1", "CFS quota", "shared database", "drift")
"""Those that are searched where none is named."""
LIMIT = parse("capacity < -5 %")
LOSSES = (0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Pairs:
    """What comparing so many pairs of runs of one service came to."""

    service: str
    pairs: int
    """Of which both runs have an interval; all else is about these."""
    tried: int
    claimed: Share
    """Of the same service twice: a difference was claimed."""
    broken: Share
    """Of the same: `LIMIT` was broken."""
    found: tuple[Share, ...]
    """Of one that lost each of `LOSSES`: `LIMIT` was broken."""
    half_width: float
    """The middle of half the interval of the ratio, as a share of it."""


def pairs(service: str, made: Sequence[Search]) -> Pairs:
    """Of each two searches in a row the first is the run before, the second the run after.

    What is lost is taken off the second's capacities: as if all that a block finds came that much lower, which is so of
    a service that is slower in everything and has a limit on latency that is as much longer.
    """
    twos = [two for two in zip(made[::2], made[1::2], strict=False) if all(len(each.capacities) > 2 for each in two)]
    same = [_change(before, after) for before, after in twos]
    widths = sorted(change.ratio.relative_half_width or math.inf for change in same if change.ratio is not None)
    return Pairs(
        service=service,
        pairs=len(twos),
        tried=len(made) // 2,
        claimed=Share(sum(bool(change.differs) for change in same), len(twos)),
        broken=Share(sum(_is_broken(LIMIT, change) for change in same), len(twos)),
        found=tuple(
            Share(sum(_is_broken(LIMIT, _change(before, after, 1 - loss)) for before, after in twos), len(twos))
            for loss in LOSSES
        ),
        half_width=widths[len(widths) // 2] if widths else math.nan,
    )


def _change(before: Search, after: Search, left: float = 1.0) -> Change:
    ratio = intervals.unpaired([left * each for each in after.capacities], before.capacities)
    return Change(Place("", 1), "capacity", None, None, ratio, 1.0)


def _is_broken(limit: Limit, change: Change) -> bool:
    (judged,) = judge([limit], [change])
    return judged.conclusion is Conclusion.NO


def compared(
    names: Sequence[str],
    count: int,
    seed: int,
    done: Callable[[Pairs], None] = lambda pairs: None,
    *,
    workers: int | None = None,
) -> list[Pairs]:
    """So many pairs of each of these services, in their order. All cores work at it."""
    found: list[Pairs] = []
    for (name, _), searched in batches.made(_batch, [(name, seed) for name in names], 2 * count, workers):
        found.append(pairs(name, searched))
        done(found[-1])
    return found


def _batch(task: tuple[tuple[str, int], range]) -> list[Search]:
    (name, seed), numbers = task
    wanted, place = experiment(), list(SERVICES).index(name)
    return [search(SERVICES[name], wanted, (seed, 2, place, number)) for number in numbers]
