"""Settings of which none is better than another in both: fewer seconds out of the SLO, and fewer replica-seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scalebed.forecast.knobs import Bench, Knobs


@dataclass(frozen=True)
class Score:
    """Means over all loads and worlds: the share of seconds out of the SLO, and replicas that are paid for."""

    out: float
    replicas: float

    def beats(self, other: Score) -> bool:
        """As good in both, and better in one."""
        return self != other and self.out <= other.out and self.replicas <= other.replicas


@dataclass(frozen=True)
class Candidate:
    knobs: Knobs
    score: Score


Judge = Callable[[Sequence[Knobs]], Iterable[Score]]
"""The score of each, in their order."""


def front(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those that no other beats, by replicas; of several with the same score, the first one."""
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda c: (c.score.replicas, c.score.out)):
        if not kept or each.score.out < kept[-1].score.out:
            kept.append(each)
    return tuple(kept)


def search(bench: Bench, judge: Judge, most: int, told: Callable[[int], None] = lambda _: None) -> list[Candidate]:
    """All that were tried, at most about `most`: from some settings all over, to neighbours of what is on the front,
    until all of these were tried (Pareto local search: Paquete, Chiarandini and Stützle, in "Metaheuristics for
    Multiobjective Optimisation", Springer 2004). `told` hears how many were."""
    tried: dict[Knobs, Candidate] = {}
    explored: set[Knobs] = set()

    def try_all(knobs: Iterable[Knobs]) -> None:
        new = [each for each in dict.fromkeys(knobs) if each not in tried][: most - len(tried)]
        for each, score in zip(new, judge(new), strict=True):
            tried[each] = Candidate(each, score)
        told(len(tried))

    try_all(bench.starts())
    while len(tried) < most:
        here = [each.knobs for each in front(tried.values()) if each.knobs not in explored]
        if not here:
            break
        # Some at once, from all over the front: what one of them finds may spare the others.
        chosen = here[:: max(1, len(here) // _AT_ONCE)][:_AT_ONCE]
        explored.update(chosen)
        try_all(other for knobs in chosen for other in bench.neighbours(knobs))
    return list(tried.values())


_AT_ONCE = 4
