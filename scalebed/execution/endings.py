"""What is said where a replica ended that no trial can have ended."""

from __future__ import annotations

from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell
from scalebed.measurement.causes import Kind, kinds
from scalebed.measurement.ending import Ended
from scalebed.messages import UserError
from scalebed.records.run_directory import EndedRecord, Trial

DONE = "by itself, as if its work were done"


class RunnerError(UserError):
    """One sentence: why the run cannot start, and what to do."""


def require_alive(cell: Cell, conductor: Conductor, when: str) -> None:
    """Raises RunnerError where a replica ended that no load can have ended."""
    for ended in conductor.gone():
        raise unable(cell, ended, when)


def require_able(cell: Cell, trial: Trial) -> None:
    """Raises RunnerError where a replica ended in a trial in a way of which nothing can be told, at any load."""
    for ended in trial.ended:
        # Neither is kept, or it would count as an answer when the run goes on.
        if trial.purpose == "unloaded" and Kind.MEMORY not in kinds(trial.causes):
            raise unable(cell, ended, "under one user alone")
        if ended.status == 0:
            raise unable(cell, ended, DONE)


def at_rest(cell: Cell, ended: Ended, when: str) -> str:
    """A sentence, since what was asked of it before may have ended it. Raises RunnerError where it meant to end."""
    if ended.status == 0:
        raise unable(cell, ended, DONE)
    return f"{cell.id}: {ended.told(when)}."


def unable(cell: Cell, ended: Ended | EndedRecord, when: str) -> RunnerError:
    """What ends the run, as it would do the same under any load."""
    return RunnerError(f"{cell.id}: {ended.told(when)}. That is no matter of load: mend it, and run the same again")
