"""Waits before a trial until nothing else uses the host, and says who does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from scalebed.execution.ports import Clock, Program
from scalebed.measurement import validity
from scalebed.measurement.causes import Cause
from scalebed.measurement.usage import Usage
from scalebed.messages import Say

PATIENT_S = 60.0
"""What disturbs once is mostly over in less: a job of the system, a page that somebody opened."""
HURRIED_S = 5.0
"""Once that was in vain, until it was quiet again: trials that pass count beside a disturbance, too."""
SAMPLE_S = 1.0
_NAMED = 3


class Sampling(Protocol):
    """Sees what is used while nobody asks anything of the service."""

    @property
    def seen(self) -> Usage | None: ...

    def sample(self, seconds: float) -> Usage | None: ...


class Quiet:
    """The waiting of one run on a host of so many cores. `programs` names what uses CPU and is no part of it."""

    def __init__(self, cores: float, clock: Clock, programs: Callable[[], Sequence[Program]], say: Say) -> None:
        self._cores = cores
        self._clock = clock
        self._programs = programs
        self._say = say
        self._patience_s = PATIENT_S
        self._told = False

    def be_patient(self) -> None:
        """Wait as long as at first again."""
        self._patience_s = PATIENT_S

    def wait(self, host: Sampling) -> bool:
        """Whether it is quiet. Says so where it has to wait, and where the wait was in vain, each once."""
        began = self._clock.now()
        against = self._against(host.seen)
        while against:
            waited = self._clock.now() - began
            if waited >= self._patience_s:
                self._give_up(waited)
                return False
            against = self._against(host.sample(SAMPLE_S)) or ()
            if against and not self._told:
                self._told = True
                self._say(f"Waiting for quiet: {_named(against, self._programs())}")
        if self._told:
            self._say(f"It is quiet again, after {self._clock.now() - began:.0f} s.")
        self._told, self._patience_s = False, PATIENT_S
        return True

    def _give_up(self, waited: float) -> None:
        if self._patience_s == PATIENT_S:
            self._say(
                f"It is not quiet after {waited:.0f} s: measuring beside it. What passes counts, without its CPU "
                "readings; what does not is tried again."
            )
        self._patience_s = HURRIED_S

    def _against(self, used: Usage | None) -> tuple[Cause, ...]:
        return () if used is None else validity.disturbing(used, self._cores)


def _named(against: Sequence[Cause], programs: Sequence[Program]) -> str:
    """The first thing that disturbs, and by whom."""
    told = " ".join(cause.sentence.partition(":")[0].rstrip(".") + "." for cause in against)
    if not programs:
        return told
    return f"{told} Most by {', '.join(map(str, programs[:_NAMED]))}."
