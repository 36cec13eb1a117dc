"""How much memory each replica took during a trial, and which the kernel killed for it.

What counts is the working set: all that is charged to the replica's control group without the file pages that the
kernel counts as inactive. It is what the kubelet evicts by; pages that can be dropped at once kill nobody. A page of a
program or a library is charged to the group that read it first, which here may be another's and on a node the pod's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as record

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
    met: int = 0
    """How often its own limit was met since it was started. The kernel counts a kill whoever lacked memory: this group,
    one around it, or the machine."""


@record(frozen=True, config=ConfigDict(extra="forbid"))
class Taken:
    """What one replica took during one trial, as the trial's record holds it; fields as in `ReplicaMemory`."""

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
    at_limit: bool = True
    """Its own limit was met meanwhile: without that, whoever was killed was killed for others. Older records do not say
    it."""

    @property
    def for_others(self) -> bool:
        """It was killed, and not for its own limit."""
        return bool(self.kills or self.lost) and not self.at_limit


def taken(readings: Sequence[Sequence[ReplicaMemory]], before: Sequence[ReplicaMemory] = ()) -> tuple[Taken, ...]:
    """By replica, from readings in order; `before` is the last one of the load before.

    Empty where not every reading has every replica.
    """
    if not readings or not readings[-1] or len({len(each) for each in readings}) != 1:
        return ()
    already = [(each.kills, each.met) for each in before]
    if len(already) != len(readings[-1]):
        already = [(0, 0)] * len(readings[-1])
    return tuple(
        Taken(
            working_set_bytes=max(each.working_set_bytes for each in own),
            elsewhere_bytes=max(each.elsewhere_bytes for each in own),
            peak_bytes=own[-1].peak_bytes,
            highest_bytes=own[-1].highest_bytes,
            kills=own[-1].kills - kills,
            lost=own[-1].gone and own[-1].kills > 0,
            at_limit=own[-1].met > (met if own[-1].kills > kills else 0),
        )
        for own, (kills, met) in zip(zip(*readings, strict=True), already, strict=True)
    )


def for_others(of: Sequence[Taken], limit_bytes: int | None) -> bool:
    """Whether the kernel killed where no limit of a replica's own was met: others had left too little."""
    return any(each.for_others or (limit_bytes is None and bool(each.kills or each.lost)) for each in of)


def deaths(of: Sequence[Taken], limit_bytes: int | None) -> tuple[str, ...]:
    """A sentence for each replica that the kernel killed, or had killed before; `limit_bytes` is a replica's."""
    told = []
    for number, each in enumerate(of, 1):
        why = "this machine had none left, or a group around the testbed; end something else"
        if limit_bytes is None:
            why += ", or set memory_per_replica"
        elif each.for_others:
            why += f" (it may take {size.in_words(limit_bytes)}, and did not)"
        else:
            why = f"it may take {size.in_words(limit_bytes)} (memory_per_replica)"
        if each.kills:
            what = "a process" if each.kills == 1 else f"{each.kills} processes"
            told.append(f"The kernel killed {what} of replica {number} for lack of memory: {why}.")
        elif each.lost:
            told.append(f"The kernel had killed replica {number} for lack of memory before this trial: {why}.")
    return tuple(told)
