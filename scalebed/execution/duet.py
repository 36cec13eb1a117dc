"""Two trials at the same time, each with its parts, generator and readings, on one host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from scalebed.execution.observer import Progress
from scalebed.execution.ports import Engine, Probe
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor, Following, Rehearsal, Unjudged
from scalebed.experiment.plan import Cell
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Load
from scalebed.measurement.readings import Sample
from scalebed.measurement.usage import BESIDE
from scalebed.records.run_directory import Trial

_LOOK_S = 0.25
"""How long one side is waited for before the other is looked at."""


@dataclass(frozen=True)
class Side:
    """A deployed cell and who measures it."""

    cell: Cell
    engine: Engine
    conductor: Conductor


class BesideProbe:
    """Implements `Probe` for one side: what the other uses is no other program's doing."""

    def __init__(self, own: Probe, other: Probe) -> None:
        self._own = own
        self._other = other

    def gone(self) -> Sequence[Ended]:
        return self._own.gone()

    def sample(self) -> Sample:
        return self._with_other(self._own.sample())

    def finish(self) -> Sequence[Sample]:
        return [self._with_other(sample) for sample in self._own.finish()]

    def _with_other(self, sample: Sample) -> Sample:
        return replace(sample, cpu_s={**sample.cpu_s, BESIDE: sum(self._other.sample().cpu_s.values())})


def warm(sides: Sequence[tuple[Conductor, Load]]) -> list[Rehearsal]:
    """Loads whose results are thrown away, begun one right after the other.

    Were one side warmed after the other, what it keeps for some seconds would be younger when both are measured: of the
    same service with a cache the side that was warmed first, by 5 s, needed more CPU a request in 21 of 23 duets,
    mostly by 1 to 4%.
    """
    with ExitStack() as stack:
        loads: list[Unjudged] = []
        for conductor, load in sides:
            loads.append(conductor.warming(load))
            stack.callback(loads[-1].stop)
        while not all(each.over for each in loads):
            for each in loads:
                each.look(_LOOK_S)
    return [conductor.warmed(each) for (conductor, _), each in zip(sides, loads, strict=True)]


def conduct(sides: Sequence[tuple[Conductor, Assignment, Load]], second: Callable[[Progress], None]) -> list[Trial]:
    """A trial of each side, begun one right after the other. `second` is told of the first.

    Where a side breaks off, the others do. On any exception, KeyboardInterrupt too, all loads are stopped.
    """
    with ExitStack() as stack:
        followings: list[Following] = []
        for conductor, assignment, load in sides:
            told = second if not followings else _nothing
            followings.append(conductor.follow(assignment, load, told))
            stack.callback(followings[-1].stop)
        while not all(following.over for following in followings):
            for following in followings:
                if not following.over:
                    following.look(_LOOK_S)
            if any(following.broken_off for following in followings):
                for following in followings:
                    if not following.over:
                        following.watch.give_up("What ran beside it broke off.")
                break
    return [conductor.record(following) for (conductor, *_), following in zip(sides, followings, strict=True)]


def _nothing(progress: Progress) -> None:
    """Nobody watches this side."""
