"""A replica that ended without being asked to."""

from __future__ import annotations

import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """One of `of` replicas, counted from 1."""

    replica: int
    of: int
    status: int
    """Its exit status; negative: the signal that ended it."""
    after_s: float
    """Since it was started, as far as that was seen."""
    said: str = ""
    """The last lines of its log."""
    for_memory: bool = False
    """The kernel has killed it, or a process of it, for lack of memory."""

    @property
    def sentence(self) -> str:
        """What happened to it, for people."""
        return self.told()

    def told(self, when: str = "") -> str:
        """The same with more words on when that was."""
        said = f"its log ends with: {self.said}" if self.said else "it left no word in its log"
        which = f"Replica {self.replica} of {self.of}"
        why = ", killed by the kernel for lack of memory," if self.for_memory else ""
        return f"{which} {how(self.status)}{why} {self.after_s:.0f} s after its start{when and f', {when}'}; {said}"


def how(status: int) -> str:
    """How a process ended, by its exit status as Python has it."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
