"""A release of charts/scalebed: which values a cell is, what its objects are called, and when it is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from scalebed import paths, yaml_reader
from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field, found, listed, path
from scalebed.engines.kubernetes.api.quantities import millicores, quantity
from scalebed.engines.kubernetes.load.runners import wait_for
from scalebed.engines.kubernetes.readings import obstacles
from scalebed.execution.ports import Clock
from scalebed.experiment import chart_values
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import Pooling, Variant
from scalebed.messages import EngineError

READY_LIMIT_S = 300.0
HOPELESS_S = 45.0
BALANCER_S = 2.0
"""Within which the balancer has heard of new pods, by the chart's own promise."""
_JOB_LIMIT_S = 900.0
_CONTACTS_A_SECOND = 1000
merged = chart_values.merged


@cache
def services() -> tuple[str, ...]:
    """Services that the chart installs: the names under which it takes in the chart webapp."""
    chart = yaml_reader.read((paths.ROOT / "charts" / "scalebed" / "Chart.yaml").read_text(encoding="utf-8"))
    return tuple(part["alias"] for part in chart["dependencies"] if part["name"] == "webapp")


@dataclass(frozen=True)
class Release:
    """Names of a release's objects, as the chart makes them."""

    name: str
    namespace: str

    def service(self, service: str) -> str:
        """The Deployment of a service, its HPA, and its balancer's Service."""
        return f"{self.name}-{service}"[:40].rstrip("-")

    def url(self, service: str) -> str:
        """The balancer's, from inside the cluster."""
        return f"http://{self.service(service)}.{self.namespace}"

    @property
    def labels(self) -> dict[str, str]:
        return {"app.kubernetes.io/instance": self.name}

    @property
    def datastore(self) -> dict[str, str]:
        """Labels of Postgres, the pooler and the cache."""
        return {**self.labels, "app.kubernetes.io/name": "datastore"}

    def pods(self, service: str) -> dict[str, str]:
        """Labels of a service's pods."""
        return {**self.labels, "app.kubernetes.io/name": service, "app.kubernetes.io/component": "service"}


def idle_values(experiment: Experiment) -> dict[str, Any]:
    """The release with its data and without any pod of a service."""
    used = {variant.service for variant in experiment.variants}
    return {
        "global": {"dataset": {"contacts": experiment.dataset.contacts, "seed": experiment.dataset.seed}},
        **{service: {"enabled": service in used, "replicas": 0, **_fixed()} for service in services()},
    }


def cell_values(experiment: Experiment, cell: Cell) -> dict[str, Any]:
    """The release with this cell alone."""
    values = idle_values(experiment)
    variant = cell.variant
    cpu = millicores(cell.cpu_per_replica)
    service = values[variant.service]
    service["replicas"] = cell.replicas
    each = {"cpu": cpu}
    if cell.memory_per_replica is not None:
        each["memory"] = quantity(cell.memory_per_replica)
    service["resources"] = {"requests": dict(each), "limits": dict(each)}
    if variant.switches:
        service["switches"] = dict(variant.switches)
    pooled = variant.pooler.mode != "off"
    service["datastore"] = {"pooled": pooled}
    if pooled:
        values["datastore"] = {"pgbouncer": _pooler(variant.pooler)}
    if cell.autoscaler is not None:
        service["autoscaling"] = {"enabled": True, **cell.autoscaler.values()}
    return merged(values, _given(variant))


def clashes(experiment: Experiment, cell: Cell) -> list[str]:
    """Values of the cell's variant that would be another cell than the one that is reported, a sentence each."""
    variant = cell.variant
    ours = cell_values(experiment, replace(cell, variant=variant.model_copy(update={"values": {}})))
    service = {**ours[variant.service], "switches": "", "database": {"revision": ""}}
    named = sorted(
        chart_values.dotted(keys[1:] if keys[0] == variant.service else keys)
        for keys in chart_values.both({**ours, variant.service: service}, _given(variant))
    )
    return [
        f"variant {variant.name}: values.{name} is what the experiment sets itself, by the variant's switches and "
        "pooler, replicas, cpu_per_replica, memory_per_replica and autoscaler; leave it out"
        for name in named
    ]


def _given(variant: Variant) -> dict[str, Any]:
    """The variant's own values, in the umbrella chart's places."""
    own = chart_values.nested(variant.values)
    datastore = {"datastore": own.pop("datastore")} if "datastore" in own else {}
    return {variant.service: own, **datastore}


def placed(values: Mapping[str, Any], revision: str, adopted: Mapping[str, str] | None) -> dict[str, Any]:
    """The values with the clones that the services use; `revision`: another one is another clone of the dataset.

    `adopted`: in a release that is a user's, service → the database that it had. It is kept, and a service that the
    experiment does not use stays installed, without pods, so that its objects are the same ones afterwards.
    """
    over: dict[str, Any] = {}
    for service in services():
        database: dict[str, Any] = {"revision": revision} if revision else {}
        if adopted is not None:
            database["spared"] = adopted.get(service, "")
            if not values[service]["enabled"]:
                database = {"enabled": False}
        over[service] = {"database": database} if database else {}
    placed = merged(values, over)
    if adopted is not None:
        for service in services():
            if not placed[service]["enabled"]:
                del placed[service]["enabled"]
    return placed


def _pooler(pooling: Pooling) -> dict[str, Any]:
    values: dict[str, Any] = {"poolMode": pooling.mode}
    if pooling.size is not None:
        values["poolSize"] = pooling.size
    return values


def wait_until_loaded(api: Api, release: Release, clock: Clock, contacts: int) -> None:
    """Every Job of the release has done its work. Raises EngineError with what stands against it."""

    def unfinished() -> list[Json]:
        jobs = listed(api, "jobs", release.namespace, release.labels)
        for job in jobs:
            for condition in field(job, "status", "conditions", default=[]):
                if condition["type"] == "Failed" and condition["status"] == "True":
                    raise EngineError(_stuck(api, release, f"Job {job['metadata']['name']} failed", [job]))
        return [job for job in jobs if not field(job, "status", "succeeded", default=0)]

    limit = _JOB_LIMIT_S + contacts / _CONTACTS_A_SECOND
    if not wait_for(clock, limit, lambda: not unfinished(), every_s=1.0):
        jobs = unfinished()
        names = ", ".join(job["metadata"]["name"] for job in jobs)
        raise EngineError(_stuck(api, release, f"Job {names} was not done within {limit:.0f} s", jobs))


def wait_until_stored(api: Api, release: Release, clock: Clock) -> None:
    """Postgres, pooler and cache have the values of the last upgrade, and none of before is left."""

    def unsettled() -> list[Json]:
        return [
            workload
            for kind in ("deployments", "statefulsets")
            for workload in listed(api, kind, release.namespace, release.datastore)
            if not _alone(api, release.namespace, workload)
        ]

    began = clock.now()
    if not wait_for(clock, READY_LIMIT_S, lambda: not unsettled(), every_s=1.0):
        names = [workload["metadata"]["name"] for workload in unsettled()]
        why = obstacles.obstacles(api, release.namespace, release.datastore, names)
        raise EngineError(f"{', '.join(names)} did not take up new values within {clock.now() - began:.0f} s: {why}")


def wait_until_ready(api: Api, release: Release, clock: Clock, service: str, replicas: int) -> None:
    """So many pods of the service are ready, and no others of any service are left."""
    bad_since: list[float] = []

    def ready() -> bool:
        labels = {**release.labels, "app.kubernetes.io/component": "service"}
        there = {
            deployment["metadata"]["labels"]["app.kubernetes.io/name"]: deployment
            for deployment in listed(api, "deployments", release.namespace, labels)
        }
        if service not in there:
            return False
        for name, deployment in there.items():
            wanted = replicas if name == service else 0
            if not _settled(deployment, wanted):
                return False
            if len(listed(api, "pods", release.namespace, release.pods(name))) != wanted:
                return False
        return balanced(api, release.namespace, release.service(service))

    def vain() -> bool:
        if not any(obstacles.hopeless(pod) for pod in listed(api, "pods", release.namespace, release.pods(service))):
            bad_since.clear()
            return False
        bad_since.append(clock.now())
        return clock.now() - bad_since[0] > HOPELESS_S

    began = clock.now()
    if not wait_for(clock, READY_LIMIT_S, ready, every_s=1.0, given_up=vain):
        name = release.service(service)
        why = obstacles.obstacles(api, release.namespace, release.pods(service), [name])
        raise EngineError(
            f"Deployment {name} did not come to {replicas} ready pods within {clock.now() - began:.0f} s: {why}"
        )
    clock.sleep(BALANCER_S)


def _alone(api: Api, namespace: str, workload: Json) -> bool:
    """Its pods are ready, and there are no others."""
    wanted = field(workload, "spec", "replicas", default=1)
    labels = workload["spec"]["selector"]["matchLabels"]
    return _settled(workload, wanted) and len(listed(api, "pods", namespace, labels)) == wanted


def _settled(workload: Json, wanted: int) -> bool:
    status = workload.get("status", {})
    return bool(
        status.get("observedGeneration", 0) >= workload["metadata"]["generation"]
        and status.get("updatedReplicas", 0) == wanted
        and status.get("readyReplicas", 0) == wanted
        and status.get("replicas", 0) == wanted
    )


def balanced(api: Api, namespace: str, name: str) -> bool:
    """Whether the balancer of a Deployment of the chart serves."""
    balancer = found(api, path("deployments", namespace, f"{name}-balancer"))
    return balancer is not None and field(balancer, "status", "readyReplicas", default=0) > 0


def _stuck(api: Api, release: Release, what: str, jobs: Sequence[Json]) -> str:
    names = [job["metadata"]["name"] for job in jobs]
    told = [
        said
        for name in names
        for pod in listed(api, "pods", release.namespace, {"job-name": name})
        if (said := obstacles.pod_obstacle(pod)) is not None
    ] or obstacles.event_obstacles(listed(api, "events", release.namespace), names)
    hint = f"kubectl --namespace {release.namespace} logs --all-containers job/{names[0]} says more" if names else ""
    return f"{what}: {'; '.join([*told[:3], hint]) or 'nothing says why'}"


def _fixed() -> dict[str, Any]:
    """An HPA would own the number of pods."""
    return {"autoscaling": {"enabled": False}}
