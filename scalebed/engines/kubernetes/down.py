"""Removes what engines made in a cluster, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scalebed.engines.kubernetes.api.client import Api
from scalebed.engines.kubernetes.api.paths import NAMESPACES, OURS, field, found, listed, path
from scalebed.engines.kubernetes.cluster import Cluster, Reached
from scalebed.engines.kubernetes.engine import NAME
from scalebed.engines.kubernetes.own.hold import ownership_of
from scalebed.engines.kubernetes.own.installed import uninstall
from scalebed.engines.kubernetes.own.leaving import give_back, leased
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.engines.kubernetes.releases.ownership import RELEASE, Ownership, mark_path, remove_loads
from scalebed.engines.kubernetes.releases.release import Release
from scalebed.engines.kubernetes.releases.tenancy import Tenancy
from scalebed.execution.ports import Clock
from scalebed.experiment.scalable import Scalable
from scalebed.messages import EngineError, Say


def give_back_named(cluster: Reached, adopted: Sequence[Scalable], say: Say) -> None:
    """These alone, where not all that is held may be looked for; and what their load has left. Others may have runs of
    their own in the same namespace. Raises EngineError."""
    api, load = cluster.api, cluster.namespaces.load
    keys = {ownership_of(api, of).key for of in adopted}
    removed = [] if give_back(api, load, adopted, say) else _scripts(api, load, keys)
    say(f"Removed {', '.join(removed)}." if removed else "Nothing was left to remove in the cluster.")


def down(cluster: Cluster, clock: Clock, say: Say, *, purge: bool = False) -> None:
    """End loads, remove the release that an engine made, and give one that is a user's back as it was; `purge` also
    removes the data of the first. Namespaces go that an engine made. What else of users' was held, by a Lease of
    theirs, is given back.

    Raises EngineError, and touches nothing, where somebody runs an experiment on the release.
    """
    api, names = cluster.api, cluster.namespaces
    namespaces.refuse_others(api, names)
    ownership = Ownership(api, names.app, NAME)
    if (other := ownership.held_by_other()) is not None:
        raise EngineError(f"namespace {names.app}: {other} runs an experiment here; stop it first")
    busy = give_back(api, names.load, leased(api, say), say)
    installed = _uninstalled(cluster)
    there = found(api, f"{NAMESPACES}/{names.app}") is not None
    if there:
        ownership.acquire()
    try:
        removed = [f"release {name}" for name in installed]
        removed += [f"TestRun {name}" for name in remove_loads(api, names.load, ownership.key)]
        removed += [] if busy else _scripts(api, names.load)
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
    if not busy and (purge or not _data(api, names.app)):
        removed += [f"namespace {name}" for name in namespaces.remove_made(api, names)]
    say(f"Removed {', '.join(removed)}." if removed else "Nothing was left to remove in the cluster.")


def _uninstalled(cluster: Cluster) -> list[str]:
    """Releases of users' images that runs have left, which are removed; their names. Those that somebody may have are
    left to them."""
    api, namespace = cluster.api, cluster.namespaces.app
    marks = (each["metadata"]["name"] for each in listed(api, "configmaps", namespace, OURS))
    begin = mark_path(namespace, "").rpartition("/")[2]
    names = [name.removeprefix(begin) for name in marks if name.startswith(begin)]
    removed = []
    for name in names:
        of = Scalable("deployments", "apps", namespace, name)
        if name != NAME and ownership_of(api, of).held_by_other() is None:
            uninstall(api, cluster.helm, namespace, name)
            removed.append(name)
    return removed


def _scripts(api: Api, namespace: str, keys: Collection[str] | None = None) -> list[str]:
    """`keys`: of whose loads; of all where there are none."""
    removed = []
    for kind, called in (("configmaps", "ConfigMap"), ("secrets", "Secret")):
        for each in listed(api, kind, namespace, OURS):
            theirs = keys is None or field(each, "metadata", "annotations", RELEASE) in keys
            if (name := each["metadata"]["name"]).startswith("scalebed-k6-") and theirs:
                api.delete(path(kind, namespace, name))
                removed.append(f"{called} {name}")
    return removed


def _data(api: Api, namespace: str) -> bool:
    """Whether a volume of data is there."""
    claims = listed(api, "persistentvolumeclaims", namespace)
    return any(field(claim, "metadata", "name", default="").startswith(f"data-{NAME}-") for claim in claims)
