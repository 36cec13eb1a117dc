"""Which trial a repetition runs next, for each kind of experiment; a pure function of the finished ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scalebed.experiment.plan import Cell, Step, cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.load import most_vus
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Purpose, Repetition, Trial
from scalebed.search.bisection import INVALID_AT_MOST, Answer, Ask, Task, decide, prior
from scalebed.search.length import fewest_arrivals, longest_s
from scalebed.search.observation import observed
from scalebed.search.planned_rates import Ladder
from scalebed.statistics.sample_size import fewest

WARMUP_S = 5.0
"""The load after a deployment that is thrown away."""
REST_S = 9.0
"""Before a compared trial: Postgres counts a session's time 10 s after it fell idle at the latest, so by the first
second that counts nothing of the warm-up is still to be counted."""
COMPARED_CUT_S = 3
"""Seconds at the start of a compared trial that do not count: as many for every variant, so that they are compared
on the same requests. Caches, pools and workers were warmed before."""
ATTEMPTS = 2
"""At a repetition: where something spoiled the first, another at the end of its block."""
FAULTS_AT_MOST = 2
"""Trials of one attempt in which something is made to fail: they last long, and what spoils one mostly lasts longer."""
FEWEST_COMPARED = 30
"""Requests below which a compared trial is warned of."""


def task(
    experiment: Experiment,
    cell: Cell,
    earlier: Sequence[Repetition],
    *,
    quota: float | None,
    dither: float,
    attempt: int,
) -> Task:
    """What `decide` needs to know of a repetition; `dither` as in `Task`, `earlier` as in `Schedule`."""
    known = prior(cell.id, cell.variant.name, cell.replicas, earlier)
    return Task(
        search=experiment.search,
        prior=known,
        know_unloaded=known is not None and known.source == "same cell",
        quota=quota,
        replicas=cell.replicas,
        fewest=fewest(experiment.slo.percentile, experiment.slo.error_rate, experiment.search.min_requests),
        dither=dither,
        attempt=attempt,
    )


class Schedule:
    """What one attempt at a repetition asks for. `earlier`: the repetitions before it in the plan."""

    def __init__(
        self,
        experiment: Experiment,
        step: Step,
        earlier: Sequence[Repetition],
        quota: float | None,
        attempt: int = 0,
    ) -> None:
        self._experiment = experiment
        self._step = step
        self.attempt = attempt
        dither = float(_rng(experiment, step).uniform(-0.5, 0.5))
        self._task = task(experiment, step.cell, earlier, quota=quota, dither=dither, attempt=attempt)
        around = experiment.search.around.get(step.cell.id)
        self._ladder = None if around is None else Ladder(experiment.search, around)

    def next(self, trials: Sequence[Trial]) -> Ask | Answer:
        """Given the finished trials of the repetition, in their order. What is compared in a duet is none of these."""
        if self._experiment.duet:
            return self.sought(trials)
        if self._experiment.traits.seeks:
            return self._ladder.next(trials, self.attempt) if self._ladder else self._search(trials)
        fixed = self._fixed([t for t in trials if not searching(t.purpose)])
        if isinstance(fixed, Ask) or not self._experiment.seeks(self._step.cell.variant.name):
            return fixed
        sought = self._search([t for t in trials if searching(t.purpose)])
        return sought if isinstance(sought, Ask) else replace(sought, again=sought.again or fixed.again)

    def compared(self) -> Ask:
        """The common load, for a trial of which nothing is sought."""
        ask = self._fixed(())
        assert isinstance(ask, Ask)  # noqa: S101 - of no trials nothing is answered
        return ask

    def sought(self, trials: Sequence[Trial]) -> Ask | Answer:
        """What the search asks for where the cell's capacity is sought; else that it was measured."""
        if not self._experiment.seeks(self._step.cell.variant.name):
            return Answer("not found", None, None, None, "")
        return self._search([t for t in trials if searching(t.purpose)])

    def foreseen(self, trials: Sequence[Trial], ask: Ask) -> tuple[float, ...]:
        """Rates that will be asked for after this one, unless something goes wrong. `trials` are the finished ones."""
        if self._ladder is not None:
            return self._ladder.foreseen(ask.rate)
        if not self._experiment.traits.asks_rates:
            return ()
        done = {ask.rate, *(trial.rate_asked for trial in trials if trial.verdict != "INVALID")}
        return tuple(rate for rate in self._experiment.rates if rate not in done)

    def duration_s(self, ask: Ask, trials: Sequence[Trial]) -> float:
        """The longest that one trial lasts; `trials` are the finished ones. Planned rates last as long as the lowest,
        since one load makes them all."""
        search = self._experiment.search
        if not searching(ask.purpose):
            return self._experiment.duration or search.max_trial
        rate = ask.rate if self._ladder is None else min(ask.rate, *self._ladder.rates)
        arrivals = fewest_arrivals(self._task.fewest, (observed(trial, search).per_arrival for trial in trials))
        return longest_s(rate, arrivals, search)

    def cut_s(self, purpose: Purpose) -> int | None:
        """Seconds to cut from the start of a trial; None where its own latencies tell."""
        if self._experiment.traits.counts_all:
            return 0
        return COMPARED_CUT_S if self._experiment.traits.loads_alike and not searching(purpose) else None

    def rest_s(self, purpose: Purpose) -> float:
        """Idle seconds before a trial, at least."""
        return REST_S if self._experiment.compares and not searching(purpose) else 0.0

    def warmup_seed(self) -> int:
        """The seed of the load before the first trial."""
        return self._seed()

    def seed(self, purpose: Purpose, index: int) -> int:
        """The seed of a trial's load, by its place in the repetition: each gets its own arrivals.

        Trials that are compared with each other get the same ones, in each block others: what the requests of a
        block happen to cost is then in both sides of a ratio (common random numbers; Law, *Simulation Modeling and
        Analysis*, 5th ed., 2015, section 11.2).
        """
        if self._experiment.traits.asks_alike and not searching(purpose):
            rng = np.random.default_rng([self._experiment.seed, 0xC0, self._step.block])
            return int(rng.integers(1, 2**31 - 1))
        return self._seed(index)

    def _seed(self, *index: int) -> int:
        return int(_rng(self._experiment, self._step, 1, *index).integers(1, 2**31 - 1))

    def repetition(self, answer: Answer, trials: int) -> Repetition:
        cell = self._step.cell
        measured = not self._experiment.seeks(cell.variant.name)
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
            attempts=self.attempt + 1,
            again=answer.again and self.attempt + 1 < ATTEMPTS,
        )

    def _search(self, trials: Sequence[Trial]) -> Ask | Answer:
        return decide(self._task, [observed(t, self._experiment.search) for t in trials])

    def _fixed(self, trials: Sequence[Trial]) -> Ask | Answer:
        experiment = self._experiment
        users = self._step.cell.users if experiment.compares else experiment.users
        if experiment.profile:
            users = most_vus(max(level.most for level in experiment.profile), experiment.slo)
        enough = Enough(0, FEWEST_COMPARED if experiment.traits.loads_alike else experiment.search.min_requests)
        most = FAULTS_AT_MOST if experiment.traits.disrupts else INVALID_AT_MOST
        rates = experiment.rates or (() if users else (self._step.cell.rate or 0.0,))
        spoiled: list[str] = []
        disturbed: list[str] = []
        for rate in rates or (0.0,):
            tried = [t for t in trials if t.rate_asked == rate]
            valid = [t for t in tried if t.verdict != "INVALID"]
            if any(not t.disturbed for t in valid):
                continue
            # One that passed beside a disturbance has its verdict, but no figures.
            if sum(t.attempt == self.attempt for t in tried) < most:
                return Ask("fixed-rate", rate, enough) if rates else Ask("closed", 0.0, enough, users=users)
            (disturbed if valid else spoiled).append(f"{rate:g}/s" if rates else "the users")
        notes = [f"INVALID {most} times at {', '.join(spoiled)}."] if spoiled else []
        notes += [f"Disturbed {most} times at {', '.join(disturbed)}."] if disturbed else []
        return Answer("not found", None, None, None, " ".join(notes), again=bool(notes))


def searching(purpose: Purpose) -> bool:
    """Whether a trial of this purpose belongs to a search for capacity, which may end it early."""
    return purpose not in ("fixed-rate", "closed")


def _rng(experiment: Experiment, step: Step, *more: int) -> np.random.Generator:
    place = [cell.id for cell in cells(experiment)].index(step.cell.id)
    return np.random.default_rng([experiment.seed, 0x5EED, step.block, place, *more])


def warmup_users(cell: Cell) -> int:
    """Enough to touch every replica and keep each busy, and to open what connections the trial will need."""
    return max(4 * cell.replicas, cell.users or 0)
