"""A Deployment that is somebody's, with Service and HPA, on a fake cluster: pods come and go as it is scaled."""

from __future__ import annotations

from typing import Any

from fake_cluster import FakeApi, container, pod

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import path

SHOP = "shop"
LABELS = {"app": "web"}


class FakeWorkload:
    """`web` in the namespace `shop`. `limit`: CPU of its container."""

    def __init__(self, api: FakeApi, replicas: int = 2, limit: str | None = "500m", **service: Any) -> None:
        self.api = api
        self.place = path("deployments", SHOP, "web")
        self.hpa = path("horizontalpodautoscalers", SHOP, "web")
        limits = {} if limit is None else {"limits": {"cpu": limit}}
        self.spec: Json = {"containers": [{"name": "web", "resources": limits}]}
        api.put(
            self.place,
            {
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": LABELS},
                    "template": {"metadata": {"labels": LABELS}, "spec": self.spec},
                },
                "status": {},
            },
        )
        ports = service.pop("ports", [{"port": 80, "name": "http"}])
        self.put_service("web", {"selector": LABELS, "ports": ports, **service})
        self._moment = 4
        self.unready = False
        self.canaries: tuple[str, ...] = ()
        """Pods of somebody else's that the Service leads to as well."""
        api.patched = self._patched
        self._settle()

    def put_service(self, name: str, spec: Json) -> None:
        self.api.put(path("services", SHOP, name), {"spec": spec})

    def put_autoscaler(self, least: int = 2, most: int = 6) -> None:
        reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
        self.api.put(self.hpa, {"spec": {"scaleTargetRef": reference, "minReplicas": least, "maxReplicas": most}})

    def set_by(self, manager: str, place: str, **spec: int) -> None:
        """Somebody else sets fields of the spec, the first at five seconds past."""
        self._moment += 1
        there = self.api.objects[place]
        there["spec"].update(spec)
        fields: Json = {"f:spec": {f"f:{key}": {} for key in spec}}
        owner = {
            "manager": manager,
            "operation": "Update",
            "time": f"2026-01-02T03:04:{self._moment:02}Z",
            "fieldsV1": fields,
        }
        there["metadata"].setdefault("managedFields", []).append(owner)
        self._settle()

    @property
    def state(self) -> Json:
        """What its user had: replicas, bounds and annotations."""
        hpa = self.api.objects.get(self.hpa)
        there = self.api.objects[self.place]
        return {
            "replicas": there["spec"]["replicas"],
            "annotations": there["metadata"].get("annotations") or {},
            "bounds": None if hpa is None else (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]),
            "noted": None if hpa is None else hpa["metadata"].get("annotations") or {},
        }

    def _patched(self, place: str, _: Json) -> None:
        if place == self.place:
            self._settle()

    def _settle(self) -> None:
        wanted = self.api.objects[self.place]["spec"]["replicas"]
        names = [f"web-{number}" for number in range(wanted)]
        for place in [each for each in self.api.objects if each.startswith(f"{path('pods', SHOP)}/web-")]:
            if place.rpartition("/")[2] not in names:
                self.api.objects.pop(place)
        for name in names:
            ready = [{"type": "Ready", "status": "False" if self.unready else "True"}]
            waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
            state = container("web", **(waiting if self.unready else {"running": {}}))
            made = pod(name, LABELS, conditions=ready, containerStatuses=[state])
            self.api.put(path("pods", SHOP, name), made | {"spec": self.spec})
        endpoints = [{"targetRef": {"name": name}, "conditions": {"ready": True}} for name in (*names, *self.canaries)]
        labels = {"kubernetes.io/service-name": "web"}
        self.api.put(path("endpointslices", SHOP, "web-x"), {"metadata": {"labels": labels}, "endpoints": endpoints})
