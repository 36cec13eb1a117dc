"""Removes what engines made in a cluster, and nothing else."""

from __future__ import annotations

from scalebed.engines.kubernetes.api.client import Api
from scalebed.engines.kubernetes.api.paths import NAMESPACES, OURS, field, found, listed, path
from scalebed.engines.kubernetes.engine import NAME, Cluster
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.engines.kubernetes.releases.ownership import Ownership, remove_loads
from scalebed.engines.kubernetes.releases.release import Release
from scalebed.engines.kubernetes.releases.tenancy import Tenancy
from scalebed.execution.ports import Clock
from scalebed.messages import EngineError, Say


def down(cluster: Cluster, clock: Clock, say: Say, *, purge: bool = False) -> None:
    """End loads, remove the release that an engine made, and give one that is a user's back as it was; `purge` also
    removes the data of the first. Namespaces go that an engine made.

    Raises EngineError, and touches nothing, where somebody runs an experiment on the release.
    """
    api, names = cluster.api, cluster.namespaces
    namespaces.refuse_others(api, names)
    ownership = Ownership(api, names.app, NAME)
    if (other := ownership.held_by_other()) is not None:
        raise EngineError(f"namespace {names.app}: {other} runs an experiment here; stop it first")
    there = found(api, f"{NAMESPACES}/{names.app}") is not None
    if there:
        ownership.acquire()
    try:
        removed = [f"TestRun {name}" for name in remove_loads(api, names.load, ownership.key)]
        removed += _scripts(api, names.load)
        tenancy = Tenancy(api, cluster.helm, Release(NAME, names.app), clock)
        tenancy.give_back(say)
        made = tenancy.leave()
        if made:
            removed.append(f"release {NAME}")
        elif cluster.helm.values(NAME) is not None:
            say(f"The release {NAME} is no experiment's, so it stays: helm uninstall {NAME} removes it.")
        if made and purge:
            api.delete(path("persistentvolumeclaims", names.app, f"data-{NAME}-postgres-0"))
            api.delete(path("secrets", names.app, f"{NAME}-datastore"))
            removed.append("the data and its passwords")
        elif made:
            say("The data and its passwords stay; --purge removes them too.")
    finally:
        ownership.release()
    if there:
        api.delete(path("leases", names.app, f"scalebed-{NAME}"))
    if purge or not _data(api, names.app):
        removed += [f"namespace {name}" for name in namespaces.remove_made(api, names)]
    say(f"Removed {', '.join(removed)}." if removed else "Nothing was left to remove in the cluster.")


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
