"""How well searches did: what their intervals cover, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from laboratory import batches
from laboratory.searching import Search, experiment, search
from laboratory.services import SERVICES
from laboratory.truth import Truth
from scalebed.statistics.intervals import share_bounds

CERTAINTY = 0.99
AIM = (0.94, 0.97)
"""That the interval of the coverage of a 95% interval is to meet."""
BEYOND = 1.05
"""Times the capacity: no trial above should pass."""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    @property
    def bounds(self) -> tuple[float, float]:
        """Exact, with `CERTAINTY` between the two (`share_bounds` of one batch); 0 and 1 of none."""
        return share_bounds([self.hits], [self.of], (1 + CERTAINTY) / 2)


@dataclass(frozen=True)
class Row:
    """What many searches of one service came to. Ratios are to the true capacity; seconds are medians."""

    service: str
    searches: int
    answered: int
    """Those with an interval, which all else is about but for the trials."""
    covered: Share
    below: int
    """Of those not covered, intervals that lie below the truth."""
    bias: float
    """The median of estimate ÷ truth - 1."""
    error: float
    """The median of its absolute value."""
    half_width: float
    """The median of half the interval, as a share of the estimate."""
    beyond: Share
    """Of the trials above `BEYOND` × the capacity that failed or could be the answer, those that passed."""
    load_s: float
    trials: float
    invalid: float
    """Trials a search, on average."""

    @property
    def meets(self) -> bool:
        """Whether its coverage cannot be told from what it says; with few searches little can."""
        low, high = self.covered.bounds
        return low <= AIM[1] and high >= AIM[0]

    @property
    def mark(self) -> str:
        """An arrow down where it surely covers less than it says, up where more."""
        return "" if self.meets else " ↓" if self.covered.share < AIM[0] else " ↑"


def row(service: str, truth: Truth, made: Sequence[Search]) -> Row:
    """Where the truth has an error of its own, its middle is taken."""
    found = [s.interval for s in made if s.interval is not None and s.interval.lower is not None]
    widths = [width for i in found if (width := i.relative_half_width) is not None]
    ends = np.asarray([(i.estimate, i.lower, i.upper) for i in found], dtype=np.float64).reshape(-1, 3) / truth.capacity
    estimate, lower, upper = ends.T
    beyond = [passed for s in made for rate, passed in s.loads if rate > BEYOND * truth.capacity]
    off = estimate - 1
    return Row(
        service=service,
        searches=len(made),
        answered=len(found),
        covered=Share(int(((lower <= 1) & (upper >= 1)).sum()), len(found)),
        below=int((upper < 1).sum()),
        bias=float(np.median(off)),
        error=float(np.median(np.abs(off))),
        half_width=float(np.median(widths)),
        beyond=Share(sum(beyond), len(beyond)),
        load_s=float(np.median([s.load_s for s in made])),
        trials=float(np.mean([s.trials for s in made])),
        invalid=float(np.mean([s.invalid for s in made])),
    )


def calibrated(
    truths: dict[str, Truth],
    searches: int,
    seed: int,
    done: Callable[[Row], None] = lambda row: None,
    *,
    workers: int | None = None,
) -> list[Row]:
    """A row for each of these services, in their order. All cores work at it."""
    rows: list[Row] = []
    for (name, _), searched in batches.made(_batch, [(name, seed) for name in truths], searches, workers):
        rows.append(row(name, truths[name], searched))
        done(rows[-1])
    return rows


def _batch(task: tuple[tuple[str, int], range]) -> list[Search]:
    (name, seed), numbers = task
    wanted = experiment()
    place = list(SERVICES).index(name)
    return [search(SERVICES[name], wanted, (seed, place, number)) for number in numbers]
