"""Drives a plan through the ports. What is in the run directory is done; the rest is run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby

from scalebed.execution import duet as at_once
from scalebed.execution import endings
from scalebed.execution.assignments import Assignments
from scalebed.execution.disruption import Disruption, RisingLoad
from scalebed.execution.duet import Side
from scalebed.execution.endings import RunnerError
from scalebed.execution.heard import TELLING, Heard
from scalebed.execution.logbook import Logbook
from scalebed.execution.observer import Observer, Resumed, TrialStart
from scalebed.execution.pairing import Pair
from scalebed.execution.ports import Clock, Engine, refusal
from scalebed.execution.quiet import Quiet
from scalebed.execution.time_left import Eta
from scalebed.execution.trial import Conductor, Rehearsal
from scalebed.experiment.faults import Episodes, Fault
from scalebed.experiment.level import steps_of
from scalebed.experiment.plan import Cell, Step, plan
from scalebed.experiment.spec import Experiment
from scalebed.experiment.workloads import remarks
from scalebed.measurement import memory
from scalebed.measurement.errors import THROWS
from scalebed.measurement.host import Host
from scalebed.measurement.load import GRACE_S, Load, load_of, most_vus, vus_of_outage
from scalebed.measurement.timeline import Journeys
from scalebed.records.run_directory import Repetition, RunDirectory, Trial
from scalebed.search.bisection import INVALID_AT_MOST, Answer, Ask
from scalebed.search.duet import Who
from scalebed.search.schedule import ATTEMPTS, WARMUP_S, Schedule, warmup_users

_UNLOADED = "before the first trial, and without any load"
_BETWEEN = "after a trial, and before the next one"
_ENDED = "a replica of it has ended"
_WAS_DISRUPTED = "something was made to fail in it, and it is to be tried again"
_NONE_ENDED = f"none ended within {WARMUP_S + GRACE_S:g} s; let it pause less, or give the service more CPU"


class Runner:
    """Runs an experiment to its end, or on from where it was interrupted."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        directory: RunDirectory,
        experiment: Experiment,
        observer: Observer,
        *,
        host: Host = "alone",
        beside: Engine | None = None,
    ) -> None:
        """`beside`: of the same kind, for the other side of duets; an experiment of duets needs it."""
        self._host = host
        self._engine = engine
        self._beside = beside
        self._clock = clock
        self._directory = directory
        self._experiment = experiment
        self._observer = observer
        self._plan = plan(experiment)
        self._eta = Eta(experiment, self._plan)
        self._logbook = Logbook(engine, directory, experiment, observer.said, host=host)
        self._assignments = Assignments(experiment, engine.cores, host)
        self._starved = 0
        """How often a replica of the cell was killed before the first trial, as the machine had no memory left."""

    def run(self) -> None:
        """Raises `RunnerError`, `EngineError` and `RunDirectoryError` with one sentence.

        Whatever is raised, KeyboardInterrupt too, the load is stopped, finished trials stay, the engine is closed.
        """
        with ExitStack() as stack:
            for engine in self._engines:
                stack.callback(engine.close)
            self._run()

    @property
    def _engines(self) -> tuple[Engine, ...]:
        return (self._engine,) if self._beside is None else (self._engine, self._beside)

    def _run(self) -> None:
        resumed = self._resume()
        warnings = self._preflight()
        for engine in self._engines:
            engine.prepare(self._experiment, self._observer.said)
        self._logbook.unedited()
        self._logbook.begin(warnings)
        for warning in warnings:
            self._observer.said(f"Mind: {warning}")
        self._observer.run_started(self._plan, resumed, self._eta.remaining(self._finished()))
        quiet = Quiet(self._engine.cores, self._clock, self._engine.programs, self._observer.said)
        for _, block in groupby(self._plan, key=lambda step: step.block):
            self._measure(tuple(block), quiet)
        self._observer.run_finished()

    def _measure(self, block: Sequence[Step], quiet: Quiet) -> None:
        """Each cell, and at the end once more those that something spoiled: it may have passed by then."""
        for step in block:
            if self._ended(step) is None:
                self._observe(step, quiet, None)
        spoiled = [(step, ended) for step in block if (ended := self._ended(step)) is not None and ended.again]
        if spoiled:
            names = ", ".join(step.cell.id for step, _ in spoiled)
            self._observer.said(f"Trying again what something spoiled in block {block[0].block + 1}: {names}.")
            quiet.be_patient()
        for step, ended in spoiled:
            self._observe(step, quiet, ended)

    def _observe(self, step: Step, quiet: Quiet, before: Repetition | None) -> None:
        self._observer.repetition_started(step, self._eta.remaining(self._finished()))
        started = self._clock.now()
        repetition = self._repeat(step, quiet, before)
        if before is None:
            self._eta.learn(step.cell.id, self._clock.now() - started - self._eta.alone_s(step))
        self._observer.repetition_finished(repetition, self._eta.remaining(self._finished()))

    def _resume(self) -> Resumed | None:
        """What is there already. Refuses a directory that holds another experiment."""
        if not self._directory.exists:
            return None
        self._logbook.require_begun_alike()
        finished, trials = self._finished(), list(self._directory.trials())
        self._eta.learn_from([t for t in trials if (t.block, t.cell) in finished])
        return Resumed(len(finished), len(trials))

    def _preflight(self) -> tuple[str, ...]:
        findings = self._engine.preflight(self._experiment)
        if refused := refusal(findings):
            raise RunnerError(refused)
        unheeded = remarks(self._experiment.workload) if self._experiment.load is None else ()
        for sentence in unheeded:
            self._observer.said(sentence)
        return (*(finding.message for finding in findings), *unheeded)

    def _finished(self) -> set[tuple[int, str]]:
        return self._directory.finished()

    def _ended(self, step: Step) -> Repetition | None:
        return next((r for r in self._directory.repetitions() if (r.block, r.cell) == (step.block, step.cell.id)), None)

    def _repeat(self, step: Step, quiet: Quiet, before: Repetition | None) -> Repetition:
        """`before`: what an attempt came to that something spoiled."""
        self._starved = 0
        note = ""
        if step.beside is not None:
            while isinstance(spoiled := self._deploy_duet(step, step.beside, quiet, before), str):
                self._observer.said(f"{step.cell.id}: started anew, since {spoiled}.")
            note = f"INVALID or disturbed {INVALID_AT_MOST} times beside {step.beside.id}." if spoiled else ""
            if step.beside.id not in {each.cell.id for each in self._plan}:
                self._note(replace(step, cell=step.beside), 0)
            if not self._experiment.seeks(step.cell.variant.name):
                return self._note(step, before.attempts if before else 0, note)
        while isinstance(done := self._deploy(step, quiet, before), str):
            self._observer.said(f"{step.cell.id}: started anew, since {done}.")
        if note:
            again = done.again or done.attempts < ATTEMPTS
            done = done.model_copy(update={"again": again, "note": f"{note} {done.note}".strip()})
            self._directory.add_repetition(done)
        return done

    def _deploy_duet(self, step: Step, reference: Cell, quiet: Quiet, before: Repetition | None) -> bool | str:
        """Both sides at once; whether there is nothing to compare, or why they have to be deployed anew."""
        attempt = before.attempts if before else 0
        begun = self._logbook.unedited()
        pair = self._pair(step, reference)
        with pair.deployed() as sides:
            if step.block == 0:
                self._logbook.complete(step.cell, begun)
            schedule = Schedule(self._experiment, step, (), None, attempt)
            journeys: dict[int, Journeys | None] = {}
            loaded = False
            while (who := pair.missing(attempt)) is not None:
                if not self._ready(pair, who, sides, journeys, schedule, loaded=loaded):
                    return _ENDED
                if self._host == "alone":
                    quiet.wait(sides[0].conductor)
                taken = pair.take(who, sides, schedule, journeys, self._observer)
                loaded = True
                self._require_same_script()
                for trial in taken:
                    self._directory.add_trial(trial)
                self._observer.trial_finished(taken[0])
                if any(trial.died for trial in taken) and pair.missing(attempt) is not None:
                    return _ENDED
        if (told := pair.told_apart) and told not in self._directory.manifest().findings:
            self._logbook.remember(told)
        return pair.spoiled

    def _ready(
        self,
        pair: Pair,
        who: Who,
        sides: tuple[Side, Side],
        journeys: dict[int, Journeys | None],
        schedule: Schedule,
        *,
        loaded: bool,
    ) -> bool:
        """Warm what is to be measured, as what it keeps for some seconds may be gone since; whether all replicas are
        there. What a journey comes to is added to `journeys`."""
        if loaded and any(self._ended_at_rest(s.cell, s.conductor, loaded=True, when=_BETWEEN) for s in sides):
            return False
        loads = []
        for side in (sides[i] for i in pair.loaded(who)):
            endings.require_alive(side.cell, side.conductor, _UNLOADED)
            loads.append((side.conductor, self._warmup(side.cell, schedule.warmup_seed())))
        for i, rehearsed in zip(pair.loaded(who), at_once.warm(loads), strict=True):
            side = sides[i]
            if self._warmed(side.cell, side.conductor, rehearsed) is None:
                return False
            journeys[i] = self._journeys(side.cell, rehearsed)
            self._unheard(side.cell, Heard.of(()).more(rehearsed.requests, rehearsed.endpoints))
        sides[0].conductor.settle(at_least_s=schedule.rest_s("fixed-rate"))
        sides[1].conductor.settle()
        return not any(self._ended_at_rest(s.cell, s.conductor, loaded=loaded, when=_BETWEEN) for s in sides)

    def _pair(self, step: Step, reference: Cell) -> Pair:
        assert self._beside is not None, "an experiment of duets needs two engines"  # noqa: S101
        return Pair(step, reference, (self._engine, self._beside), self._clock, self._directory, self._assignments)

    def _require_same_script(self) -> None:
        """Since k6 reads it anew for each trial."""
        if self._experiment.load is not None:
            self._logbook.require_same({"script": self._engine.load_fingerprint()})

    def _note(self, step: Step, attempt: int, spoiled: str = "") -> Repetition:
        schedule = Schedule(self._experiment, step, (), None, attempt)
        answer = Answer("not found", None, None, None, spoiled, again=bool(spoiled))
        return self._answer(schedule, answer, list(self._directory.trials_of(step.block, step.cell.id)))

    def _deploy(self, step: Step, quiet: Quiet, before: Repetition | None) -> Repetition | str:
        """As many of its trials as can be run in one deployment; where there are more, why it has to be another."""
        attempt = before.attempts if before else 0
        begun = self._logbook.unedited()
        with self._engine.deploy(step.cell) as target:
            if step.block == 0:  # every cell is in it, so later ones have nothing to add
                self._logbook.complete(step.cell, begun)
            conductor = Conductor(target, self._engine.generator(), self._engine.probe(), self._clock)
            schedule = Schedule(self._experiment, step, self._earlier(step), target.service_quota, attempt)
            trials = list(self._directory.trials_of(step.block, step.cell.id))
            warm, loaded, journeys, heard = False, False, None, Heard.of(trials)
            while isinstance(ask := schedule.next(trials), Ask):
                if not warm:
                    if (rehearsed := self._warm(step.cell, conductor, schedule.warmup_seed())) is None:
                        return _ENDED
                    journeys = self._journeys(step.cell, rehearsed)
                    heard = heard.more(rehearsed.requests, rehearsed.endpoints)
                    self._unheard(step.cell, heard)
                    warm = True
                conductor.settle(at_least_s=schedule.rest_s(ask.purpose))
                if self._host == "alone" and not quiet.wait(conductor) and before is not None and _as_good(before):
                    return self._kept(before)
                if self._ended_at_rest(step.cell, conductor, loaded=loaded, when=_BETWEEN):
                    return _ENDED
                trials.append(self._try(conductor, schedule, step, ask, trials, journeys=journeys))
                loaded = True
                heard = heard.of_trial(trials[-1])
                if ask.purpose != "unloaded":
                    self._require_heard(
                        step.cell, heard, self._most_requests(trials[-1], schedule.duration_s(ask, trials))
                    )
                if why := self._anew(schedule, trials):
                    return why
            if loaded and not trials[-1].died:
                self._ended_at_rest(step.cell, conductor, loaded=True, when="after its last trial")
        return self._answer(schedule, ask, trials)

    def _anew(self, schedule: Schedule, trials: Sequence[Trial]) -> str:
        """Why the next trial takes another deployment; empty where it does not, or there is none."""
        if not isinstance(schedule.next(trials), Ask):
            return ""
        if trials[-1].died:
            return _ENDED
        return _WAS_DISRUPTED if self._experiment.traits.disrupts else ""

    def _warm(self, cell: Cell, conductor: Conductor, seed: int) -> Rehearsal | None:
        """The load before the first trial; None where a replica is to be started anew, as the machine had no memory.

        Raises RunnerError where one ended otherwise, or that happens each time.
        """
        endings.require_alive(cell, conductor, _UNLOADED)
        return self._warmed(cell, conductor, conductor.warm(self._warmup(cell, seed)))

    def _warmup(self, cell: Cell, seed: int) -> Load:
        return load_of(self._experiment, warmup_users(cell), 0.0, duration_s=WARMUP_S, seed=seed)

    def _warmed(self, cell: Cell, conductor: Conductor, rehearsed: Rehearsal) -> Rehearsal | None:
        """As `_warm`, of a load that is over."""
        load = f"under the load before the first trial, of {warmup_users(cell)} users who wait for nothing but answers"
        for sentence in memory.deaths(rehearsed.memory, cell.memory_per_replica):
            self._logbook.remember(f"{cell.id}, up to the first trial: {sentence}")
        for ended in conductor.gone():
            self._starved += 1
            starved = ended.for_memory and memory.for_others(rehearsed.memory, cell.memory_per_replica)
            if not starved or self._starved >= INVALID_AT_MOST:
                raise RunnerError(
                    f"{cell.id}: {ended.told(load)}. Nothing can be measured of what ends under so little: "
                    f"{'free memory' if starved else 'mend it'}, and run the same again"
                )
            return None
        return rehearsed

    def _ended_at_rest(self, cell: Cell, conductor: Conductor, *, loaded: bool, when: str) -> bool:
        """Whether a replica has, which then is among what the report says. Raises RunnerError where no trial did it."""
        if not loaded:
            endings.require_alive(cell, conductor, "at rest, before the first trial")
        for ended in conductor.gone():
            self._logbook.remember(endings.at_rest(cell, ended, when))
            return True
        return False

    def _unheard(self, cell: Cell, heard: Heard) -> None:
        """Say which of the SLO's endpoints have not come so far."""
        if told := self._experiment.slo.unheard(heard.endpoints):
            self._observer.said(f"Mind: {cell.id}: {told}.")

    def _require_heard(self, cell: Cell, heard: Heard, whole: float) -> None:
        """Raises RunnerError once one has not come among as many requests as a `whole` trial has."""
        told = self._experiment.slo.unheard(heard.endpoints)
        if told and heard.requests >= max(TELLING, whole):
            raise RunnerError(
                f"{cell.id}: among {heard.requests:,} requests, as many as a trial has, {told}; name one of these "
                "under slo, or let the load ask for it more often"
            )

    def _most_requests(self, trial: Trial, duration_s: float) -> float:
        """That a trial as long as this one could have at the highest rate that the experiment asks for."""
        counted_s = trial.duration_s - trial.warmup_cut_s
        if not trial.requests or counted_s <= 0:
            return math.inf
        rate, users = trial.rate_asked, max((each or 0 for each in self._experiment.levels), default=0)
        higher = max((*self._experiment.rates, rate)) / rate if rate else max(users, 1)
        return trial.requests / counted_s * duration_s * higher

    def _kept(self, before: Repetition) -> Repetition:
        kept = before.model_copy(update={"again": False})
        self._directory.add_repetition(kept)
        return kept

    def _journeys(self, cell: Cell, rehearsed: Rehearsal) -> Journeys | None:
        """What an arrival comes to. Raises RunnerError where a script of the user's own does not work at all."""
        if self._experiment.load is None:
            return None
        if rehearsed.failure is not None:
            raise RunnerError(f"{cell.id}: {rehearsed.failure}")
        if rehearsed.journeys is None or rehearsed.thrown >= rehearsed.journeys.ended:
            told = next((check.check for check in rehearsed.checks if check.failed), _NONE_ENDED)
            raise RunnerError(
                f"{cell.id}: {self._experiment.load.file} came to no whole journey before the first trial: "
                f"{told.replace(THROWS, 'each one threw')}"
            )
        return rehearsed.journeys

    def _try(
        self,
        conductor: Conductor,
        schedule: Schedule,
        step: Step,
        ask: Ask,
        earlier: Sequence[Trial],
        *,
        journeys: Journeys | None,
    ) -> Trial:
        self._engine.restore(step.cell)
        index = len(earlier)
        duration_s, seed = schedule.duration_s(ask, earlier), schedule.seed(ask.purpose, index)
        load = load_of(self._experiment, ask.users, ask.rate, duration_s=duration_s, seed=seed, journeys=journeys)
        if ask.purpose == "closed":
            stages = tuple((stage.users, stage.duration) for stage in self._experiment.stages)
            load = replace(load, stages=stages, steps=steps_of(self._experiment.profile))
            if load.steps:
                most = max(rate for rate, _ in load.steps)
                load = replace(load, max_vus=most_vus(most, self._experiment.slo, journeys))
        elif step.cell.warm and not load.writes:  # or something is to be put back before each trial
            then = schedule.foreseen(earlier, ask)
            load = replace(load, then=tuple((rate, most_vus(rate, self._experiment.slo, journeys)) for rate in then))
        users = None if load.steps else ask.users
        quota = conductor.service_quota
        self._observer.trial_started(TrialStart(step, index, ask.purpose, ask.rate, users, load.duration_s, quota))
        if step.cell.fault is not None and step.cell.fault.nature.rises:
            load = _rising(load, step.cell.fault, self._episodes, journeys)
        assignment = self._assignments.of(step, index, ask, schedule)
        trial = conductor.conduct(assignment, load, self._observer.second, self._disruption(step.cell))
        endings.require_able(step.cell, trial)
        self._require_same_script()
        self._directory.add_trial(trial)
        self._observer.trial_finished(trial)
        return trial

    @property
    def _episodes(self) -> Episodes:
        return self._experiment.episodes or Episodes()

    def _disruption(self, cell: Cell) -> Disruption | None:
        """What is to happen beside a trial of the cell that is deployed."""
        if not self._experiment.traits.disrupts:
            return None
        injector = self._engine.injector()
        if injector is None and cell.fault is not None:
            injector = RisingLoad(cell.fault)
        return Disruption(injector, self._episodes.moments, self._clock)

    def _answer(self, schedule: Schedule, answer: Answer, trials: Sequence[Trial]) -> Repetition:
        repetition = schedule.repetition(answer, len(trials))
        self._directory.add_repetition(repetition)
        return repetition

    def _earlier(self, step: Step) -> list[Repetition]:
        """Before it in the plan, whatever has been finished since: resuming must ask what was asked."""
        done = {(r.block, r.cell): r for r in self._directory.repetitions()}
        before = self._plan[: self._plan.index(step)]
        return [done[key] for s in before if (key := (s.block, s.cell.id)) in done]


def _rising(load: Load, fault: Fault, episodes: Episodes, journeys: Journeys | None) -> Load:
    """The same with more of it whenever the fault happens."""
    steps = episodes.steps(load.rate, fault)
    mean = sum(rate * seconds for rate, seconds in steps) / episodes.duration
    return replace(load, steps=steps, rate=mean, max_vus=vus_of_outage(load.rate * fault.factor_by, journeys))


def _as_good(before: Repetition) -> bool:
    """As it would get beside what disturbs still: all but a search that found nothing at all."""
    return before.outcome != "not found"
