"""What a fault finds when it happens: the parts of a deployed cell, and who is told of it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scalebed.engines.local.faults.supervisor import Supervisor
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.processes import Processes
from scalebed.engines.local.parts.applications import serves
from scalebed.engines.local.parts.replicas import Replica, answers
from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.execution.ports import Told
from scalebed.experiment.application import Application
from scalebed.experiment.faults import Fault
from scalebed.messages import EngineError

_LOOK_EVERY_S = 0.05
BACK_WITHIN_S = 120.0


@dataclass(frozen=True)
class Scene:
    """One fault of one cell. `number` counts those before it, from 0."""

    rig: Rig
    wanted: Wanted
    running: Running
    supervisor: Supervisor
    fault: Fault
    number: int
    told: Told
    pause: Callable[[float], None]
    """Sleeps; raises where the load is over before."""

    @property
    def processes(self) -> Processes:
        return self.rig.processes

    @property
    def replicas(self) -> list[Replica]:
        return self.running.replicas[self.wanted.name]

    @property
    def replica(self) -> Replica:
        """Another one for each fault, in turn."""
        return self.replicas[self.number % len(self.replicas)]

    @property
    def database(self) -> str:
        assert self.wanted.database is not None  # noqa: S101 - the experiment was refused otherwise
        return self.wanted.database

    def begun(self, what: str) -> None:
        self.told("begun", what)

    def over(self, what: str) -> None:
        self.told("over", what)

    def lasting(self) -> None:
        """Wait for as long as it lasts."""
        self.pause(self.fault.lasts_s)

    def until(self, reached: Callable[[], bool], what: str) -> None:
        """Raises EngineError where it takes too long."""
        deadline = time.monotonic() + BACK_WITHIN_S
        while not reached():
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{self.fault.name}: {what} within {BACK_WITHIN_S:g} s; see the logs in {self.rig.folder}"
                )
            self.pause(_LOOK_EVERY_S)


def is_ready(wanted: Wanted, replica: Replica) -> bool:
    """Whether a replica says that it serves."""
    if isinstance(wanted.service, Application):
        return serves(replica.port, wanted.service)
    return answers(replica.port, "/readyz", timeout_s=1.0)


@contextmanager
def frozen(group: Group) -> Iterator[None]:
    """Every process of it is stopped, also those that were started meanwhile, and goes on afterwards."""
    stopped = _signal_all(group, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal_all(group, signal.SIGCONT, stopped)


def _signal_all(group: Group, number: signal.Signals, first: frozenset[int] = frozenset()) -> frozenset[int]:
    """Until none is new; all that were signalled."""
    told: set[int] = set()
    for _ in range(10):
        new = (set(group.pids()) | first) - told
        if not new:
            break
        for pid in new:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        told |= new
    return frozenset(told)
