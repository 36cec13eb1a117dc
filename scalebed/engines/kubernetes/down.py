"""Removes what engines made in a cluster, and nothing else."""

from __future__ import annotations

from scalebed.engines.kubernetes import namespaces
from scalebed.engines.kubernetes.api import Api
from scalebed.engines.kubernetes.engine import NAME, Cluster
from scalebed.engines.kubernetes.ownership import Ownership, made_by_engine, mark_path, remove_loads
from scalebed.engines.kubernetes.paths import OURS, field, listed, path
from scalebed.ports import EngineError, Say


def down(cluster: Cluster, say: Say, *, purge: bool = False) -> None:
    """End loads and remove the release that an engine made; `purge` also its data. Namespaces go that an engine made.

    Raises EngineError, and touches nothing, where somebody runs an experiment on the release.
    """
    api, rooms = cluster.api, cluster.rooms
    namespaces.refuse_others(api, rooms)
    ownership = Ownership(api, rooms.app, NAME)
    if (other := ownership.held_by_other()) is not None:
        raise EngineError(f"namespace {rooms.app}: {other} runs an experiment here; stop it first")
    removed = [f"TestRun {name}" for name in remove_loads(api, rooms.load, ownership.key)]
    removed += _scripts(api, rooms.load)
    made = made_by_engine(api, rooms.app, NAME)
    if made:
        cluster.helm.uninstall(NAME)
        api.delete(mark_path(rooms.app, NAME))
        removed.append(f"release {NAME}")
    elif cluster.helm.values(NAME) is not None:
        say(f"The release {NAME} was there before any experiment, so it stays: helm uninstall {NAME} removes it.")
    if made and purge:
        api.delete(path("persistentvolumeclaims", rooms.app, f"data-{NAME}-postgres-0"))
        api.delete(path("secrets", rooms.app, f"{NAME}-datastore"))
        removed.append("the data and its passwords")
    elif made:
        say("The data and its passwords stay; --purge removes them too.")
    api.delete(path("leases", rooms.app, f"scalebed-{NAME}"))
    if purge or not _data(api, rooms.app):
        removed += [f"namespace {name}" for name in namespaces.remove_made(api, rooms)]
    say(f"Removed {', '.join(removed)}." if removed else "Nothing was left in the cluster.")


def _scripts(api: Api, namespace: str) -> list[str]:
    names = [
        each["metadata"]["name"]
        for each in listed(api, "configmaps", namespace, OURS)
        if each["metadata"]["name"].startswith("scalebed-k6-")
    ]
    for name in names:
        api.delete(path("configmaps", namespace, name))
    return [f"ConfigMap {name}" for name in names]


def _data(api: Api, namespace: str) -> bool:
    """Whether a volume of data is there."""
    claims = listed(api, "persistentvolumeclaims", namespace)
    return any(field(claim, "metadata", "name", default="").startswith(f"data-{NAME}-") for claim in claims)
