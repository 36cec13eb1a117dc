"""Starts replicas that have ended again, as a kubelet does, for as long as faults happen."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence

from scalebed.engines.local.isolation.processes import Processes
from scalebed.engines.local.parts.replicas import Replica
from scalebed.messages import EngineError

_LOOK_EVERY_S = 0.05

Ready = Callable[[Replica], bool]


class Supervisor:
    """Minds the replicas in `replicas`, a list that others may change.

    One that ends is started again, `restart_after_s` later; None leaves it as it is. Whatever it was that ended it: a
    fault, or the service itself as it could not bear one.
    """

    def __init__(
        self, processes: Processes, replicas: Sequence[Replica], ready: Ready, restart_after_s: float | None
    ) -> None:
        self._processes = processes
        self._replicas = replicas
        self._ready = ready
        self._restart_after_s = restart_after_s
        self._ended_at: dict[int, float] = {}
        self._over = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._mind, name="supervisor", daemon=True)
        self.restarts = 0
        self.failure: str | None = None
        """A sentence where one could not be started."""

    def start(self) -> None:
        for replica in self._replicas:
            replica.child.excused = True
        self._thread.start()

    def stop(self) -> None:
        """Leave all as they are; what ends from now on is a surprise again. Safe to call twice."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        for replica in self._replicas:
            if replica.child.process.poll() is None:
                replica.child.excused = False

    def kill(self, replica: Replica) -> None:
        """All of its processes, at once."""
        with self._one_at_a_time:
            self._processes.end(replica.child, signal.SIGKILL)

    def all_ready(self) -> bool:
        """Whether every replica runs, and says that it is ready."""
        if self.failure is not None:
            raise EngineError(self.failure)
        return all(each.child.process.poll() is None and self._ready(each) for each in list(self._replicas))

    def _mind(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            for replica in list(self._replicas):
                with self._one_at_a_time:
                    self._look_at(replica)

    def _look_at(self, replica: Replica) -> None:
        child = replica.child
        child.excused = True
        if child.process.poll() is None:
            self._ended_at.pop(child.number, None)
            return
        ended_at = self._ended_at.setdefault(child.number, time.monotonic())
        if self._restart_after_s is None or time.monotonic() - ended_at < self._restart_after_s:
            return
        try:
            # Workers that outlived it would hold its port.
            self._processes.end(child, signal.SIGKILL)
            self._processes.again(child)
        except (OSError, EngineError) as error:
            self.failure = self.failure or f"{child.what} could not be started again: {error}"
            self._restart_after_s = None
            return
        self.restarts += 1
        self._ended_at.pop(child.number, None)
