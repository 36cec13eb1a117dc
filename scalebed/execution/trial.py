"""Conducts one trial through the ports: start the load, read every second, stop when the verdict is certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scalebed.execution.disruption import Disruption
from scalebed.execution.observer import Progress
from scalebed.execution.ports import Clock, LoadGenerator, LoadRun, Probe
from scalebed.execution.recorder import Assignment, Watch
from scalebed.measurement import usage
from scalebed.measurement.ending import Ended
from scalebed.measurement.errors import SCRIPT_ERROR
from scalebed.measurement.load import Load, Target
from scalebed.measurement.memory import ReplicaMemory, Taken, taken
from scalebed.measurement.readings import CheckCount
from scalebed.measurement.timeline import Journeys, Timeline
from scalebed.measurement.usage import Usage
from scalebed.records.run_directory import Trial

SILENT_S = 20.0
"""A generator that reports nothing for so long has failed."""


@dataclass(frozen=True)
class Rehearsal:
    """What the load before the first trial came to."""

    journeys: Journeys | None
    thrown: int
    """Iterations of a script of the user's own that threw."""
    checks: tuple[CheckCount, ...]
    failure: str | None
    """The generator's own, as a sentence."""
    requests: int = 0
    endpoints: frozenset[str] = frozenset()
    """Those that came."""
    memory: tuple[Taken, ...] = ()
    """Of each replica, since it was started."""


def unjudged(generator: LoadGenerator, target: Target, load: Load, clock: Clock) -> tuple[LoadRun, Timeline]:
    """A load that is over, and its seconds: it is followed to its end, whatever it comes to."""
    seconds = Timeline(math.inf, journeys=load.journeys)
    run = generator.start(target, load)
    try:
        until = clock.now() + load.duration_s + (load.grace_s if load.journeys else 0.0) + SILENT_S
        while not run.finished and clock.now() < until:
            seconds.add(*run.poll(1.0))
    finally:
        run.stop()
    seconds.add(*run.poll(0.0))
    return run, seconds


class Conductor:
    """Runs trials on one deployed cell."""

    def __init__(self, target: Target, generator: LoadGenerator, probe: Probe, clock: Clock) -> None:
        self._target = target
        self._generator = generator
        self._probe = probe
        self._clock = clock
        self._seen: Usage | None = None
        self._memory: tuple[ReplicaMemory, ...] = ()

    @property
    def seen(self) -> Usage | None:
        """What was used when it last settled, or was last looked at."""
        return self._seen

    def gone(self) -> Sequence[Ended]:
        """Replicas that have ended by now without being asked to."""
        return self._probe.gone()

    def sample(self, seconds: float) -> Usage | None:
        """What is used in this time; None where no readings are newer."""
        before = self._probe.sample()
        self._clock.sleep(seconds)
        now = self._probe.sample()
        self._seen = usage.between((before, now), before.at, now.at)
        return self._seen

    def conduct(
        self,
        assignment: Assignment,
        load: Load,
        second: Callable[[Progress], None],
        disruption: Disruption | None = None,
    ) -> Trial:
        """One trial, whole. On any exception, KeyboardInterrupt too, the load is stopped before it is raised.

        `disruption`: what happens meanwhile; it has ended when this returns or raises, and what it raised is raised.
        """
        watch = Watch(assignment, load, self._target, before=self._memory)
        watch.sample(self._probe.sample())
        run = self._generator.start(self._target, load)
        try:
            self._follow(run, watch, second, disruption)
        finally:
            try:
                if disruption is not None:
                    disruption.end()
            finally:
                run.stop()
        if disruption is not None:
            watch.disrupted(disruption.episodes, disruption.after)
        for sample in self._probe.finish():
            watch.sample(sample)
            self._memory = sample.replica_memory
        watch.add(*run.poll(0.0), self._clock.now())
        watch.lose(self._probe.gone())  # one may have ended while the load did
        return watch.trial(run.failure, run.checks)

    def warm(self, load: Load) -> Rehearsal:
        """A load whose results are thrown away, but for what its arrivals come to."""
        run, seconds = unjudged(self._generator, self._target, load, self._clock)
        # Whoever waits for idleness then does not meet readings from before this load, nor the first trial its kills.
        for sample in self._probe.finish():
            self._memory = sample.replica_memory
        thrown = sum(line.count for line in seconds.endpoints if line.failure == SCRIPT_ERROR)
        return Rehearsal(
            journeys=seconds.all_journeys(),
            thrown=thrown,
            checks=tuple(run.checks),
            failure=run.failure,
            requests=sum(line.count for line in seconds.endpoints),
            endpoints=frozenset(line.endpoint for line in seconds.endpoints),
            memory=taken([self._memory]),
        )

    def settle(self, at_most_s: float = 60.0, *, at_least_s: float = 0.0) -> float:
        """Wait until the service has worked off what is left; the seconds waited.

        Idle is a tenth of its quota, or of a core where it has none.
        """
        idle = 0.1 * (self._target.service_quota or 1.0)
        started = self._clock.now()
        before = self._probe.sample()
        while self._clock.now() - started < at_most_s:
            self._clock.sleep(0.5)
            now = self._probe.sample()
            used = usage.between((before, now), before.at, now.at)
            waited = self._clock.now() - started
            self._seen = used or self._seen
            if used is not None and used.cores("service") <= idle and waited >= at_least_s:
                break
            before = now if used is not None else before
        return self._clock.now() - started

    def _follow(
        self, run: LoadRun, watch: Watch, second: Callable[[Progress], None], disruption: Disruption | None
    ) -> None:
        heard = self._clock.now()
        while not run.finished:
            endpoints, generator = run.poll(1.0)
            now = self._clock.now()
            if generator or endpoints:
                heard = now
            elif now - heard > SILENT_S:
                watch.give_up(f"The load generator reported nothing for {SILENT_S:.0f} s.")
                return
            whole = watch.add(endpoints, generator, now)
            watch.lose(self._probe.gone())
            if watch.lost or (disruption is not None and disruption.failed):
                return
            if not whole:
                continue
            if disruption is not None and not disruption.begun:
                disruption.begin(watch.at)
            watch.sample(self._probe.sample())
            decided = watch.assess(run.checks)
            second(watch.progress())
            if decided:
                return
