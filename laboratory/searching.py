"""A whole search for a capacity: blocks, and the interval over them, as `scalebed run` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import geometric_mean
from typing import Any

import numpy as np

from laboratory.services import ERROR_RATE, LIMIT_S, PERCENTILE, Service
from laboratory.trial import Outcome, Place, alone, trial
from scalebed.experiment.plan import Cell, plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.records.run_directory import Repetition
from scalebed.report.findings import brackets
from scalebed.search.bisection import Answer, Ask, decide
from scalebed.search.length import longest_s
from scalebed.search.observation import Observed
from scalebed.search.schedule import ATTEMPTS, WARMUP_S, task
from scalebed.statistics.intervals import Interval

DEPLOYS_S = 5.0
"""From the start of a block to its first load."""
SETTLES_S = 1.0
"""Between two trials."""
SHIPPED: dict[str, Any] = {
    "search": {"precision": 0.1, "max_trial": "100s", "min_requests": 300},
    "blocks": 5,
}
"""As loadtest/experiments/replicas.yaml has it; a unit test makes sure."""


def experiment(**settings: Any) -> Experiment:
    """The one that is searched with: one service at the SLO of `laboratory.services`."""
    slo = {"percentile": PERCENTILE, "latency_ms": LIMIT_S * 1000, "error_rate": ERROR_RATE}
    keys = {"name": "laboratory", "variants": ["optimized"], "slo": slo, **SHIPPED, **settings}
    return parse_experiment(keys, "laboratory")


@dataclass(frozen=True)
class Search:
    """What one came to."""

    interval: Interval | None
    """None where no block found a capacity."""
    passed: float | None
    """The geometric mean of the highest rates that passed; None as above."""
    loads: tuple[tuple[float, bool], ...]
    """The rate of each trial that failed, or was long enough to be the answer, and whether it passed."""
    trials: int
    invalid: int
    load_s: float
    """Seconds under load, in trials."""
    capacities: tuple[float, ...] = ()
    """Of the blocks that found one."""

    @property
    def estimate(self) -> float | None:
        """Of the capacity; None as above."""
        return None if self.interval is None else self.interval.estimate


def search(service: Service, wanted: Experiment, seed: tuple[int, ...]) -> Search:
    """One search. The same seed makes the same one."""
    found: list[Repetition] = []
    made: list[Outcome] = []
    for step in plan(wanted):
        repetition, outcomes = _block(service, wanted, step.cell, found, (*seed, step.block))
        found.append(repetition)
        made += outcomes
    values = [bracket for r in found if (bracket := brackets.of(r, planned=False)) is not None]
    passed = [r.lower for r in found if r.outcome == "found" and r.lower is not None]
    tried = [each.observed for each in made]
    return Search(
        interval=brackets.interval(values),
        capacities=tuple(bracket.value for bracket in values),
        passed=geometric_mean(passed) if passed else None,
        loads=tuple(
            (o.rate, o.verdict == "PASS")
            for o in tried
            if o.purpose != "unloaded" and (o.verdict == "FAIL" or (o.full and o.verdict != "INVALID"))
        ),
        trials=len(tried),
        invalid=sum(o.verdict == "INVALID" for o in tried),
        load_s=sum(each.lasted_s for each in made),
    )


def _block(
    service: Service, wanted: Experiment, cell: Cell, found: list[Repetition], seed: tuple[int, ...]
) -> tuple[Repetition, list[Outcome]]:
    rng = np.random.default_rng([*seed, 0])
    host, dither = service.host(rng), float(rng.uniform(-0.5, 0.5))
    made: list[Outcome] = []
    answer = Answer("not found", None, None, None, "")
    for attempt in range(ATTEMPTS):
        before = len(made)
        asking = task(wanted, cell, found, quota=None, dither=dither, attempt=attempt)
        history: list[Observed] = [each.observed for each in made]
        while isinstance(ask := decide(asking, history), Ask):
            began_s = DEPLOYS_S + WARMUP_S + sum(each.lasted_s + SETTLES_S for each in made[before:])
            place = Place(service, host, began_s, (*seed, 1, len(made)))
            made.append(_try(place, ask, wanted, longest_s(ask.rate, asking.fewest, wanted.search), attempt))
            history.append(made[-1].observed)
        answer = ask
        if not answer.again:
            break
    repetition = Repetition(
        cell=cell.id,
        variant=cell.variant.name,
        replicas=cell.replicas,
        block=seed[-1],
        capacity=answer.capacity,
        lower=answer.lower,
        upper=answer.upper,
        outcome=answer.outcome,
        note=answer.note,
        trials=len(made),
    )
    return repetition, made


def _try(place: Place, ask: Ask, wanted: Experiment, duration_s: float, attempt: int) -> Outcome:
    made = trial(place, ask, wanted, duration_s) if ask.users is None else alone(place, ask)
    return made.of_attempt(attempt)
