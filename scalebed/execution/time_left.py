"""How long a run will still take, from how long its own repetitions took."""

from __future__ import annotations

from collections.abc import Sequence

from scalebed.execution.observer import Remaining
from scalebed.experiment.plan import Cell, Step
from scalebed.experiment.spec import Experiment
from scalebed.records.run_directory import Trial
from scalebed.search.schedule import REST_S, WARMUP_S

OVERHEAD_S = 6.0
"""A trial's, beside its load: starting the generator, settling."""
DEPLOYMENT_S = 8.0
"""A repetition's: starting the cell, before it is warmed."""
BEFORE_COMPARED_S = DEPLOYMENT_S + WARMUP_S + REST_S
GUESSED_SHORT, GUESSED_FULL = 2, 3
"""Trials of a search that bracket, and that may be the answer."""


class Eta:
    """Collects the durations of repetitions, by cell."""

    def __init__(self, experiment: Experiment, plan: Sequence[Step]) -> None:
        self._experiment = experiment
        self._plan = plan
        self._took: dict[str, list[float]] = {}

    def learn(self, cell: str, seconds: float) -> None:
        self._took.setdefault(cell, []).append(seconds)

    def learn_from(self, trials: Sequence[Trial]) -> None:
        """From what an interrupted run left of finished repetitions."""
        took: dict[tuple[str, int], float] = {}
        begun = BEFORE_COMPARED_S - OVERHEAD_S if self._experiment.compares else 0.0
        for trial in trials:
            key = trial.cell, trial.block
            took[key] = took.get(key, begun) + trial.duration_s + OVERHEAD_S
        for (cell, _), seconds in took.items():
            self.learn(cell, seconds)

    def remaining(self, finished: set[tuple[int, str]]) -> Remaining:
        left = [step for step in self._plan if (step.block, step.cell.id) not in finished]
        seconds = sum(self._expected(step.cell) + self.alone_s(step) for step in left)
        return Remaining(len(self._plan) - len(left), len(self._plan), seconds)

    def alone_s(self, step: Step) -> float:
        """What a duet takes longer in the first block, in which each side also runs alone."""
        if step.beside is None or step.block:
            return 0.0
        return 2 * (REST_S + (self._experiment.duration or 0) + OVERHEAD_S)

    def _expected(self, cell: Cell) -> float:
        own = self._took.get(cell.id)
        if own:
            return sum(own) / len(own)
        alike = {step.cell.id for step in self._plan if self._searched(step.cell) == self._searched(cell)}
        every = [seconds for other, took in self._took.items() if other in alike for seconds in took]
        return sum(every) / len(every) if every else self._guess(cell)

    def _searched(self, cell: Cell) -> bool:
        """Whether its capacity is sought, which takes longer than a trial at a rate."""
        return self._experiment.seeks(cell.variant.name)

    def _guess(self, cell: Cell) -> float:
        experiment = self._experiment
        longest = experiment.search.max_trial
        search = GUESSED_SHORT * (min(longest, 10.0) + OVERHEAD_S)
        search += GUESSED_FULL * (min(longest, 1.2 * experiment.search.confirm) + OVERHEAD_S)
        if experiment.compares:
            compared = BEFORE_COMPARED_S + (experiment.duration or 0)
            if experiment.duet:  # the other side is deployed and warmed as well
                compared += DEPLOYMENT_S + WARMUP_S
            return compared + (search if self._searched(cell) else 0)
        if experiment.traits.asks_rates:
            return len(experiment.rates) * ((experiment.duration or 0) + OVERHEAD_S)
        if experiment.traits.disrupts:
            return DEPLOYMENT_S + WARMUP_S + (experiment.duration or 0) + OVERHEAD_S
        if experiment.traits.counts_answers:
            return (experiment.duration or 0) + OVERHEAD_S
        return search
