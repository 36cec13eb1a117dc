"""What the runner needs from the outside world, as Protocols.

An engine (`scalebed.engines.*`) implements `Engine`, `LoadGenerator` and `Probe`; tests implement them with
plain objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond, Sample
from scalebed.messages import Say


@dataclass(frozen=True)
class Finding:
    """One thing a preflight found: `refuse` ends the run before it starts, `warn` goes into the report."""

    level: Literal["warn", "refuse"]
    message: str


def refusal(findings: Iterable[Finding]) -> str:
    """All that refuse, in one sentence after another; empty where nothing does."""
    return " Also: ".join(finding.message for finding in findings if finding.level == "refuse")


@dataclass(frozen=True)
class Program:
    """What runs on the host and is no part of the experiment; `count` processes of one name together."""

    name: str
    cores: float
    pid: int
    """The process that uses most."""
    count: int = 1

    def __str__(self) -> str:
        whose = f"process {self.pid}" if self.count == 1 else f"{self.count} processes, such as {self.pid}"
        return f"{self.name} ({whose}) with {self.cores:.2f} cores"


class Clock(Protocol):
    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def sleep(self, seconds: float) -> None: ...


class LoadRun(Protocol):
    """A load under way."""

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        """What has been completed since the last call; waits at most `timeout_s` for something new."""
        ...

    def stop(self) -> None:
        """End the load now, wait for it, and keep what is still to be polled."""
        ...

    @property
    def finished(self) -> bool: ...

    @property
    def failure(self) -> str | None:
        """One sentence where the generator itself failed (not the service)."""
        ...

    @property
    def checks(self) -> Sequence[CheckCount]:
        """What the workload has asserted so far; whole once it is over or stopped."""
        ...


class LoadGenerator(Protocol):
    def start(self, target: Target, load: Load) -> LoadRun: ...


class Probe(Protocol):
    def sample(self) -> Sample: ...

    def gone(self) -> Sequence[Ended]:
        """Replicas that have ended by now without being asked to, and that nothing starts again."""
        ...

    def finish(self) -> Sequence[Sample]:
        """After a load: what there is to know of it and was not told yet, in order; at least one."""
        ...


class Told(Protocol):
    """Who is told that a fault has begun, or that what it hit works again."""

    def __call__(self, stage: Literal["begun", "over"], what: str, /) -> None: ...


class Injector(Protocol):
    """Makes something of the deployed cell fail. Every method may raise `EngineError` with one sentence for people."""

    def begin(self) -> None:
        """From now on, what ends is expected to, and is started again as the fault has it."""
        ...

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        """Let the fault happen, and wait until all is as it was; `number` counts from 0.

        `pause` sleeps, and raises what is not to be caught where the load is over: then put back what was changed.
        """
        ...

    def counts(self) -> Mapping[str, int]:
        """What there is now, by name: replicas that are ready, connections to the database."""
        ...

    def end(self) -> None:
        """What ends from now on is a surprise again; safe to call twice."""
        ...


class Engine(Protocol):
    """Runs cells. Every method may raise `EngineError` with one sentence for people."""

    name: str
    cores: float
    """Cores the whole experiment shares: the host's ceiling."""

    def preflight(self, experiment: Experiment) -> Sequence[Finding]: ...

    def prepare(self, experiment: Experiment, say: Say) -> None:
        """Make everything that cells share: parts, dataset, database objects."""
        ...

    def fingerprint(self) -> Mapping[str, object]:
        """What was measured with: versions, kernel, CPU, quotas; JSON values only. More is known once a cell is up."""
        ...

    def load_fingerprint(self) -> Mapping[str, object]:
        """Of that what stands under `script`: what a script of the user's own is made of now; empty without one."""
        ...

    def deploy(self, cell: Cell) -> AbstractContextManager[Target]:
        """Start the cell and wait until every replica is ready; leaving stops it."""
        ...

    def restore(self, cell: Cell) -> None:
        """Called before each trial: put the rows back if the last one could write."""
        ...

    def generator(self) -> LoadGenerator: ...

    def probe(self) -> Probe: ...

    def injector(self) -> Injector | None:
        """For the deployed cell; None where nothing happens in it."""
        ...

    def programs(self) -> Sequence[Program]:
        """What uses CPU now and is no part of the experiment, most first, in a second; empty where unseen."""
        ...

    def close(self) -> None:
        """Stop all that this engine started; safe to call twice."""
        ...
