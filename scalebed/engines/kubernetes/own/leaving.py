"""Gives back what runs held that were cut short."""

from __future__ import annotations

from collections.abc import Iterable

from scalebed.engines.kubernetes.api.client import Api, ApiError
from scalebed.engines.kubernetes.api.paths import field
from scalebed.engines.kubernetes.own.hold import LOAD, Hold, lease_of, ownership_of
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.engines.kubernetes.releases.ownership import Ownership, remove_loads
from scalebed.experiment.scalable import Scalable
from scalebed.messages import Say

_LEASES = "/apis/coordination.k8s.io/v1/leases"


def give_back(api: Api, load: str, named: Iterable[Scalable], say: Say) -> bool:
    """Each of these as it was; whether somebody still has one.

    `load`: the namespace of TestRuns where a Lease names no other. What a run has that may live is left to it. Raises
    EngineError.
    """
    busy = False
    for of in dict.fromkeys(named):
        ownership = ownership_of(api, of)
        if (other := ownership.held_by_other()) is not None:
            say(f"{of} is left to {other}, who runs an experiment on it.")
            busy = True
            continue
        if not ownership.exists():
            continue
        ownership.acquire()
        try:
            theirs = field(api.get(lease_of(of)), "metadata", "annotations", LOAD, default=load)
            if removed := remove_loads(api, theirs, ownership.key):
                say(f"Removed TestRun {', '.join(removed)}.")
            Hold(Workload(api, of)).give_back(say)
        except BaseException:
            ownership.leave()
            raise
        ownership.release()
    return busy


def leased(api: Api, say: Say) -> list[Scalable]:
    """What an experiment has or had, by the Leases of all namespaces; nothing where those may not be listed, which is
    said."""
    try:
        leases = api.get(_LEASES, labelSelector=f"{Ownership.ADOPTED}=true")["items"]
    except ApiError as error:
        if error.status != 403:
            raise
        say(
            "What deployments are held is not known, since the Leases of all namespaces may not be listed: name the "
            "experiment's file, and those in it are given back."
        )
        return []
    marks = (field(lease, "metadata", "annotations", Ownership.ADOPTED, default="") for lease in leases)
    return [Scalable.of(mark) for mark in marks if mark]
