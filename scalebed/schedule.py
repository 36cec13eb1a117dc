"""Which trial a repetition runs next, for each kind of experiment; a pure function of the finished ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalebed.plan import Cell, Step, cells
from scalebed.results import Repetition, Trial
from scalebed.search import INVALID_AT_MOST, Answer, Ask, Task, decide, observed, prior
from scalebed.spec import Experiment
from scalebed.verdict import Enough


class Schedule:
    """Of one repetition. `earlier`: the repetitions before it in the plan."""

    def __init__(self, experiment: Experiment, step: Step, earlier: Sequence[Repetition], quota: float | None) -> None:
        self._experiment = experiment
        self._step = step
        cell = step.cell
        known = prior(cell.id, cell.variant.name, cell.replicas, earlier)
        self._task = Task(
            search=experiment.search,
            prior=known,
            know_unloaded=known is not None and known.source == "same cell",
            quota=quota,
            replicas=cell.replicas,
            dither=float(_rng(experiment, step).uniform(-0.5, 0.5)),
        )

    def next(self, trials: Sequence[Trial]) -> Ask | Answer:
        """Given the finished trials of the repetition, in their order."""
        if self._experiment.kind == "capacity":
            return decide(self._task, [observed(t, self._experiment.search) for t in trials])
        return self._fixed(trials)

    @property
    def duration_s(self) -> float:
        """Of one trial, at most."""
        return self._experiment.duration or self._experiment.search.max_trial

    @property
    def sequential(self) -> bool:
        return self._experiment.kind == "capacity"

    def seed(self, *index: int) -> int:
        """Of the load of a trial, by its place in the repetition (none: the warm-up): each gets its own arrivals."""
        return int(_rng(self._experiment, self._step, 1, *index).integers(1, 2**31 - 1))

    def repetition(self, answer: Answer, trials: int) -> Repetition:
        cell = self._step.cell
        measured = self._experiment.kind != "capacity"
        return Repetition(
            cell=cell.id,
            variant=cell.variant.name,
            replicas=cell.replicas,
            block=self._step.block,
            capacity=answer.capacity,
            lower=answer.lower,
            upper=answer.upper,
            outcome="measured" if measured else answer.outcome,
            note=answer.note,
            trials=trials,
        )

    def _fixed(self, trials: Sequence[Trial]) -> Ask | Answer:
        enough = Enough(0, self._experiment.search.min_requests)
        users = self._experiment.users
        spoiled = []
        for rate in self._experiment.rates if self._experiment.kind == "fixed-rate" else (0.0,):
            tried = [t for t in trials if t.rate_asked == rate]
            if any(t.verdict != "INVALID" for t in tried):
                continue
            if len(tried) < INVALID_AT_MOST:
                if self._experiment.kind == "closed":
                    return Ask("closed", 0.0, enough, users=users)
                return Ask("fixed-rate", rate, enough)
            spoiled.append("the users" if rate == 0 else f"{rate:g}/s")
        note = f"INVALID {INVALID_AT_MOST} times at {', '.join(spoiled)}." if spoiled else ""
        return Answer("not found", None, None, None, note)


def _rng(experiment: Experiment, step: Step, *more: int) -> np.random.Generator:
    place = [cell.id for cell in cells(experiment)].index(step.cell.id)
    return np.random.default_rng([experiment.seed, 0x5EED, step.block, place, *more])


def warmup_users(cell: Cell) -> int:
    """Enough to touch every replica and keep each busy."""
    return 4 * cell.replicas
