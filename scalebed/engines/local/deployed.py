"""A cell that serves: what load is aimed at, and where its readings come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.measurement.load import Target


@dataclass(frozen=True)
class Deployed:
    """`running` is None where nothing was started for it."""

    target: Target
    running: Running | None
    database: str | None
    groups: Mapping[str, Sequence[Group]]
    """By part, those that its readings come from."""


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
    groups: dict[str, Sequence[Group]] = {"service": tuple(replica.group for replica in replicas)}
    groups |= {part: (rig.processes.group(part),) for part, there in around.items() if there}
    target = Target(
        url=running.url(wanted.name),
        replica_urls=tuple(replica.url for replica in replicas),
        parts=tuple(groups),
        service_quota=None if wanted.cpu is None else wanted.cpu * wanted.replicas,
    )
    return Deployed(target, running, wanted.database, groups)
