"""The duet of one step: both sides deployed, what is still to be run of them, and whether that is in their way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from scalebed.execution import duet as at_once
from scalebed.execution import endings
from scalebed.execution.assignments import Assignments
from scalebed.execution.duet import BesideProbe, Side
from scalebed.execution.observer import Observer, TrialStart
from scalebed.execution.ports import Clock, Engine
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell, Step
from scalebed.measurement.load import Load, load_of
from scalebed.measurement.timeline import Journeys
from scalebed.records.run_directory import BesideRecord, RunDirectory, Trial
from scalebed.search import duet
from scalebed.search.duet import Take, Who
from scalebed.search.schedule import Schedule

_LOADED: dict[Who, tuple[int, ...]] = {"both": (0, 1), "one": (0,), "other": (1,)}


@dataclass(frozen=True)
class Pair:
    """A step's cell, and the `reference` that it is compared with."""

    step: Step
    reference: Cell
    engines: tuple[Engine, Engine]
    clock: Clock
    directory: RunDirectory
    assignments: Assignments

    @property
    def order(self) -> tuple[int, int]:
        """Who begins, and who follows: the step's own cell is 0."""
        return (0, 1) if self.step.block % 2 == 0 else (1, 0)

    def loaded(self, who: Who) -> tuple[int, ...]:
        """Which sides have a load, in the order in which they begin."""
        return tuple(i for i in self.order if i in _LOADED[who])

    @contextmanager
    def deployed(self) -> Iterator[tuple[Side, Side]]:
        """Both. They change places, and who is first, from block to block: neither has what that may be worth."""
        cells = (self.step.cell, self.reference)
        with ExitStack() as stack:
            places = dict(zip(self.order, self.engines, strict=True))
            targets = {i: stack.enter_context(places[i].deploy(cells[i])) for i in self.order}
            probes = {i: places[i].probe() for i in self.order}

            def side(own: int, beside: int) -> Side:
                probe = BesideProbe(probes[own], probes[beside])
                conductor = Conductor(targets[own], places[own].generator(), probe, self.clock)
                return Side(cells[own], places[own], conductor)

            yield side(0, 1), side(1, 0)

    def missing(self, attempt: int) -> Who | None:
        """What is to be run next; None where there is nothing left."""
        return duet.missing(self._takes(self.step.block), self.step.block, attempt, apart=self._apart)

    @property
    def spoiled(self) -> bool:
        """Whether this block has nothing to compare."""
        if self.told_apart:
            return False  # each alone tells
        return duet.spoiled(self._takes(self.step.block), self.step.block, apart=self._apart)

    @property
    def told_apart(self) -> str:
        """Once the first block is measured: why the others are to be measured one after another; else empty."""
        known = duet.interference(self._takes(0)) if self.step.block == 0 else None
        if known is None or not known.too_great:
            return ""
        broke = ", and the SLO is broken that is met alone" if known.broke else ""
        return (
            f"{self.step.cell.id} and {self.reference.id} are measured one after another: beside each other a request "
            f"of theirs costs {known.cost:.2f} × the CPU that it costs alone{broke}."
        )

    def take(
        self,
        who: Who,
        sides: tuple[Side, Side],
        schedule: Schedule,
        journeys: Mapping[int, Journeys | None],
        observer: Observer,
    ) -> list[Trial]:
        """Run the trials of both sides, or of one of them; they are written by whoever calls this.

        Raises RunnerError where a replica ended as no load can have ended it.
        """
        experiment, block = self.assignments.experiment, self.step.block
        ask = schedule.compared()
        loaded = self.loaded(who)
        indices = {i: self.directory.next_index(block, sides[i].cell.id) for i in loaded}
        duration_s = schedule.duration_s(ask, ())
        shown, quota = Step(block, sides[loaded[0]].cell), sides[loaded[0]].conductor.service_quota
        observer.trial_started(
            TrialStart(shown, indices[loaded[0]], ask.purpose, ask.rate, ask.users, duration_s, quota)
        )
        under_way: list[tuple[Conductor, Assignment, Load]] = []
        for i in loaded:
            side = sides[i]
            side.engine.restore(side.cell)
            seed = schedule.seed(ask.purpose, indices[i])
            load = load_of(experiment, ask.users, ask.rate, duration_s=duration_s, seed=seed, journeys=journeys[i])
            beside = BesideRecord(cell=sides[1 - i].cell.id, index=indices.get(1 - i))
            own = replace(self.step, cell=side.cell)
            assignment = self.assignments.of(own, indices[i], ask, schedule, beside=beside)
            under_way.append((side.conductor, assignment, load))
        trials = at_once.conduct(under_way, observer.second)
        for i, trial in zip(loaded, trials, strict=True):
            endings.require_able(sides[i].cell, trial)
        return trials

    @property
    def _apart(self) -> bool:
        """Whether the two are measured one after another, as they were too much in each other's way."""
        return self.step.block > 0 and duet.keeps_apart(duet.interference(self._takes(0)))

    def _takes(self, block: int) -> list[Take]:
        return duet.between(self.step.cell.id, self.reference.id, lambda cell: self.directory.trials_of(block, cell))
