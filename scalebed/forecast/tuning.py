"""Looks for settings of an autoscaler that are worth having, on loads that are known and on others like them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scalebed.forecast import choice, front, rivals
from scalebed.forecast.choice import Choice
from scalebed.forecast.forecast import Forecast, foretell
from scalebed.forecast.front import Candidate, Judge, Score
from scalebed.forecast.knobs import Bench, Knobs
from scalebed.forecast.load import Load
from scalebed.forecast.outcome import judged
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.simulation import Clients, simulate
from scalebed.forecast.world import World

MORE, FASTER = 1.2, 2.0
"""What else a load may be, when it comes: so many times as much, or so many times as fast."""
Distribute = Callable[[Callable[[Setting], Score], Sequence[Setting]], Iterable[Score]]
"""Calls the function for each, in any order and on as many cores as there are, and gives what it returns in theirs."""


def in_turn(score: Callable[[Setting], Score], settings: Sequence[Setting]) -> Iterable[Score]:
    """One after another."""
    return map(score, settings)


@dataclass(frozen=True)
class Trying:
    """What settings are tried on."""

    service: Service
    loads: tuple[Load, ...]
    worlds: tuple[World, ...]
    clients: Clients

    def score(self, setting: Setting) -> Score:
        """Over all loads, which count alike, and all worlds."""
        outs, costs = [], []
        for load in self.loads:
            for world in self.worlds:
                outcome = judged(self.service, load, world, simulate(self.service, setting, load, world, self.clients))
                outs.append(outcome.seconds_out / load.seconds)
                costs.append(outcome.replica_seconds / load.seconds)
        return Score(float(np.mean(outs)), float(np.mean(costs)))

    def oracle(self) -> Score:
        """Of one who knows every load."""
        found = [
            (rivals.oracle(self.service, load, world), load.seconds) for load in self.loads for world in self.worlds
        ]
        return Score(
            float(np.mean([each.seconds_out / seconds for each, seconds in found])),
            float(np.mean([each.replica_seconds / seconds for each, seconds in found])),
        )

    def fixed(self) -> tuple[tuple[int, Score], ...]:
        """Of some numbers of replicas up to the fewest that carry every load in every world."""
        every = [(load, world) for load in self.loads for world in self.worlds]
        most = max(rivals.best_fixed(load, world) for load, world in every)
        found = []
        for count in rivals.some_up_to(most):
            outs = [
                rivals.fixed(self.service, load, world, count, self.clients).seconds_out / load.seconds
                for load, world in every
            ]
            found.append((count, Score(float(np.mean(outs)), float(count))))
        return tuple(found)


def perturbed(loads: Sequence[Load]) -> tuple[Load, ...]:
    """Each as it is, with more of it, and faster."""
    return tuple(each for load in loads for each in (load, load.scaled(MORE), load.hurried(FASTER)))


@dataclass(frozen=True)
class Chosen:
    """A choice as a setting, with what is to be expected of it on each load."""

    choice: Choice
    setting: Setting
    forecasts: tuple[Forecast, ...]


@dataclass(frozen=True)
class Tuning:
    """What a search came to."""

    bench: Bench
    loads: tuple[Load, ...]
    """That were given."""
    tried: tuple[Candidate, ...]
    found: tuple[Candidate, ...]
    """The front."""
    now: Score
    """Of the setting that there is."""
    now_forecasts: tuple[Forecast, ...]
    chosen: tuple[Chosen, ...]
    fixed: tuple[tuple[int, Score], ...]
    """Numbers of replicas that never change, ascending, on the same loads: the last is one that carries all of them."""
    oracle: Score
    """One who knows each load beforehand."""


def tune(
    bench: Bench,
    trying: Trying,
    fresh: tuple[World, ...],
    loads: Sequence[Load],
    most: int,
    *,
    distribute: Distribute = in_turn,
    told: Callable[[int], None] = lambda _: None,
) -> Tuning:
    """Try about `most` settings on what `trying` has, and tell what the best do on `loads`, in `fresh` worlds."""
    tried = front.search(bench, _judge(bench, trying, distribute), most, told)
    # What was best of hundreds owes it to its worlds, too: those that are kept are judged anew, in others.
    again = replace(trying, worlds=fresh)
    best = [each.knobs for each in front.front(tried)]
    scores = _judge(bench, again, distribute)(best)
    found = front.front(Candidate(knobs, score) for knobs, score in zip(best, scores, strict=True))
    now = again.score(bench.base)
    known: dict[Knobs, tuple[Forecast, ...]] = {}

    def foretold(setting: Setting) -> tuple[Forecast, ...]:
        return tuple(foretell(trying.service, setting, load, fresh, trying.clients) for load in loads)

    chosen = []
    for each in choice.choose(found, now):
        knobs = each.candidate.knobs
        setting = bench.setting(knobs)
        if knobs not in known:
            known[knobs] = foretold(setting)
        chosen.append(Chosen(each, setting, known[knobs]))
    return Tuning(
        bench,
        tuple(loads),
        tuple(tried),
        found,
        now,
        foretold(bench.base),
        tuple(chosen),
        fixed=again.fixed(),
        oracle=again.oracle(),
    )


def _judge(bench: Bench, trying: Trying, distribute: Distribute) -> Judge:
    def judge(knobs: Sequence[Knobs]) -> Iterable[Score]:
        return distribute(trying.score, [bench.setting(each) for each in knobs])

    return judge
