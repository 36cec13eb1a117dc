"""What a duet needs in a block: both sides loaded at the same time, each alone, or both one after another.

In the first block each side also runs alone, the other deployed and idle: how much more it costs beside the other is
their interference. Where it is too great, later blocks measure the two one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

from scalebed.measurement.usage import SERVING
from scalebed.records.run_directory import Trial
from scalebed.search.bisection import INVALID_AT_MOST

Who = Literal["both", "one", "other"]

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


def takes(one: Sequence[Trial], other: Sequence[Trial]) -> list[Take]:
    """Of all trials of two cells in one block, those that each ran with the other deployed beside it."""
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


def counting(paired: Mapping[tuple[str, int], Sequence[Trial]]) -> frozenset[tuple[str, int, int]]:
    """Cell, block and index of the trials that figures rest on: of duets, and where the two were measured apart of each
    alone. `paired`: by cell and block, all that ran with another cell deployed beside them."""
    found = set()
    for (cell, block), trials in paired.items():
        for other in {trial.beside.cell for trial in trials if trial.beside is not None}:
            known = interference(_between(paired, 0, cell, other))
            apart = known is not None and known.too_great
            found |= {
                (cell, block, take.one.index)
                for take in _between(paired, block, cell, other)
                if take.one is not None and (take.who != "both") == apart
            }
    return frozenset(found)


def _between(paired: Mapping[tuple[str, int], Sequence[Trial]], block: int, cell: str, other: str) -> list[Take]:
    of = [with_each_other(paired.get((a, block), ()), b) for a, b in ((cell, other), (other, cell))]
    return takes(of[0], of[1])


def with_each_other(trials: Iterable[Trial], cell: str) -> list[Trial]:
    """Those that ran with this other cell deployed beside them."""
    return [trial for trial in trials if trial.beside is not None and trial.beside.cell == cell]


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
    latency: float
    """The same of the latency at the SLO's percentile."""
    broke: bool
    """Together a side broke the SLO that it met alone."""

    @property
    def too_great(self) -> bool:
        return self.broke or self.cost > TOO_MUCH


def interference(first: Sequence[Take]) -> Interference | None:
    """Of the takes of the first block; None where one of the three that it takes was spoiled.

    Duets that were all INVALID, with nothing from outside to disturb them, were so for each other.
    """
    together = last(first, "both")
    duets = [take for take in first if take.who == "both"]
    crowded = len(duets) >= INVALID_AT_MOST and not any(
        not take.spoiled or any(trial.disturbed for trial in take.trials) for take in duets
    )
    if crowded:
        together = duets[-1]
    alone = last(first, "one"), last(first, "other")
    if together is None or alone[0] is None or alone[1] is None:
        return None
    pairs = [(together.one, alone[0].one), (together.other, alone[1].other)]
    costs, latencies, broke = [], [], crowded
    for beside, by_itself in pairs:
        assert beside is not None and by_itself is not None  # noqa: S101, PT018 - as `who` says
        costs.append(_cpu(beside) / (_cpu(by_itself) or inf) or 1.0)
        latencies.append(_latency(beside) / (_latency(by_itself) or inf) or 1.0)
        broke |= beside.verdict == "FAIL" and by_itself.verdict == "PASS"
    return Interference(sqrt(costs[0] * costs[1]), sqrt(latencies[0] * latencies[1]), broke)


def last(found: Sequence[Take], who: Who) -> Take | None:
    """The last of its kind that nothing spoiled."""
    return next((take for take in reversed(found) if take.who == who and not take.spoiled), None)


def _cpu(trial: Trial) -> float:
    return sum(trial.cpu_s_per_request.get(part, 0.0) for part in SERVING)


def _latency(trial: Trial) -> float:
    return trial.slo_percentile_ms or 0.0
