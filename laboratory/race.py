"""How near to the truth searches come in how many seconds of load: this one, the one before it, and other tools'."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from laboratory import batches, peers
from laboratory.searching import SHIPPED, experiment, search
from laboratory.services import SERVICES
from laboratory.truth import Truth
from scalebed.search.schedule import WARMUP_S

RACED = ("M/M/1", "shared database")
"""Those that a race is about where none is named."""
_BEFORE = {**SHIPPED["search"], "confirm": "20s", "spread": 1}
OWN, BEFORE = "Scalebed", "trials of 20 s, highest rate that passed"


@dataclass(frozen=True)
class Entry:
    """What many searches with one method came to."""

    service: str
    method: str
    searches: int
    found: int
    bias: float
    """The median of estimate ÷ truth - 1."""
    spread: float
    """Half of the range, as a share, that 95% of the estimates lie in."""
    within: float
    """The half-width about the truth within which 95% of the searches end, as a share: bias and spread together.
    Infinite where more than 5% find none."""
    load_s: float
    """The median of the seconds under load."""


def entry(service: str, method: str, truth: Truth, made: Sequence[tuple[float | None, float]]) -> Entry:
    """Of capacities, None where none was found, and seconds."""
    logs = np.log([capacity / truth.capacity for capacity, _ in made if capacity])
    low, high = np.quantile(logs, (0.025, 0.975)) if logs.size else (math.nan, math.nan)
    off = np.concatenate((np.abs(logs), np.full(len(made) - logs.size, math.inf)))
    return Entry(
        service=service,
        method=method,
        searches=len(made),
        found=logs.size,
        bias=float(np.expm1(np.median(logs))) if logs.size else math.nan,
        spread=float(np.expm1((high - low) / 2)),
        within=float(np.expm1(np.quantile(off, 0.95, method="higher"))),
        load_s=float(np.median([load_s for _, load_s in made])),
    )


def raced(
    truths: dict[str, Truth],
    searches: int,
    seed: int,
    done: Callable[[Entry], None] = lambda entry: None,
    *,
    workers: int | None = None,
) -> list[Entry]:
    """An entry for each service and method, in their order. All cores work at it."""
    jobs = [
        (name, method, truth.capacity, seed)
        for name, truth in truths.items()
        for method in (OWN, BEFORE, *peers.METHODS)
    ]
    entries: list[Entry] = []
    for (name, method, *_), searched in batches.made(_batch, jobs, searches, workers):
        entries.append(entry(name, method, truths[name], searched))
        done(entries[-1])
    return entries


def _batch(task: tuple[tuple[str, str, float, int], range]) -> list[tuple[float | None, float]]:
    (name, method, capacity, seed), numbers = task
    service, place = SERVICES[name], list(SERVICES).index(name)
    if method in peers.METHODS:
        run = peers.METHODS[method]
        return [peers.found(run, service, capacity, (seed, 1, place, number)) for number in numbers]
    wanted = experiment() if method == OWN else experiment(search=_BEFORE)
    # Others' warm-ups count as well.
    thrown_away_s = WARMUP_S * wanted.blocks
    made = [search(service, wanted, (seed, place, number)) for number in numbers]
    return [(each.passed if method == BEFORE else each.estimate, each.load_s + thrown_away_s) for each in made]
