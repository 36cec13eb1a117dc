"""What the cluster cannot do or hold, found before anything is made in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import NODES, field, found, is_true, listed, selector
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.engines.kubernetes.releases.release import Release, clashes, services
from scalebed.engines.services import read_service
from scalebed.execution.ports import Finding
from scalebed.experiment.autoscaler import TOLERANCE, TOLERANCE_SINCE, Autoscaler, keeps_tolerance
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.messages import EngineError

REST_CORES = 1.0
"""What load, database, pooler, balancer and control plane are taken to need together, before anything was measured."""


@dataclass(frozen=True)
class Resources:
    """CPU in cores and memory in bytes."""

    cpu: float
    memory: float

    def __add__(self, other: Resources) -> Resources:
        return Resources(self.cpu + other.cpu, self.memory + other.memory)

    def __sub__(self, other: Resources) -> Resources:
        return Resources(self.cpu - other.cpu, self.memory - other.memory)

    def most(self, other: Resources) -> Resources:
        """The greater of each."""
        return Resources(max(self.cpu, other.cpu), max(self.memory, other.memory))

    def times(self, count: int) -> Resources:
        return Resources(self.cpu * count, self.memory * count)

    def __str__(self) -> str:
        return f"{self.cpu * 1000:.0f}m CPU and {self.memory / 2**20:.0f} Mi memory"


@dataclass(frozen=True)
class Node:
    name: str
    cores: float
    free: Resources
    """Allocatable, less what pods request that are no part of the release or its load."""


def nodes(api: Api, release: Release, load_namespace: str) -> list[Node]:
    """Those that take pods."""
    result = []
    for node in api.get(NODES)["items"]:
        if field(node, "spec", "unschedulable", default=False) or not is_true(node, "Ready") or _tainted(node):
            continue
        name = node["metadata"]["name"]
        pods = api.get("/api/v1/pods", fieldSelector=selector({"spec.nodeName": name}))["items"]
        allocatable = node["status"]["allocatable"]
        free = Resources(number(allocatable["cpu"]), number(allocatable["memory"]))
        for pod in pods:
            if field(pod, "status", "phase") not in ("Succeeded", "Failed") and not _own(pod, release, load_namespace):
                free -= pod_request(pod["spec"])
        result.append(Node(name, number(node["status"]["capacity"]["cpu"]), free))
    return result


def pod_request(spec: Mapping[str, Any]) -> Resources:
    """What the scheduler counts: containers together, or the greediest init container where that is more."""
    together = Resources(0.0, 0.0)
    for container in spec.get("containers", []):
        together += _request(container)
    for container in spec.get("initContainers", []):
        wanted = _request(container)
        together = together.most(wanted)
    return together


def requested(objects: Iterable[Json], kinds: Iterable[str] = ("Deployment", "StatefulSet")) -> Resources:
    """By all pods that these manifests come to at once."""
    total = Resources(0.0, 0.0)
    for each in objects:
        if each["kind"] in kinds:
            total += pod_request(each["spec"]["template"]["spec"]).times(field(each, "spec", "replicas", default=1))
    return total


def findings(
    api: Api,
    root: Path,
    experiment: Experiment,
    cells: Sequence[Cell],
    *,
    nodes: Sequence[Node],
    needs: Mapping[str, Resources],
) -> list[Finding]:
    """Every refusal and every warning, each one sentence. `needs`: by cell, what its release and load request."""
    return [*_services(root, experiment), *_addons(api, experiment), *_autoscaler(api, experiment.autoscaler),
            *_space(cells, nodes, needs)]  # fmt: skip


def foreign_values(experiment: Experiment, cells: Sequence[Cell]) -> list[Finding]:
    """What variants set that would change what a cell is. `cells`: of services that the chart installs."""
    told = dict.fromkeys(sentence for cell in cells for sentence in clashes(experiment, cell))
    return [Finding("refuse", sentence) for sentence in told]


def foreign_autoscalers(api: Api, release: Release) -> list[Finding]:
    """Those that are not the chart's own, and would change what a cell is."""
    own = {release.service(service) for service in services()}
    return [
        Finding(
            "refuse",
            f"HPA {name} in the namespace {release.namespace}: sets the replicas of {target} and is not of the release "
            f"{release.name}: remove it while experiments run",
        )
        for each in listed(api, "horizontalpodautoscalers", release.namespace)
        if (target := field(each, "spec", "scaleTargetRef", "name")) in own
        and ((name := each["metadata"]["name"]) != target or not release.labels.items() <= _labels(each).items())
    ]


def _services(root: Path, experiment: Experiment) -> list[Finding]:
    told = []
    for variant in experiment.variants:
        if variant.service not in services():
            told.append(f"variant {variant.name}: the chart installs {', '.join(services())}, not {variant.service}")
            continue
        try:
            read_service(root, variant.service).effective(variant.switches)
        except EngineError as error:
            told.append(f"variant {variant.name}: {error}")
    return [Finding("refuse", sentence) for sentence in told]


def operator(api: Api) -> list[Finding]:
    """A refusal where nothing runs TestRuns."""
    if found(api, "/apis/k6.io/v1alpha1") is not None:
        return []
    told = "the cluster has no k6-operator: install it, or let ./scripts/cluster of a clone make one with it"
    return [Finding("refuse", told)]


def _addons(api: Api, experiment: Experiment) -> list[Finding]:
    told = []
    if experiment.traits.autoscales and found(api, "/apis/metrics.k8s.io/v1beta1") is None:
        told.append("the cluster has no metrics-server, without which an HPA sees nothing: install it, or let "
                    "./scripts/cluster of a clone make one with it")  # fmt: skip
    return [*operator(api), *(Finding("refuse", sentence) for sentence in told)]


def _autoscaler(api: Api, wanted: Autoscaler | None) -> list[Finding]:
    """What the API server would take and forget."""
    version = str(api.get("/version").get("gitVersion", "")) if wanted and wanted.tolerances else ""
    if wanted is None or not wanted.tolerances or keeps_tolerance(version):
        return []
    first = ".".join(str(number) for number in TOLERANCE_SINCE)
    return [
        Finding(
            "refuse",
            f"autoscaler.behavior.{direction}.tolerance: this cluster's Kubernetes ({version or 'of unknown version'}) "
            f"drops it without a word and keeps {TOLERANCE:.0%}; leave it out, or use Kubernetes {first} or newer",
        )
        for direction in wanted.tolerances
    ]


def _space(cells: Sequence[Cell], nodes: Sequence[Node], needs: Mapping[str, Resources]) -> list[Finding]:
    if not nodes:
        return [Finding("refuse", "no node of the cluster takes pods: kubectl get nodes says more")]
    free = Resources(0.0, 0.0)
    for node in nodes:
        free += node.free
    told: list[Finding] = []
    for cell in cells:
        wanted = needs[cell.id]
        if wanted.cpu > free.cpu + 1e-9 or wanted.memory > free.memory:
            told.append(
                Finding(
                    "refuse",
                    f"{cell.id}: its pods and the load request {wanted}, and the cluster has {free} left; lower "
                    "replicas or cpu_per_replica, or end other pods",
                )
            )
    cores = sum(node.cores for node in nodes)
    most = max(cell.cpu_per_replica * cell.most for cell in cells)
    if not told and most + REST_CORES > cores:
        told.append(
            Finding(
                "warn",
                f"the largest cell may use {most:g} of {cores:g} cores, which leaves less than {REST_CORES:g} for "
                "load, database and control plane: the host's ceiling may be what limits it",
            )
        )
    return told


def _request(container: Mapping[str, Any]) -> Resources:
    wanted = field(container, "resources", "requests", default={})
    limits = field(container, "resources", "limits", default={})
    # A limit without a request is the request.
    return Resources(number(wanted.get("cpu", limits.get("cpu"))), number(wanted.get("memory", limits.get("memory"))))


def _own(pod: Json, release: Release, load_namespace: str) -> bool:
    metadata = pod["metadata"]
    labels = metadata.get("labels", {})
    if metadata["namespace"] == release.namespace and labels.get("app.kubernetes.io/instance") == release.name:
        return True
    return bool(metadata["namespace"] == load_namespace and "k6_cr" in labels)


def _labels(of: Json) -> Mapping[str, str]:
    return dict(field(of, "metadata", "labels", default={}))


def _tainted(node: Json) -> bool:
    return any(
        taint.get("effect") in ("NoSchedule", "NoExecute") for taint in field(node, "spec", "taints", default=[])
    )
