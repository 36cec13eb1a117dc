"""What a variant and what it is compared with came to beside each other, by block."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.records.run_directory import Trial
from scalebed.report.findings.gathering import Gathered
from scalebed.search.duet import Interference, interference, keeps_apart, last, recorded


@dataclass(frozen=True)
class Pairs:
    """Trials of two cells that are compared, by block: where there are both, and nothing spoiled either."""

    own: dict[int, Trial]
    other: dict[int, Trial]
    interference: Interference | None
    """In the first block; None where that is not known."""
    apart: bool
    """The two were measured one after another, as they were too much in each other's way."""


def pairs(run: Gathered, cell: str, other: str) -> Pairs:
    """What the run's duets of these two came to."""
    by_block = {block: recorded(run.paired, block, cell, other) for block in range(run.manifest.experiment.blocks)}
    known = interference(by_block[0])
    apart = keeps_apart(known)
    found = Pairs({}, {}, known, apart)
    for block, taken in by_block.items():
        sides = [last(taken, "one"), last(taken, "other")] if apart else [last(taken, "both")] * 2
        if sides[0] is not None and sides[1] is not None:
            one, another = sides[0].one, sides[1].other
            assert one is not None and another is not None  # noqa: S101, PT018 - as `who` says
            found.own[block], found.other[block] = one, another
    return found
