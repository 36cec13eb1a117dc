"""How long a run will still take, from how long its own repetitions took."""

from __future__ import annotations

from collections.abc import Sequence

from scalebed.observer import Remaining
from scalebed.plan import Cell, Step
from scalebed.results import Trial
from scalebed.spec import Experiment

OVERHEAD_S = 6.0
"""A trial's, beside its load: starting the generator, settling."""
GUESSED_TRIALS = 5


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
        for trial in trials:
            key = trial.cell, trial.block
            took[key] = took.get(key, 0.0) + trial.duration_s + OVERHEAD_S
        for (cell, _), seconds in took.items():
            self.learn(cell, seconds)

    def remaining(self, finished: set[tuple[int, str]]) -> Remaining:
        left = [step.cell for step in self._plan if (step.block, step.cell.id) not in finished]
        return Remaining(len(self._plan) - len(left), len(self._plan), sum(map(self._expected, left)))

    def _expected(self, cell: Cell) -> float:
        own = self._took.get(cell.id)
        if own:
            return sum(own) / len(own)
        every = [seconds for took in self._took.values() for seconds in took]
        return sum(every) / len(every) if every else self._guess()

    def _guess(self) -> float:
        experiment = self._experiment
        if experiment.kind == "fixed-rate":
            return len(experiment.rates) * ((experiment.duration or 0) + OVERHEAD_S)
        if experiment.kind == "closed":
            return (experiment.duration or 0) + OVERHEAD_S
        return GUESSED_TRIALS * (min(experiment.search.max_trial, 25.0) + OVERHEAD_S)
