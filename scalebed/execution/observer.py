"""Who is told how a run goes on, as a Protocol; `scalebed.cli.progress` shows it on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from scalebed.experiment.plan import Step
from scalebed.measurement.causes import Verdict
from scalebed.measurement.histograms import Latencies
from scalebed.measurement.second import Second
from scalebed.records.run_directory import Purpose, Repetition, SupplyRecord, Trial, UsageRecord


@dataclass(frozen=True)
class Resumed:
    """What an interrupted run had finished."""

    repetitions: int
    trials: int


@dataclass(frozen=True)
class TrialStart:
    """A trial about to run."""

    step: Step
    index: int
    purpose: Purpose
    rate: float
    """Requests a second asked; 0 in a closed model, and of a load over time."""
    users: int | None
    """Set in a closed model."""
    at_most_s: float
    service_quota: float | None = None
    """Cores that all replicas together may use; None where they have no limit."""


@dataclass(frozen=True)
class Progress:
    """One second of a trial."""

    elapsed_s: int
    """Since the first arrival."""
    rate: float
    """Responses a second so far."""
    percentile_ms: float
    """At the SLO's percentile, since the first arrival, the warm-up too; NaN before the first response."""
    in_flight: float
    errors: int
    verdict: Verdict
    """So far; UNDECIDED until it is certain."""
    seconds: Sequence[Second] = ()
    """What each second that is new came to."""
    usage: UsageRecord | None = None
    """Between the last two readings; None where the newest is no newer."""
    supply: SupplyRecord | None = None
    """Where an autoscaler owns the number of replicas."""
    latencies: Latencies = field(default_factory=Latencies)
    """Of all that succeeded since the first arrival."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """`errors` by kind."""
    arrivals: int = 0
    """That were due since the first one."""


@dataclass(frozen=True)
class Remaining:
    """How far a run is."""

    repetitions_done: int
    repetitions: int
    seconds: float
    """Expected until the end, from how long this run's repetitions took."""


class Observer(Protocol):
    """Every method returns at once and never raises."""

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None: ...

    def said(self, line: str) -> None:
        """One line about preparing or settling."""
        ...

    def repetition_started(self, step: Step, remaining: Remaining) -> None: ...

    def trial_started(self, start: TrialStart) -> None: ...

    def second(self, progress: Progress) -> None: ...

    def trial_finished(self, trial: Trial) -> None: ...

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None: ...

    def run_finished(self) -> None: ...


class Several:
    """Tells each of them, in their order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        for each in self._observers:
            each.run_started(plan, resumed, remaining)

    def said(self, line: str) -> None:
        for each in self._observers:
            each.said(line)

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        for each in self._observers:
            each.repetition_started(step, remaining)

    def trial_started(self, start: TrialStart) -> None:
        for each in self._observers:
            each.trial_started(start)

    def second(self, progress: Progress) -> None:
        for each in self._observers:
            each.second(progress)

    def trial_finished(self, trial: Trial) -> None:
        for each in self._observers:
            each.trial_finished(trial)

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        for each in self._observers:
            each.repetition_finished(repetition, remaining)

    def run_finished(self) -> None:
        for each in self._observers:
            each.run_finished()


class Silent:
    """Tells nobody."""

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None: ...

    def said(self, line: str) -> None: ...

    def repetition_started(self, step: Step, remaining: Remaining) -> None: ...

    def trial_started(self, start: TrialStart) -> None: ...

    def second(self, progress: Progress) -> None: ...

    def trial_finished(self, trial: Trial) -> None: ...

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None: ...

    def run_finished(self) -> None: ...
