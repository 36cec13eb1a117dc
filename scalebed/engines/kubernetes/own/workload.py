"""A Deployment, or what else has a scale, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field as value_of
from scalebed.engines.kubernetes.api.paths import found, listed, path
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.experiment.scalable import Scalable
from scalebed.messages import EngineError


@dataclass
class Workload:
    """One that is somebody's. `place` is its path."""

    api: Api
    of: Scalable
    _place: str = field(default="", init=False)

    @property
    def place(self) -> str:
        """The path of the object. Raises EngineError where the cluster knows no such kind."""
        if not self._place:
            version = "/api/v1" if not self.of.group else f"/apis/{self.of.group}/{self._version()}"
            self._place = f"{version}/namespaces/{self.of.namespace}/{self.of.resource}/{self.of.name}"
        return self._place

    def _version(self) -> str:
        if self.of.group == "apps":
            return "v1"
        group = found(self.api, f"/apis/{self.of.group}")
        version = value_of(group or {}, "preferredVersion", "version")
        if version is None:
            raise EngineError(
                f"deployment: the cluster knows no kind {self.of.resource}.{self.of.group}; kubectl api-resources "
                "lists those it knows"
            )
        return str(version)

    def read(self) -> Json:
        """The object. Raises EngineError where there is none."""
        there = found(self.api, self.place)
        if there is None:
            raise EngineError(
                f"deployment: there is no {self.of}; kubectl --namespace {self.of.namespace} get {self.of.resource} "
                "lists those there are"
            )
        return there

    def scale(self) -> Json:
        """Its scale. Raises EngineError where it has none."""
        there = found(self.api, f"{self.place}/scale")
        if there is None:
            self.read()
            raise EngineError(f"deployment: {self.of} has no scale, so its replicas cannot be set; name what has one")
        return there

    def replicas(self) -> int:
        """Wanted by whoever set it last."""
        return int(value_of(self.scale(), "spec", "replicas", default=0))

    def pods(self) -> list[Json]:
        """All that its selector finds and that live, those that are about to end included."""
        selector = value_of(self.scale(), "status", "selector", default="")
        if not selector:
            raise EngineError(f"deployment: {self.of} says no selector in its scale, so its pods cannot be found")
        items = self.api.get(path("pods", self.of.namespace), labelSelector=selector)["items"]
        # One that was evicted stays in the list for long.
        return [pod for pod in items if value_of(pod, "status", "phase") not in ("Succeeded", "Failed")]

    def cpu_limit(self) -> float | None:
        """Cores that one of its pods may use, or would if it had any; None without a limit, or where they differ."""
        limits = {_limit(spec) for spec in self._specs()}
        return limits.pop() if len(limits) == 1 else None

    def shared_limit(self) -> str:
        """How containers of one pod share its limit, of which each has a part of its own; empty where one has all."""
        for spec in self._specs():
            limits = {each["name"]: value_of(each, "resources", "limits", "cpu") for each in _serving(spec)}
            if len(limits) > 1 and None not in limits.values():
                return ", ".join(f"{name} {number(limit):g}" for name, limit in limits.items())
        return ""

    def _specs(self) -> list[Json]:
        template = value_of(self.read(), "spec", "template", "spec")
        return [pod["spec"] for pod in self.pods()] or ([template] if template else [])

    def autoscalers(self) -> list[Json]:
        """HPAs that set its number of replicas."""
        return [
            each
            for each in listed(self.api, "horizontalpodautoscalers", self.of.namespace)
            if value_of(each, "spec", "scaleTargetRef", "name") == self.of.name
            and self._is(value_of(each, "spec", "scaleTargetRef", default={}))
        ]

    def _is(self, reference: Mapping[str, Any]) -> bool:
        """An HPA names a kind, in the singular and with capitals."""
        group = str(reference.get("apiVersion", "")).rpartition("/")[0]
        kind = str(reference.get("kind", "")).lower()
        return group == self.of.group and self.of.resource in (kind, f"{kind}s", f"{kind}es")


def labels_of(workload: Json) -> Mapping[str, str]:
    """Of its pods, where it has a template."""
    return dict(value_of(workload, "spec", "template", "metadata", "labels", default={}))


def _serving(spec: Json) -> list[Json]:
    """Containers that run for as long as the pod does: some stand among those that run before the others."""
    beside = [each for each in spec.get("initContainers") or [] if each.get("restartPolicy") == "Always"]
    return [*spec["containers"], *beside]


def _limit(spec: Json) -> float | None:
    each = [value_of(container, "resources", "limits", "cpu") for container in _serving(spec)]
    return None if None in each else sum(number(limit) for limit in each)
