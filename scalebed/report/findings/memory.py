"""How much memory a replica took, and what to write for one under `resources`.

A quarter is added to the most that was seen, for two reasons: readings are a second apart, so that what came and went
between two of them was not seen, and a run lasts minutes, in which no heap has been through what a week brings. It is
one figure for requests and for limits, since memory cannot be taken back from who has it: a pod that takes more than
its request is the first to be evicted when its node runs short.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scalebed.experiment.spec import Experiment
from scalebed.measurement.memory import Taken
from scalebed.records.run_directory import Trial

MARGIN = 0.25
STEP_BYTES = 16 * 2**20
"""To which it is rounded up."""

Kind = Literal["working set", "resident"]
"""`working set`: of a control group, without inactive file pages, and with the pages of its programs, whoever is
charged for them. `resident`: of processes, which what they share after a fork makes too high, and what the kernel keeps
for them too low."""


@dataclass(frozen=True)
class Reading:
    """Of the replica that took most, in one trial."""

    kind: Kind
    most_bytes: int
    highest_bytes: int | None
    """The kernel's own high mark since it was started, page cache included."""


@dataclass(frozen=True)
class Resources:
    """What to write for one replica, as requests and as limits."""

    cpu: str | None
    """None where no quota was in force."""
    memory: str

    @property
    def written(self) -> str:
        """`cpu: 250m, memory: 160Mi`."""
        return f"cpu: {self.cpu}, memory: {self.memory}" if self.cpu else f"memory: {self.memory}"

    @property
    def yaml(self) -> str:
        """As a container has it."""
        return f"resources:\n  requests: {{{self.written}}}\n  limits: {{{self.written}}}"


@dataclass(frozen=True)
class Memory:
    """Of one cell's replica that took most."""

    kind: Kind
    at_rate_bytes: int | None
    """In the trials that the cell's figures rest on."""
    most_bytes: int
    """In any trial that counts, those beyond its capacity too."""
    highest_bytes: int | None
    limit_bytes: int | None
    resources: Resources | None
    """None where nothing was measured under load, or the limit was met."""


def reading(trial: Trial, experiment: Experiment) -> Reading | None:
    """None where it was not read."""
    if trial.memory:
        marks = [each.highest_bytes for each in trial.memory if each.highest_bytes is not None]
        most = max(_took(each) for each in trial.memory)
        return Reading("working set", most, max(marks, default=None))
    seen = [most for record in trial.usage for most in record.replica_memory_bytes]
    if not any(seen):
        return None
    return Reading("working set" if experiment.engine == "kubernetes" else "resident", max(seen), None)


def _took(replica: Taken) -> int:
    """Of one that was killed all that it might take, as readings a second apart miss the last moment."""
    if replica.kills or replica.lost:
        return max(replica.working_set_bytes, replica.highest_bytes or 0)
    return replica.working_set_bytes + replica.elsewhere_bytes


def of_cell(
    resting: Iterable[Reading | None], counted: Iterable[Reading | None], limit: int | None, cpu: float | None
) -> Memory | None:
    """From the readings of the trials that a cell's figures rest on, and of all that count; None without any.

    `limit` and the CPU quota `cpu`, in cores, are a replica's, where they were in force. Without a trial to rest on
    nothing is recommended, and so for a cell of which the kernel killed something: leave `resting` empty.
    """
    at_rate, all_of_them = [r for r in resting if r is not None], [r for r in counted if r is not None]
    if not all_of_them:
        return None
    most = max(each.most_bytes for each in (*all_of_them, *at_rate))
    marks = [each.highest_bytes for each in all_of_them if each.highest_bytes is not None]
    advised = Resources(None if cpu is None else f"{round(cpu * 1000)}m", _advised(most))
    return Memory(
        kind=all_of_them[0].kind,
        at_rate_bytes=max((each.most_bytes for each in at_rate), default=None),
        most_bytes=most,
        highest_bytes=max(marks, default=None),
        limit_bytes=limit,
        resources=advised if at_rate else None,
    )


def _advised(most_bytes: int) -> str:
    steps = math.ceil(most_bytes * (1 + MARGIN) / STEP_BYTES)
    return f"{steps * STEP_BYTES // 2**20}Mi"
