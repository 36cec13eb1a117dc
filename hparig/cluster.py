"""Puts what a world shows into the API server, one namespace for each scenario."""

from __future__ import annotations

from typing import Any

from hparig.api import Api, Object
from hparig.metrics_api import APIS, stamp
from hparig.world import Shown
from scalebed.autoscaling.pods import Pod
from scalebed.messages import EngineError

_HELD = "scalebed/rig"
"""A finalizer: who has it is terminating for as long as it is there."""


def register_apis(api: Api, port: int) -> None:
    """Have the API server ask `port` of this machine for the three metrics APIs."""
    api.create("/api/v1/namespaces", {"metadata": {"name": "rig"}})
    service = {"metadata": {"name": "metrics"}, "spec": {"type": "ExternalName", "externalName": "localhost"}}
    api.create("/api/v1/namespaces/rig/services", service)
    for group_version in APIS:
        group, version = group_version.split("/")
        api.create(
            "/apis/apiregistration.k8s.io/v1/apiservices",
            {
                "metadata": {"name": f"{version}.{group}"},
                "spec": {
                    "group": group,
                    "version": version,
                    "groupPriorityMinimum": 100,
                    "versionPriority": 100,
                    # The server is this very process, on loopback.
                    "insecureSkipTLSVerify": True,
                    "service": {"namespace": "rig", "name": "metrics", "port": port},
                },
            },
        )


def apis_answer(api: Api) -> bool:
    """Whether the API server has found all three."""
    for group_version in APIS:
        group, version = group_version.split("/")
        found = api.get(f"/apis/apiregistration.k8s.io/v1/apiservices/{version}.{group}")
        conditions = found.get("status", {}).get("conditions", [])
        if not any(each["type"] == "Available" and each["status"] == "True" for each in conditions):
            return False
        try:
            api.get(f"/apis/{group_version}")
        except EngineError:
            return False
    return True


class Namespace:
    """One scenario's objects."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self.name = name
        self._there: dict[str, Pod] = {}
        self._status_replicas: int | None = None
        self._spec: dict[str, Any] | None = None

    def create(self, replicas: int) -> None:
        """The namespace and the target; no autoscaler yet."""
        self._api.create("/api/v1/namespaces", {"metadata": {"name": self.name}})
        labels = {"app": "target"}
        container = {"name": "app", "image": "none"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        self._api.create(self._apps("deployments"), {"metadata": {"name": "target"}, "spec": spec})

    def autoscale(self, spec: dict[str, Any]) -> None:
        """From now on there is an autoscaler."""
        self._spec = spec
        self._api.create(self._autoscalers(), {"metadata": {"name": "target"}, "spec": spec})

    def stop(self) -> None:
        """Remove the autoscaler; the rest costs nothing."""
        self._api.delete(f"{self._autoscalers()}/target")

    def show(self, shown: Shown) -> None:
        """Make the pods, the target and the autoscaler so."""
        listed = {pod.name: pod for pod in shown.pods if pod.listed}
        for name in [name for name in self._there if name not in listed]:
            self._remove(self._there.pop(name))
        for pod in listed.values():
            self._put(pod, shown.epoch)
            self._there[pod.name] = pod
        if shown.replicas is not None:
            self._api.patch(f"{self._apps('deployments')}/target", {"spec": {"replicas": shown.replicas}})
        if shown.status_replicas != self._status_replicas:
            status = {"status": {"replicas": shown.status_replicas}}
            self._api.patch(f"{self._apps('deployments')}/target/status", status)
            self._status_replicas = shown.status_replicas
        if self._spec is not None and shown.spec != self._spec:
            self._api.replace_spec(f"{self._autoscalers()}/target", shown.spec)
            self._spec = shown.spec

    def _put(self, pod: Pod, epoch: int) -> None:
        before = self._there.get(pod.name)
        path = f"{self._pods()}/{pod.name}"
        if before is None:
            self._api.create(self._pods(), _object(pod))
        if before is None or _status(before, epoch) != _status(pod, epoch):
            self._api.patch(f"{path}/status", {"status": _status(pod, epoch)})
        if pod.deleted and (before is None or not before.deleted):
            self._api.patch(path, {"metadata": {"finalizers": [_HELD]}})
            self._api.delete(path)

    def _remove(self, pod: Pod) -> None:
        path = f"{self._pods()}/{pod.name}"
        if pod.deleted:
            self._api.patch(path, {"metadata": {"finalizers": None}})
        else:
            self._api.delete(f"{path}?gracePeriodSeconds=0")

    def _pods(self) -> str:
        return f"/api/v1/namespaces/{self.name}/pods"

    def _apps(self, kind: str) -> str:
        return f"/apis/apps/v1/namespaces/{self.name}/{kind}"

    def _autoscalers(self) -> str:
        return f"/apis/autoscaling/v2/namespaces/{self.name}/horizontalpodautoscalers"


def _object(pod: Pod) -> Object:
    containers = [
        {"name": name, "image": "none", "resources": {"requests": dict(each.requests)}}
        for name, each in pod.parts.items()
    ]
    return {
        "metadata": {"name": pod.name, "labels": {"app": "target"}},
        "spec": {"containers": containers, "automountServiceAccountToken": False},
    }


def _status(pod: Pod, epoch: int) -> Object:
    conditions = []
    if pod.ready is not None:
        ready = pod.ready if isinstance(pod.ready, str) else str(pod.ready)
        since = stamp(epoch + pod.ready_since_s)
        conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": since}]
    started = None if pod.started_s is None else stamp(epoch + pod.started_s)
    return {"phase": pod.phase, "startTime": started, "conditions": conditions}
