"""How much memory each replica took during a trial, and which the kernel killed for it.

What counts is the working set: all that is charged to the replica's control group without the file pages that the
kernel counts as inactive. It is what the kubelet evicts by; pages that can be dropped at once kill nobody. A page of a
program or a library is charged to the group that read it first, which here may be another's and on a node the pod's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.experiment import size


@dataclass(frozen=True)
class ReplicaMemory:
    """What the control group of one replica tells at one moment, in bytes."""

    working_set_bytes: int
    elsewhere_bytes: int
    """Pages of its program and libraries that another group is charged for, of its process that has most."""
    peak_bytes: int | None
    """The kernel's own high mark since the load before ended, page cache included; None where it cannot begin anew."""
    highest_bytes: int | None
    """The same since the replica was started, its start included."""
    kills: int
    """Processes that the kernel has killed for lack of memory since the replica was started."""
    gone: bool
    """No process of it is left."""


@dataclass(frozen=True)
class Taken:
    """What one replica took during one trial; fields as in `ReplicaMemory`."""

    working_set_bytes: int
    """The most of readings a second apart."""
    elsewhere_bytes: int
    """Likewise."""
    peak_bytes: int | None
    highest_bytes: int | None
    kills: int
    """Since the trial before."""
    lost: bool
    """The kernel killed it, in this trial or before, and nothing is left of it."""


def taken(readings: Sequence[Sequence[ReplicaMemory]], killed: Sequence[int] = ()) -> tuple[Taken, ...]:
    """By replica, from readings in order; `killed` is how many had been killed when the trial before ended.

    Empty where not every reading has every replica.
    """
    if not readings or not readings[-1] or len({len(each) for each in readings}) != 1:
        return ()
    before = killed if len(killed) == len(readings[-1]) else [0] * len(readings[-1])
    return tuple(
        Taken(
            working_set_bytes=max(each.working_set_bytes for each in own),
            elsewhere_bytes=max(each.elsewhere_bytes for each in own),
            peak_bytes=own[-1].peak_bytes,
            highest_bytes=own[-1].highest_bytes,
            kills=own[-1].kills - already,
            lost=own[-1].gone and own[-1].kills > 0,
        )
        for own, already in zip(zip(*readings, strict=True), before, strict=True)
    )


def deaths(of: Sequence[Taken], limit_bytes: int | None) -> tuple[str, ...]:
    """A sentence for each replica that the kernel killed, or had killed before; `limit_bytes` is a replica's."""
    why = (
        "this machine had none left, or a group around the testbed; end something else, or set memory_per_replica"
        if limit_bytes is None
        else f"it may take {size.in_words(limit_bytes)} (memory_per_replica)"
    )
    told = []
    for number, each in enumerate(of, 1):
        if each.kills:
            what = "a process" if each.kills == 1 else f"{each.kills} processes"
            told.append(f"The kernel killed {what} of replica {number} for lack of memory: {why}.")
        elif each.lost:
            told.append(f"The kernel had killed replica {number} for lack of memory before this trial: {why}.")
    return tuple(told)
