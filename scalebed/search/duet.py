"""What a duet needs in a block: both sides loaded at the same time, each alone, or both one after another.

In the first block each side also runs alone, the other deployed and idle: how much more it costs beside the other is
their interference. Where it is too great, later blocks measure the two one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

from scalebed.records.run_directory import Trial
from scalebed.search.bisection import INVALID_AT_MOST

Who = Literal["both", "one", "other"]
Paired = Mapping[tuple[str, int], Sequence[Trial]]
"""By cell and block, all trials that ran with another cell deployed beside them."""

TOO_MUCH = 1.5
"""Times the CPU a request costs beside the other over what it costs alone: beyond this the two are mostly busy with
each other (caches, clock, memory), and what is left of a difference may be a difference in that."""


@dataclass(frozen=True)
class Take:
    """Trials that ran at the same time: `one` is of the step's own cell, `other` of what it is compared with."""

    one: Trial | None
    other: Trial | None

    @property
    def who(self) -> Who:
        if self.one is not None and self.other is not None:
            return "both"
        return "one" if self.other is None else "other"

    @property
    def trials(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in (self.one, self.other) if trial is not None)

    @property
    def spoiled(self) -> bool:
        """Whether one of them tells nothing, which leaves nothing to compare."""
        return any(trial.verdict == "INVALID" or trial.disturbed for trial in self.trials)

    @property
    def done(self) -> bool:
        """Whether it needs no repetition: nothing spoiled it, or a replica ended in it, as it would again."""
        return not self.spoiled or any(trial.died for trial in self.trials)

    @property
    def attempt(self) -> int:
        return self.trials[0].attempt


def between(cell: str, other: str, trials_of: Callable[[str], Iterable[Trial]]) -> list[Take]:
    """The takes of two cells in one block, `one` of the first; `trials_of` has all trials of a cell in it."""
    sides = (
        [trial for trial in trials_of(each) if trial.beside is not None and trial.beside.cell == beside]
        for each, beside in ((cell, other), (other, cell))
    )
    return takes(*sides)


def takes(one: Sequence[Trial], other: Sequence[Trial]) -> list[Take]:
    """Of all trials of two cells in one block that ran with the other deployed beside them."""
    beside_one = {trial.index: trial for trial in other}
    found = []
    for trial in one:
        if trial.beside is None:
            continue
        if trial.beside.index is None:
            found.append(Take(trial, None))
        elif (same := beside_one.get(trial.beside.index)) is not None and _of(same) == trial.index:
            found.append(Take(trial, same))  # else it was interrupted before the other was written
    alone = [trial for trial in other if trial.beside is not None and trial.beside.index is None]
    return [*found, *(Take(None, trial) for trial in alone)]


def _of(trial: Trial) -> int | None:
    return None if trial.beside is None else trial.beside.index


def counting(paired: Paired) -> frozenset[tuple[str, int, int]]:
    """Cell, block and index of the trials that figures rest on: of duets, and where the two were measured apart of each
    alone."""
    found = set()
    for (cell, block), trials in paired.items():
        for other in {trial.beside.cell for trial in trials if trial.beside is not None}:
            apart = keeps_apart(interference(recorded(paired, 0, cell, other)))
            found |= {
                (cell, block, take.one.index)
                for take in recorded(paired, block, cell, other)
                if take.one is not None and (take.who != "both") == apart
            }
    return frozenset(found)


def recorded(paired: Paired, block: int, cell: str, other: str) -> list[Take]:
    """As `between`, of a run that was read."""
    return between(cell, other, lambda of: paired.get((of, block), ()))


def wanted(block: int, apart: bool) -> tuple[Who, ...]:
    """What a block is to have. Those one after another change their order from block to block."""
    if apart:
        return ("one", "other") if block % 2 else ("other", "one")
    return ("both", "one", "other") if block == 0 else ("both",)


def missing(found: Sequence[Take], block: int, attempt: int, *, apart: bool) -> Who | None:
    """What is to be run next; None where there is nothing, or what there is was spoiled too often."""
    for who in wanted(block, apart):
        tried = [take for take in found if take.who == who]
        if any(take.done for take in tried):
            continue
        if sum(take.attempt == attempt for take in tried) < INVALID_AT_MOST:
            return who
    return None


def spoiled(found: Sequence[Take], block: int, *, apart: bool) -> bool:
    """Whether there is nothing to compare in this block."""
    needed = wanted(block, apart)[: 2 if apart else 1]
    return any(not any(take.done for take in found if take.who == who) for who in needed)


@dataclass(frozen=True)
class Interference:
    """What running beside each other does to two variants, in one block."""

    cost: float
    """Times the CPU that a request costs alone, the geometric mean of both."""
    broke: bool
    """Together a side broke the SLO that it met alone."""

    @property
    def too_great(self) -> bool:
        return self.broke or self.cost > TOO_MUCH


def keeps_apart(known: Interference | None) -> bool:
    """Whether the two are to be measured one after another: not where it is not known."""
    return known is not None and known.too_great


def interference(first: Sequence[Take]) -> Interference | None:
    """Of the takes of the first block; None where one of the three that it takes was spoiled.

    Duets that were all INVALID, with nothing from outside to disturb them, were so for each other.
    """
    duets = [take for take in first if take.who == "both"]
    crowded = len(duets) >= INVALID_AT_MOST and all(
        take.spoiled and not any(trial.disturbed for trial in take.trials) for take in duets
    )
    together = duets[-1] if crowded else last(first, "both")
    alone = last(first, "one"), last(first, "other")
    if together is None or alone[0] is None or alone[1] is None:
        return None
    pairs = [(together.one, alone[0].one), (together.other, alone[1].other)]
    costs, broke = [], crowded
    for beside, by_itself in pairs:
        assert beside is not None and by_itself is not None  # noqa: S101, PT018 - as `who` says
        costs.append(beside.serving_cpu_s_per_request / (by_itself.serving_cpu_s_per_request or inf) or 1.0)
        broke |= beside.verdict == "FAIL" and by_itself.verdict == "PASS"
    return Interference(sqrt(costs[0] * costs[1]), broke)


def last(found: Sequence[Take], who: Who) -> Take | None:
    """The last of its kind that nothing spoiled."""
    return next((take for take in reversed(found) if take.who == who and not take.spoiled), None)
