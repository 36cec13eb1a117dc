"""Lets faults happen beside a load, at their moments, and keeps when each began and was over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scalebed.execution.ports import Clock, Injector, Told
from scalebed.experiment.faults import Fault
from scalebed.messages import EngineError

_LOOK_EVERY_S = 0.05
"""As the clock may be another than the one that threads wait by."""
_UNDONE_WITHIN_S = 180.0
"""What a fault changed is put back by then, or never."""


@dataclass
class Episode:
    """One time that a fault happened; moments are of `Clock.now`."""

    planned_at: float
    begun_at: float | None = None
    over_at: float | None = None
    """None: the part has not come back."""
    said: list[str] = field(default_factory=list)
    before: Mapping[str, int] = field(default_factory=dict)
    """What there was of replicas and connections just before."""


class RisingLoad:
    """An `Injector` for what runs elsewhere, of which nothing but the load is ours."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def begin(self) -> None:
        """Nothing of it is minded."""

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        told("begun", f"{self._fault.factor_by:g} times the rate came")
        pause(self._fault.lasts_s)
        told("over", "as much came as before")

    def counts(self) -> Mapping[str, int]:
        return {}

    def end(self) -> None:
        """Nothing of it was minded."""


class _Over(BaseException):
    """The load is over: whatever a fault waits for is not waited for any longer."""


class Disruption:
    """Of one trial. `moments` are seconds since the load's first arrival."""

    def __init__(self, injector: Injector | None, moments: Sequence[float], clock: Clock) -> None:
        self._injector = injector
        self._moments = tuple(moments)
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._minds = False
        """Something was begun that is to be ended."""
        self._failure: BaseException | None = None
        self.episodes: list[Episode] = []
        self.after: Mapping[str, int] = {}
        """What there was of replicas and connections at the end of the load."""

    @property
    def begun(self) -> bool:
        return self._thread is not None

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def begin(self, at: Callable[[float], float]) -> None:
        """`at` makes a moment of `Clock.now` of seconds since the first arrival."""
        self.episodes = [Episode(at(moment)) for moment in self._moments]
        self._minds = True
        if self._injector is not None:
            self._injector.begin()
        self._thread = threading.Thread(target=self._run, name="faults", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Put back what is still changed. Raises what the injector raised. Safe to call twice."""
        self._stop.set()
        try:
            if self._thread is not None:
                self._thread.join(_UNDONE_WITHIN_S)
                if self._injector is not None and not self.failed:
                    self.after = self._injector.counts()
        finally:
            if self._injector is not None and self._minds:
                self._injector.end()
        if self._failure is not None:
            raise self._failure
        if self._thread is not None and self._thread.is_alive():
            raise EngineError(f"a fault was not undone within {_UNDONE_WITHIN_S:g} s; run the same again")

    def _run(self) -> None:
        try:
            for number, episode in enumerate(self.episodes):
                self._pause(max(0.0, episode.planned_at - self._clock.now()))
                self._happen(number, episode)
        except _Over:
            pass
        except BaseException as error:
            self._failure = error

    def _happen(self, number: int, episode: Episode) -> None:
        if self._injector is None:  # a control: nothing happens, at the same moments
            episode.begun_at = episode.over_at = self._clock.now()
            return
        episode.before = self._injector.counts()

        def told(stage: Literal["begun", "over"], what: str) -> None:
            now = self._clock.now()
            episode.said.append(what)
            if stage == "begun":
                episode.begun_at = now
            else:
                episode.over_at = now

        self._injector.inject(number, told, self._pause)

    def _pause(self, seconds: float) -> None:
        until = self._clock.now() + seconds
        while True:
            left = until - self._clock.now()
            if self._stop.is_set():
                raise _Over
            if left <= 0:
                return
            self._stop.wait(min(left, _LOOK_EVERY_S))
