"""Which rate to try next, or what the capacity is, from the trials of a repetition so far.

`decide` is a pure function of what is in the run directory: going on after an interruption is asking again.

The way: the unloaded latency (unless an earlier block knows the cell); bracket from an estimate in growing
steps; bisect on a log scale to the precision; confirm the answer with a trial of full length. Capacity is
only ever a rate that passed such a trial. UNDECIDED says that the boundary is near, so it closes the
bracket from above as FAIL does, and is told in the note. INVALID is tried again, and never moves a bound,
except where the host or the generator could not carry the rate: lower ones are tried, and the highest that
passes is told as what the service serves at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import geometric_mean
from typing import Literal

from scalebed.results import Purpose, Repetition, Trial, Verdict
from scalebed.spec import Search
from scalebed.validity import Limits
from scalebed.verdict import Enough

UNLOADED = Enough(counted_s=10, requests=30, decides=True)
SHORT_S = 9
"""Seconds that must count before a trial that only brackets may pass."""
FULL_S = 20
"""The same for one that may be the answer: a queue at 5% over capacity shows by then."""
INVALID_AT_MOST = 3
"""Trials in a row at one rate."""
LONGEST_S = 900
"""Of one trial, where its requests come so seldom that fewer seconds would not judge them."""
CUT_S = 5
"""Allowed for what is cut from the start of a trial, where its length follows from the requests it needs."""
CARRIED = 1.25
"""How near to a rate that the host could not carry one that it could is looked for: it bounds no capacity."""
CAUTION = 0.9
"""Of an estimate from the unloaded trial, to be tried first: a trial that passes also estimates CPU better."""


@dataclass(frozen=True)
class Prior:
    """What is known of a cell's capacity before its repetition."""

    rate: float
    source: Literal["same cell", "other replicas"]


@dataclass(frozen=True)
class Task:
    """The cell's part of what `decide` needs; all of it can be had again from the run directory."""

    search: Search
    prior: Prior | None
    """Of earlier repetitions."""
    know_unloaded: bool
    """An earlier block found the cell to serve at all, so its unloaded latency needs no measuring again."""
    quota: float | None
    """Cores of all replicas together."""
    replicas: int
    fewest: int
    """Requests below which no trial passes (`scalebed.sample`)."""
    dither: float
    """Uniform in [-0.5, 0.5): shifts the first rate within the precision, drawn anew for each repetition. Without
    it every block would walk the same grid of rates, and intervals would hide the grid's width."""


@dataclass(frozen=True)
class Observed:
    """What a finished trial tells the search."""

    purpose: Purpose
    rate: float
    verdict: Verdict
    full: bool
    """It counted long enough to be the answer."""
    mean_ms: float
    slo_percentile_ms: float
    service_cpu_s: float
    """Per request; 0 where unknown."""
    reasons: tuple[str, ...]
    overrun: bool = False
    """INVALID because the host or the generator could not carry the rate; a lower one may do."""

    @property
    def spoiled(self) -> bool:
        """To be tried again at the same rate."""
        return self.verdict == "INVALID" and not self.overrun


@dataclass(frozen=True)
class Ask:
    """Run this trial next. `users` is set for a closed one, whose `rate` is 0."""

    purpose: Purpose
    rate: float
    enough: Enough
    users: int | None = None


@dataclass(frozen=True)
class Answer:
    """The search is over; fields as in `Repetition`."""

    outcome: Literal["found", "none at this SLO", "beyond the generator", "not found"]
    capacity: float | None
    lower: float | None
    upper: float | None
    note: str


def trial_s(rate: float, fewest: int, search: Search) -> float:
    """Seconds that a trial at this rate may last: `max_trial`, or longer for the `fewest` requests it can be judged by.

    Arrivals are Poisson, so twice their standard deviation is added, and what a cut of the warm-up may take.
    """
    return max(search.max_trial, (fewest + 2 * math.sqrt(fewest)) / rate + CUT_S) if rate > 0 else search.max_trial


def observed(trial: Trial, search: Search) -> Observed:
    counted_s = trial.duration_s - trial.warmup_cut_s
    limits = Limits()
    # Where something else disturbed as well, the rate is not to blame. (Foreign CPU as a share of one core here.)
    alone = trial.foreign_cores <= limits.foreign and trial.steal_share <= limits.steal
    short = trial.utilisation.get("host", 0.0) > limits.saturated or any(s.dropped for s in trial.generator)
    return Observed(
        purpose=trial.purpose,
        rate=trial.rate_asked,
        verdict=trial.verdict,
        full=counted_s >= FULL_S or trial.duration_s >= search.max_trial - 2,
        mean_ms=trial.latency_ms.get("mean", math.nan),
        slo_percentile_ms=math.inf if trial.slo_percentile_ms is None else trial.slo_percentile_ms,
        service_cpu_s=trial.cpu_s_per_request.get("service", 0.0),
        reasons=trial.reasons,
        overrun=trial.verdict == "INVALID" and trial.purpose != "unloaded" and alone and short,
    )


def prior(cell: str, variant: str, replicas: int, earlier: Iterable[Repetition]) -> Prior | None:
    """From repetitions that came before in the plan: the cell's own, or its variant's at the nearest replica count."""
    mine = [r for r in earlier if r.variant == variant]
    own = [rate for r in mine if r.cell == cell and (rate := _served(r))]
    if own:
        return Prior(geometric_mean(own), "same cell")
    others = [(r, r.capacity) for r in mine if r.capacity is not None]
    if not others:
        return None
    nearest, capacity = min(others, key=lambda pair: abs(math.log(pair[0].replicas / replicas)))
    return Prior(capacity * replicas / nearest.replicas, "other replicas")


def _served(repetition: Repetition) -> float | None:
    """Its capacity; where the host or the generator was the limit, what the service served at least."""
    return repetition.lower if repetition.outcome == "beyond the generator" else repetition.capacity


def decide(task: Task, history: Sequence[Observed]) -> Ask | Answer:
    """The next trial, or the outcome. Never asks for more than `max_trials` in all."""
    spent = len(history) >= task.search.max_trials
    if history and (_spoiled_in_a_row(history) >= INVALID_AT_MOST or (spent and history[-1].spoiled)):
        return _disturbed(task, history)
    counted = [o for o in history if o.purpose == "unloaded" and o.verdict != "INVALID"]
    if not task.know_unloaded and not counted:
        return Ask("unloaded", 0.0, UNLOADED, users=1)
    if counted and counted[-1].verdict == "FAIL":
        told = f"One user alone: {_alone(counted[-1])} at the SLO's percentile."
        return Answer("none at this SLO", None, None, None, told)
    state = _State.of(task, history, counted[-1] if counted else None)
    return state.exhausted() if spent else state.next(history)


def _alone(unloaded: Observed) -> str:
    return "failed requests" if math.isinf(unloaded.slo_percentile_ms) else f"{unloaded.slo_percentile_ms:.0f} ms"


def _spoiled_in_a_row(history: Sequence[Observed]) -> int:
    number = 0
    for o in reversed(history):
        if not o.spoiled:
            break
        number += 1
    return number


def _disturbed(task: Task, history: Sequence[Observed]) -> Answer:
    last = history[-1]
    passed = [o.rate for o in history if o.verdict == "PASS" and o.rate > 0]
    failed = [o.rate for o in history if o.verdict in {"FAIL", "UNDECIDED"} and o.rate > 0]
    told = f"The last trial, at {last.rate:.4g}/s, was INVALID: {' '.join(last.reasons)}"
    return Answer(
        "not found",
        None,
        max(passed, default=None),
        min(failed, default=None),
        told,
    )


@dataclass(frozen=True)
class _State:
    task: Task
    loads: tuple[Observed, ...]
    """Trials at a rate that tell something: those that count, and overruns."""
    unloaded: Observed | None
    left: int
    upper: float
    lower: float
    confirmed: float
    """Highest rate below `upper` that passed in full length; 0 where none did."""

    @classmethod
    def of(cls, task: Task, history: Sequence[Observed], unloaded: Observed | None) -> _State:
        loads = tuple(o for o in history if o.purpose != "unloaded" and not o.spoiled)
        upper = min((o.rate for o in loads if o.verdict != "PASS"), default=math.inf)
        passed = [o for o in loads if o.verdict == "PASS" and o.rate < upper]
        return cls(
            task=task,
            loads=loads,
            unloaded=unloaded,
            left=task.search.max_trials - len(history),
            upper=upper,
            lower=max((o.rate for o in passed), default=0.0),
            confirmed=max((o.rate for o in passed if o.full), default=0.0),
        )

    @property
    def width(self) -> float:
        """Of the bracket, when it is narrow enough."""
        precise = 1 + self.task.search.precision
        return max(precise, CARRIED) if self.overrun else precise

    @property
    def overrun(self) -> bool:
        """What closes the bracket from above is not the service."""
        return any(o.rate == self.upper and o.overrun for o in self.loads)

    @property
    def certain_prior(self) -> bool:
        return self.task.prior is not None and self.task.prior.source == "same cell"

    def next(self, history: Sequence[Observed]) -> Ask | Answer:
        """What was spoiled again; else, where the bracket is open or unconfirmed, what does most about it."""
        if history and history[-1].spoiled and history[-1].purpose != "unloaded":
            again = history[-1]
            return self.ask(again.purpose, again.rate, full=self.certain_prior or again.purpose == "confirm")
        if not self.lower and self.upper == math.inf:
            return self.ask("bracket", self._first_rate(), full=self.certain_prior)
        # The last two trials are kept for confirming, or there might be no answer at all.
        if self.lower > self.confirmed and self.left <= 2:
            return self.ask("confirm", self.lower, full=True)
        if self.upper == math.inf:
            return self._up()
        return self._between() if self.lower else self._down()

    def _between(self) -> Ask | Answer:
        gap = self.upper / self.lower
        if gap > self.width * (1 + 1e-9):
            # The last step of bisection may be the answer, so it is a confirmation as well; and after a
            # confirmation failed, short trials are not to be trusted here.
            failed = any(o.purpose == "confirm" and o.verdict != "PASS" for o in self.loads)
            full = gap <= self.width**2 * (1 + 1e-9) or failed
            return self.ask("confirm" if full else "bisect", math.sqrt(self.lower * self.upper), full=full)
        if self.confirmed < self.lower:
            return self.ask("confirm", self.lower, full=True)
        return self._found()

    def ask(self, purpose: Purpose, rate: float, *, full: bool) -> Ask:
        seconds = FULL_S if full else SHORT_S
        return Ask(purpose, min(rate, self.task.search.max_rate), Enough(seconds, self.task.search.min_requests))

    def _first_rate(self) -> float:
        if self.task.prior is not None:
            return self.task.prior.rate * math.pow(self.width, self.task.dither)
        unloaded = self.unloaded
        if unloaded is not None and self.task.quota and unloaded.service_cpu_s > 0:
            return CAUTION * self.task.quota / unloaded.service_cpu_s
        if unloaded is not None and unloaded.mean_ms > 0:
            return 1000 / unloaded.mean_ms * self.task.replicas
        return 1.0 * self.task.replicas

    def _step(self, taken: int) -> float:
        """Steps grow by squaring up to doubling; the first is as wide as the estimate is uncertain."""
        guess = 1.25 if self.task.prior is None else 1.1
        first = self.width if self.certain_prior else max(guess, self.width)
        return min(math.pow(first, 2 ** min(taken, 8)), 2.0)

    def _up(self) -> Ask | Answer:
        highest = self.task.search.max_rate
        if self.lower >= highest * (1 - 1e-9):
            if self.confirmed < self.lower:
                return self.ask("confirm", self.lower, full=True)
            told = f"Passed at {highest:.4g}/s, the highest rate that search.max_rate allows."
            return Answer("beyond the generator", None, self.lower, None, told)
        taken = sum(1 for o in self.loads if o.verdict == "PASS") - 1
        return self.ask("bracket", self.lower * self._step(max(0, taken)), full=self.certain_prior)

    def _down(self) -> Ask | Answer:
        down = [o for o in self.loads if o.verdict != "PASS"]
        last = min(down, key=lambda o: o.rate)
        factor = max(self._step(len(down) - 1), self.width if last.verdict == "UNDECIDED" else 1.0)
        rate = self.upper / factor
        longest = max(self.task.search.max_trial, LONGEST_S)
        if trial_s(rate, self.task.fewest, self.task.search) > longest:
            told = f"No rate passed, and {rate:.2g}/s is too low to be judged within {longest:.0f} s."
            return Answer("not found", None, None, self.upper, told)
        full = self.certain_prior or last.verdict == "UNDECIDED" or self.left <= 2
        return self.ask("bracket", rate, full=full)

    def exhausted(self) -> Answer:
        if self.confirmed:
            return self._found()
        told = f"{self.task.search.max_trials} trials did not find a rate that passes in full length."
        return Answer("not found", None, self.lower or None, self._upper_or_none(), told)

    def _found(self) -> Answer:
        upper = self._upper_or_none()
        if self.overrun:
            told = f"Passed at {self.confirmed:.4g}/s; at {upper:.4g}/s the host or the generator was the limit."
            return Answer("beyond the generator", None, self.confirmed, None, told)
        notes = []
        if upper is None:
            notes.append("No rate above it was tried.")
        elif upper / self.confirmed > self.width**1.5:
            notes.append(f"The search ended with the bracket {upper / self.confirmed - 1:.0%} wide.")
        if any(o.verdict == "UNDECIDED" and o.rate == upper for o in self.loads):
            notes.append(f"At {upper:.4g}/s it stayed undecided.")
        return Answer("found", self.confirmed, self.confirmed, upper, " ".join(notes))

    def _upper_or_none(self) -> float | None:
        return self.upper if self.upper < math.inf else None
