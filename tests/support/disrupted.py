"""A simulated engine in which something is made to fail, at moments of its virtual clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulation import SimulatedEngine, VirtualClock

from scalebed.execution.ports import Injector, Told
from scalebed.messages import EngineError

FAULTS_THREAD = "faults"


def running() -> list[threading.Thread]:
    """Threads in which faults still happen."""
    return [thread for thread in threading.enumerate() if thread.name == FAULTS_THREAD]


class PacedClock(VirtualClock):
    """Moves on no sooner than the thread of faults has seen the moment before."""

    def __init__(self) -> None:
        self._seen = 0
        self._time = 0.0
        super().__init__()

    @property
    def time(self) -> float:
        return self._time

    @time.setter
    def time(self, value: float) -> None:
        self._time = value
        if threading.current_thread().name == FAULTS_THREAD:
            return
        seen, patience = self._seen, time.monotonic() + 5
        while running() and self._seen < seen + 2 and time.monotonic() < patience:
            time.sleep(0.0005)

    def now(self) -> float:
        if threading.current_thread().name == FAULTS_THREAD:
            self._seen += 1
        return self._time


@dataclass
class FakeInjector:
    """Implements `Injector`; keeps what was asked of it in `calls`."""

    clock: VirtualClock
    lasts: float = 2.0
    fails_in: int | None = None
    """The number of the episode in which it cannot go on."""
    begun: Callable[[int], None] = lambda number: None
    """Told in the middle of each."""
    undone: Callable[[], None] = lambda: None
    calls: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.calls.append("begin")

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        self.calls.append(f"inject {number}")
        told("begun", "the cache was stopped")
        self.begun(number)
        try:
            if number == self.fails_in:
                raise EngineError("cache-frozen: it could not be stopped.")
            pause(self.lasts)
        finally:
            self.calls.append(f"undo {number}")
            self.undone()
        told("over", "it went on")

    def counts(self) -> Mapping[str, int]:
        self.calls.append("counts")
        return {"replicas ready": 2, "counted": self.calls.count("counts")}

    def end(self) -> None:
        self.calls.append("end")


@dataclass
class DisruptedEngine(SimulatedEngine):
    """Which has an injector for each cell of a fault."""

    clock: VirtualClock = field(default_factory=PacedClock)
    lasts: float = 2.0
    fails_in: int | None = None
    interrupts_in: int | None = None
    """Ctrl-C in the middle of the episode of this number."""
    injectors: list[FakeInjector] = field(default_factory=list)
    undone_beside: list[int] = field(default_factory=list)
    """How many loads were under way whenever a fault was undone."""

    def injector(self) -> Injector | None:
        assert self._cell is not None
        if self._cell.fault is None:
            return None
        made = FakeInjector(self.clock, self.lasts, self.fails_in, self._begun, self._undone)
        self.injectors.append(made)
        return made

    def _begun(self, number: int) -> None:
        if number == self.interrupts_in:
            self.interrupts_in, self.interrupt_at = None, self.clock.now()

    def _undone(self) -> None:
        self.undone_beside.append(self.runs_under_way)
