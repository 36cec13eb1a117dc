"""What is said where a replica ended that no trial can have ended."""

from __future__ import annotations

from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell
from scalebed.measurement.ending import Ended
from scalebed.messages import UserError
from scalebed.records.run_directory import EndedRecord

DONE = "by itself, as if its work were done"


class RunnerError(UserError):
    """One sentence: why the run cannot start, and what to do."""


def require_alive(cell: Cell, conductor: Conductor, when: str) -> None:
    """Raises RunnerError where a replica ended that no load can have ended."""
    for ended in conductor.gone():
        raise unable(cell, ended, when)


def at_rest(cell: Cell, ended: Ended, when: str) -> str:
    """A sentence, since what was asked of it before may have ended it. Raises RunnerError where it meant to end."""
    if ended.status == 0:
        raise unable(cell, ended, DONE)
    return f"{cell.id}: {ended.told(when)}."


def unable(cell: Cell, ended: Ended | EndedRecord, when: str) -> RunnerError:
    """What ends the run, as it would do the same under any load."""
    return RunnerError(f"{cell.id}: {ended.told(when)}. That is no matter of load: mend it, and run the same again")
