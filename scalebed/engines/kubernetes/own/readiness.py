"""Waits until a workload has the pods that a cell asks for, and no others, and load reaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import field, is_true, listed
from scalebed.engines.kubernetes.load.runners import wait_for
from scalebed.engines.kubernetes.own.address import Address, others, receiving
from scalebed.engines.kubernetes.own.hold import Hold
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.engines.kubernetes.readings import obstacles
from scalebed.execution.ports import Clock
from scalebed.messages import EngineError

READY_LIMIT_S = 300.0
"""Where the experiment does not say how long pods may take."""
HOPELESS_S = 45.0
KNOWN_S = 2.0
"""Within which the nodes have heard of new pods behind a Service (kube-proxy syncs once a second)."""


def wait(
    workload: Workload,
    hold: Hold,
    leads: Address,
    replicas: int,
    *,
    limit_s: float,
    clock: Clock,
    also: Callable[[], bool] | None = None,
) -> None:
    """Raises EngineError with what stands against it: a pod's own trouble, or who set another number. `also`: what else
    must be so."""
    began = clock.now()

    def ready() -> bool:
        if (told := hold.stray()) is not None:
            if not hold.outrun():
                raise EngineError(told)
            hold.hold(replicas)
        pods = workload.pods()
        if len(pods) != replicas or not all(_serves(pod) for pod in pods) or not _rolled_out(workload):
            return False
        known = not leads.service or len(_known(workload, leads, pods)) == replicas
        return known and (also is None or also())

    if not wait_for(clock, limit_s, ready, every_s=1.0, given_up=_vain(workload, clock)):
        raise EngineError(
            f"{workload.of} did not come to {replicas} ready pod{'' if replicas == 1 else 's'} within "
            f"{clock.now() - began:.0f} s: {_why(workload, leads, replicas)}"
        )
    pods = workload.pods()
    if leads.service and (more := others(workload.api, workload.of.namespace, leads.service, _names(pods))):
        raise EngineError(
            f"the Service {leads.service} leads to other pods than those of {workload.of} as well, such as {more[0]}, "
            "which would be measured with it; name another Service by through, or the url of one"
        )
    clock.sleep(KNOWN_S)


def _known(workload: Workload, leads: Address, pods: Sequence[Json]) -> set[str]:
    return _names(pods) & set(receiving(workload.api, workload.of.namespace, leads.service))


def _names(pods: Sequence[Json]) -> set[str]:
    return {pod["metadata"]["name"] for pod in pods}


def _serves(pod: Json) -> bool:
    return not field(pod, "metadata", "deletionTimestamp") and is_true(pod, "Ready")


def _rolled_out(workload: Workload) -> bool:
    """No rollout is under way, whose pods would be measured half and half. What is no Deployment may keep some of its
    pods as they were for as long as its user likes."""
    if workload.of.resource != "deployments":
        return True
    there = workload.read()
    status, generation = there.get("status", {}), field(there, "metadata", "generation", default=0)
    if status.get("observedGeneration", generation) < generation:
        return False
    return bool(status.get("updatedReplicas", status.get("replicas", 0)) == status.get("replicas", 0))


def _vain(workload: Workload, clock: Clock) -> Callable[[], bool]:
    since: list[float] = []

    def asked() -> bool:
        if not any(obstacles.hopeless(pod) for pod in workload.pods()):
            since.clear()
            return False
        since.append(clock.now())
        return clock.now() - since[0] > HOPELESS_S

    return asked


def _why(workload: Workload, leads: Address, replicas: int) -> str:
    """Everything that is said against its pods and those that own them, at most three clauses."""
    pods = workload.pods()
    told = [said for pod in pods if (said := obstacles.pod_obstacle(pod)) is not None]
    if len(told) < 3:
        told += obstacles.event_obstacles(listed(workload.api, "events", workload.of.namespace), [workload.of.name])
    if not told and len(pods) != replicas:
        told = [f"there are {len(pods)} pods, those that are about to end included"]
    if not told and not _rolled_out(workload):
        command = f"kubectl --namespace {workload.of.namespace} rollout resume deployment/{workload.of.name}"
        paused = field(workload.read(), "spec", "paused", default=False)
        told = [
            f"its rollout is paused; {command} goes on with it" if paused else "its rollout has not come to its end"
        ]
    if not told and leads.service and len(known := _known(workload, leads, pods)) < replicas:
        told = [
            f"the Service {leads.service} sends requests to {len(known)} of them; see to its selector and its ports"
        ]
    return "; ".join(told[:3]) or (
        f"no pod and no event says why (kubectl --namespace {workload.of.namespace} get pods,events)"
    )
