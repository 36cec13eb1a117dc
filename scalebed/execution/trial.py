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


class Unjudged:
    """A load that is followed to its end, whatever it comes to; who starts it looks at it until then, and stops it."""

    def __init__(self, generator: LoadGenerator, target: Target, load: Load, clock: Clock) -> None:
        self.seconds = Timeline(math.inf, journeys=load.journeys)
        self.run = generator.start(target, load)
        self._clock = clock
        self._until = clock.now() + load.duration_s + (load.grace_s if load.journeys else 0.0) + SILENT_S

    @property
    def over(self) -> bool:
        return self.run.finished or self._clock.now() >= self._until

    def look(self, timeout_s: float) -> None:
        """Read what there is, after so long at most."""
        self.seconds.add(*self.run.poll(timeout_s))

    def stop(self) -> None:
        """And read what is left."""
        self.run.stop()
        self.seconds.add(*self.run.poll(0.0))


def unjudged(generator: LoadGenerator, target: Target, load: Load, clock: Clock) -> Unjudged:
    """One that is over."""
    made = Unjudged(generator, target, load, clock)
    try:
        while not made.over:
            made.look(1.0)
    finally:
        made.stop()
    return made


class Following:
    """A load under way, read second by second."""

    def __init__(
        self, watch: Watch, run: LoadRun, probe: Probe, clock: Clock, second: Callable[[Progress], None]
    ) -> None:
        self.watch = watch
        self.ended = False
        """It has its verdict, or came to nothing, before the load was over."""
        self._run = run
        self._probe = probe
        self._clock = clock
        self._second = second
        self._heard = clock.now()

    @property
    def over(self) -> bool:
        return self.ended or self._run.finished

    @property
    def broken_off(self) -> bool:
        """A replica or the generator has failed, so that there is nothing more to find out."""
        return self.ended and self.watch.broken

    def look(self, timeout_s: float, disruption: Disruption | None = None) -> None:
        """Read what there is, after so long at most; once a second is whole, judge."""
        endpoints, generator = self._run.poll(timeout_s)
        now = self._clock.now()
        if generator or endpoints:
            self._heard = now
        elif now - self._heard > SILENT_S:
            self.watch.give_up(f"The load generator reported nothing for {SILENT_S:.0f} s.")
            self.ended = True
            return
        whole = self.watch.add(endpoints, generator, now)
        self.watch.lose(self._probe.gone())
        if self.watch.lost or (disruption is not None and disruption.failed):
            self.ended = True
            return
        if not whole:
            return
        if disruption is not None and not disruption.begun:
            disruption.begin(self.watch.at)
        self.watch.sample(self._probe.sample())
        decided = self.watch.assess(self._run.checks)
        self._second(self.watch.progress())
        self.ended = decided

    def stop(self) -> None:
        self._run.stop()

    def trial(self) -> Trial:
        """What it came to; of a load that was stopped."""
        self.watch.add(*self._run.poll(0.0), self._clock.now())
        self._second(self.watch.progress())  # what came in since the last whole second
        self.watch.lose(self._probe.gone())  # one may have ended while the load did
        return self.watch.trial(self._run.failure, self._run.checks)


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
    def service_quota(self) -> float | None:
        """Cores that all replicas together may use; None where they have no limit."""
        return self._target.service_quota

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
        following = self.follow(assignment, load, second)
        try:
            while not following.over:
                following.look(1.0, disruption)
        finally:
            try:
                if disruption is not None:
                    disruption.end()
            finally:
                following.stop()
        if disruption is not None:
            following.watch.disrupted(disruption.episodes, disruption.after)
        return self.record(following)

    def follow(self, assignment: Assignment, load: Load, second: Callable[[Progress], None]) -> Following:
        """Start the load; who calls this looks at it until it is over, and stops it whatever happens."""
        watch = Watch(assignment, load, self._target, before=self._memory)
        watch.sample(self._probe.sample())
        return Following(watch, self._generator.start(self._target, load), self._probe, self._clock, second)

    def record(self, following: Following) -> Trial:
        """The trial, once its load has been stopped."""
        for sample in self._probe.finish():
            following.watch.sample(sample)
            self._memory = sample.replica_memory
        return following.trial()

    def warm(self, load: Load) -> Rehearsal:
        """A load whose results are thrown away, but for what its arrivals come to."""
        return self.warmed(unjudged(self._generator, self._target, load, self._clock))

    def warming(self, load: Load) -> Unjudged:
        """The same, begun; whoever began it ends it, and tells `warmed`."""
        return Unjudged(self._generator, self._target, load, self._clock)

    def warmed(self, load: Unjudged) -> Rehearsal:
        """What a load that has been stopped came to."""
        run, seconds = load.run, load.seconds
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
