"""A cell that serves: what load is aimed at, where its readings come from, and what of it has ended."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.processes import last_line, last_lines
from scalebed.engines.local.parts.links import GROUP
from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.measurement.ending import Ended, how
from scalebed.measurement.load import Target
from scalebed.messages import EngineError


@dataclass(frozen=True)
class Deployed:
    """`running` is None where nothing was started for it."""

    target: Target
    running: Running | None
    database: str | None
    groups: Mapping[str, Sequence[Group]]
    """By part, those that its readings come from."""
    ended: Callable[[], tuple[Ended, ...]] = lambda: ()
    """Of its replicas."""
    wanted: Wanted | None = None
    """What was started for it."""


def deployed(rig: Rig, wanted: Wanted, running: Running) -> Deployed:
    """Of what was wanted and runs, with the parts that it has."""
    replicas = running.replicas[wanted.name]
    around = {
        "database": wanted.database is not None,
        "pooler": running.pooler is not None,
        "cache": running.cache is not None,
        "balancer": True,
        "generator": True,
    }
    around |= {GROUP: running.links is not None}
    # The list itself: a rollout adds to it.
    groups: dict[str, Sequence[Group]] = {"service": running.groups[wanted.name]}
    groups |= {part: (rig.processes.group(part),) for part, there in around.items() if there}
    target = Target(
        url=running.url(wanted.name),
        replica_urls=tuple(replica.url for replica in replicas),
        parts=tuple(groups),
        service_quota=None if wanted.cpu is None else wanted.cpu * wanted.replicas,
    )
    return Deployed(target, running, wanted.database, groups, lambda: ended(rig, wanted, running), wanted)


_LAST_LINES = 3
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
"""How the kernel ends what it kills for memory; a shell around it ends with the second. A process whose child alone was
killed ends by itself."""


def ended(rig: Rig, wanted: Wanted, running: Running) -> tuple[Ended, ...]:
    """Its replicas that have ended. Raises EngineError where another part has, without which nothing can be told."""
    replicas = running.replicas[wanted.name]
    own = {replica.child.number for replica in replicas}
    generator = rig.processes.group("generator")
    for child in rig.processes.ended():
        if child.number not in own and child.group is not generator:
            raise EngineError(
                f"{child.what} {how(child.process.returncode)} while it was in use: {last_line(child.log)} "
                f"({child.log}); run the same again"
            )
    found = []
    for number, replica in enumerate(replicas, 1):
        status = replica.child.process.poll()
        if status is not None and not replica.child.excused:
            said = "" if replica.child.log is None else " / ".join(last_lines(replica.child.log, _LAST_LINES))
            after_s = time.monotonic() - replica.child.started
            memory = replica.group.memory()
            for_memory = memory is not None and memory.kills > 0 and status in _KILLED
            found.append(Ended(number, len(replicas), status, after_s, said, for_memory))
    return tuple(found)
