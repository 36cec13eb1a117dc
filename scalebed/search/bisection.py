"""Which rate to try next, or what the capacity is, from the trials of a repetition so far.

`decide` is a pure function of what is in the run directory: going on after an interruption is asking again.

The way: the unloaded latency (unless an earlier block knows the cell); bracket from an estimate in growing
steps; bisect on a log scale to the precision; confirm the highest rate that passed with a trial of full length. The
capacity is then what all trials near it say together (`scalebed.search.estimate`). UNDECIDED says that the boundary
is near, so it closes the bracket from above as FAIL does, and is told in the note. INVALID is tried again, and bounds
no capacity: where the host or the generator could not carry the rate, or it stayed INVALID, lower ones are tried, and
the highest that passes is told as what the service serves at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import geometric_mean
from typing import Literal

from scalebed.experiment.spec import Search
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Purpose, Repetition
from scalebed.search import estimate
from scalebed.search.length import LONGEST_S, fewest_arrivals, trial_s
from scalebed.search.observation import Observed, stands

UNLOADED = Enough(counted_s=10, requests=30, decides=True)
SHORT_S = 9
"""Seconds that must count before a trial that only brackets may pass."""
INVALID_AT_MOST = 3
"""Trials at one rate, until one stays INVALID; from then on one for each rate, as the next will hardly fare better."""
CARRIED = 1.25
"""How near to a rate that the host could not carry one that it could is looked for: it bounds no capacity."""
AWAY = 2.0
"""The step down from a rate that stayed INVALID: any rate that passes is an answer, and trials are few."""
SPREAD_AT_MOST = 1.35
"""The factor over which first rates are spread, where the precision is no wider."""
CAUTION = 0.9
"""The share of an estimate from the unloaded trial to be tried first: a trial that passes also estimates CPU better."""


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
    """What earlier repetitions say."""
    know_unloaded: bool
    """An earlier block found the cell to serve at all, so its unloaded latency needs no measuring again."""
    quota: float | None
    """Cores of all replicas together."""
    replicas: int
    fewest: int
    """Requests below which no trial passes (`scalebed.statistics.sample_size`)."""
    dither: float
    """Uniform in [-0.5, 0.5): shifts the first rate within the search's spread, drawn anew for each repetition. Without
    it every block would walk the same grid of rates, and intervals would hide the grid's width."""
    attempt: int = 0
    """A later one has as many trials anew, and knows what those before it found out."""


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

    outcome: Literal["found", "none at this SLO", "beyond the generator", "at least", "not found"]
    capacity: float | None
    lower: float | None
    upper: float | None
    note: str
    again: bool = False
    """What was spoiled may pass, or fail, another time."""


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
    """Its capacity; where none could be found, what the service served at least."""
    return repetition.lower if repetition.outcome in ("beyond the generator", "at least") else repetition.capacity


def decide(task: Task, history: Sequence[Observed]) -> Ask | Answer:
    """The next trial, or the outcome. Never asks for more than `max_trials` in one attempt."""
    tried = [o for o in history if o.attempt == task.attempt]
    known = [o for o in history if o.attempt == task.attempt or not o.spoiled]
    spent = len(tried) >= task.search.max_trials
    alone = [o for o in known if o.purpose == "unloaded"]
    counted = [o for o in alone if o.verdict != "INVALID"]
    if not task.know_unloaded and not counted:
        if alone and (spent or len(alone) >= INVALID_AT_MOST):
            told = f"One user alone stayed INVALID: {' '.join(alone[-1].reasons)}"
            return Answer("not found", None, None, None, told, again=True)
        return Ask("unloaded", 0.0, UNLOADED, users=1)
    if counted and counted[-1].verdict == "FAIL":
        told = f"One user alone: {_alone(counted[-1])}"
        return Answer("none at this SLO", None, None, None, told)
    against = [o.rate for o in history if o.spoiled and o.against]
    left = task.search.max_trials - len(tried)
    state = _State.of(task, known, against, counted[-1] if counted else None, left)
    return state.exhausted() if spent else state.next(known)


def _alone(unloaded: Observed) -> str:
    """Its reason first: where checks or a kill failed it, it may have been as fast as it should."""
    failed = math.isinf(unloaded.slo_percentile_ms)
    took = "failed requests" if failed else f"{unloaded.slo_percentile_ms:.0f} ms"
    return " ".join((*unloaded.reasons[:1], f"At the SLO's percentile: {took}."))


def _stayed(spoiled: Sequence[Observed]) -> dict[float, Observed]:
    """Rates that are not tried any more, each with its last trial; what was spoiled, in its order."""
    times: dict[float, int] = {}
    stayed: dict[float, Observed] = {}
    for o in spoiled:
        times[o.rate] = times.get(o.rate, 0) + 1
        if stayed or times[o.rate] >= INVALID_AT_MOST:
            stayed[o.rate] = o
    return stayed


@dataclass(frozen=True)
class _State:
    task: Task
    loads: tuple[Observed, ...]
    """Trials at a rate that tell something: those that count, overruns, and the last of each rate that stayed
    INVALID."""
    unloaded: Observed | None
    left: int
    shaken: bool
    """Something was spoiled in this attempt."""
    upper: float
    lower: float
    confirmed: float
    """Highest rate below `upper` that passed in full length; 0 where none did."""
    held: float
    """Highest rate below every one that failed which passed in any length, also where it stayed INVALID since; 0 where
    none did."""
    contested: Observed | None
    """A trial that passed at a rate where as many did not; see `stands`."""

    @classmethod
    def of(
        cls,
        task: Task,
        history: Sequence[Observed],
        against: Sequence[float],
        unloaded: Observed | None,
        left: int,
    ) -> _State:
        """`against`: the rates of trials that did not pass, and do not count."""
        tried = [o for o in history if o.purpose != "unloaded"]
        stayed = _stayed([o for o in tried if o.spoiled])
        loads = tuple(o for o in tried if not o.spoiled or o is stayed.get(o.rate))
        upper = min((o.rate for o in loads if o.verdict != "PASS"), default=math.inf)
        failed = min((o.rate for o in loads if o.verdict in ("FAIL", "UNDECIDED")), default=math.inf)
        tries: dict[float, list[bool]] = {}
        for o in loads:
            if o.verdict == "PASS" and o.rate < failed:
                tries.setdefault(o.rate, []).append(o.disturbed)
        served = {rate for rate, passed in tries.items() if stands(passed, against.count(rate))}
        below = [o for o in loads if o.verdict == "PASS" and o.rate < upper]
        passed = [o for o in below if o.rate in served]
        return cls(
            task=task,
            loads=loads,
            unloaded=unloaded,
            left=left,
            shaken=any(o.spoiled for o in tried),
            upper=upper,
            lower=max((o.rate for o in passed), default=0.0),
            confirmed=max((o.rate for o in passed if o.full), default=0.0),
            held=max(served, default=0.0),
            contested=max((o for o in below if o.rate not in served), key=lambda o: o.rate, default=None),
        )

    @property
    def width(self) -> float:
        """The widest that a bracket may be which is narrow enough."""
        precise = 1 + self.task.search.precision
        return max(precise, CARRIED) if self.overrun or self.stayed else precise

    @property
    def overrun(self) -> bool:
        """What closes the bracket from above is not the service but the host or the generator."""
        return any(o.rate == self.upper and o.overrun for o in self.loads)

    @property
    def stayed(self) -> Observed | None:
        """What closes the bracket from above stayed INVALID."""
        return next((o for o in self.loads if o.rate == self.upper and o.spoiled), None)

    @property
    def disturbed(self) -> bool:
        """Short trials are a poor use of those that are left: what passes in one is no answer yet."""
        return any(o.spoiled for o in self.loads)

    @property
    def certain_prior(self) -> bool:
        return self.task.prior is not None and self.task.prior.source == "same cell"

    def next(self, history: Sequence[Observed]) -> Ask | Answer:
        """What was spoiled again; else, where the bracket is open or unconfirmed, what does most about it."""
        last = history[-1] if history else None
        # The last two trials are kept for confirming, or there might be no answer at all.
        if self.lower > self.confirmed and self.left <= 2:
            return self.ask("confirm", self.lower, full=True)
        if last is not None and last.spoiled and last.purpose != "unloaded" and last not in self.loads:
            return self.ask(last.purpose, last.rate, full=self.certain_prior or last.purpose == "confirm")
        if self.contested is not None:
            return self.ask(self.contested.purpose, self.contested.rate, full=self.contested.full)
        if not self.lower and self.upper == math.inf:
            return self.ask("bracket", self._first_rate(), full=self.certain_prior)
        if self.upper == math.inf:
            return self._up()
        return self._between() if self.lower else self._down()

    def _between(self) -> Ask | Answer:
        gap = self.upper / self.lower
        if gap > self.width * (1 + 1e-9):
            # The last step of bisection may be the answer, so it is a confirmation as well; and after a
            # confirmation failed, short trials are not to be trusted here.
            failed = self.disturbed or any(o.purpose == "confirm" and o.verdict != "PASS" for o in self.loads)
            full = gap <= self.width**2 * (1 + 1e-9) or failed
            return self.ask("confirm" if full else "bisect", math.sqrt(self.lower * self.upper), full=full)
        if self.confirmed < self.lower:
            return self.ask("confirm", self.lower, full=True)
        return self._found()

    def ask(self, purpose: Purpose, rate: float, *, full: bool) -> Ask:
        search, near_s = self.task.search, math.ceil(self.task.search.confirm) if full else 0
        return Ask(purpose, min(rate, search.max_rate), Enough(near_s or SHORT_S, search.min_requests, near_s=near_s))

    def _first_rate(self) -> float:
        if self.task.prior is not None:
            spread = max(self.width, min(math.pow(self.width, self.task.search.spread), SPREAD_AT_MOST))
            return self.task.prior.rate * math.pow(spread, self.task.dither)
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
        return self.ask("bracket", self.lower * self._step(max(0, taken)), full=self.certain_prior or self.disturbed)

    def _down(self) -> Ask | Answer:
        down = [o for o in self.loads if o.verdict != "PASS"]
        last = min(down, key=lambda o: o.rate)
        factor = max(self._step(len(down) - 1), self.width if last.verdict == "UNDECIDED" else 1.0)
        rate = self.upper / (AWAY if last.spoiled else factor)
        longest = max(self.task.search.max_trial, LONGEST_S)
        arrivals = fewest_arrivals(self.task.fewest, (o.per_arrival for o in self.loads))
        if trial_s(rate, arrivals, self.task.search) > longest:
            passed = "No rate passed in full length" if self.held else "No rate passed"
            return self._unconfirmed(f"{passed}, and {rate:.2g}/s is too low to be judged within {longest:.0f} s.")
        full = self.certain_prior or last.verdict == "UNDECIDED" or self.left <= 2 or self.disturbed
        return self.ask("bracket", rate, full=full)

    def exhausted(self) -> Answer:
        if self.confirmed:
            return self._found()
        told = f"{self.task.search.max_trials} trials did not find a rate that passes in full length"
        if self.lower:
            return self._least(self.lower, f"{told}; {self.lower:.4g}/s did in a shorter one.")
        return self._unconfirmed(f"{told}.")

    def _found(self) -> Answer:
        upper = self._upper_or_none()
        if self.overrun:
            told = f"Passed at {self.confirmed:.4g}/s; at {upper:.4g}/s the host or the generator was the limit."
            return Answer("beyond the generator", None, self.confirmed, None, told)
        if self.stayed is not None:
            told = f"At {upper:.4g}/s it stayed INVALID: {' '.join(self.stayed.reasons)}"
            return self._least(self.confirmed, told)
        if upper is None:
            return self._least(self.confirmed, "No rate above it was tried.")
        notes = []
        if upper / self.confirmed > self.width**1.5:
            notes.append(f"The search ended with the bracket {upper / self.confirmed - 1:.0%} wide.")
        if any(o.verdict == "UNDECIDED" and o.rate == upper for o in self.loads):
            notes.append(f"At {upper:.4g}/s it stayed undecided.")
        notes += self._endings()
        capacity = estimate.capacity(self.loads, self.confirmed, upper)
        return Answer("found", capacity, self.confirmed, upper, " ".join(notes))

    def _least(self, rate: float, told: str) -> Answer:
        """The service serves this, and may serve more."""
        return Answer("at least", None, rate, self._failed_at(), told, again=self.shaken)

    def _unconfirmed(self, told: str) -> Answer:
        """No rate passed in full length."""
        if self.stayed is not None:
            told = f"{told} At {self.upper:.4g}/s it stayed INVALID: {' '.join(self.stayed.reasons)}"
        told = " ".join((told, *self._endings()))
        if self.held:
            return self._least(self.held, f"{told} {self.held:.4g}/s passed before, in a shorter trial.")
        return Answer("not found", None, None, self._failed_at(), told, again=self.shaken)

    def _endings(self) -> list[str]:
        """What closes the bracket from above is no slowness, but that a replica ended."""
        return [f"At {o.rate:.4g}/s: {o.reasons[0]}" for o in self.loads if o.ended and o.rate == self.upper][:1]

    def _failed_at(self) -> float | None:
        """The lowest rate that did not pass in a trial that counts."""
        return min((o.rate for o in self.loads if o.verdict in ("FAIL", "UNDECIDED")), default=None)

    def _upper_or_none(self) -> float | None:
        return self.upper if self.upper < math.inf else None
