"""A Helm that makes what the engine looks at of the chart: Deployments with pods, a Job, an HPA."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fake_cluster import FakeApi, container, pod

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.helm import Revision
from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.releases.release import services
from scalebed.messages import EngineError

NAMESPACE = "scalebed"
_FROM_THE_START = ("naive", "optimized")
"""Services that the chart installs unasked."""


class FakeHelm:
    """Implements `Helm`. Pods are ready `ready_after_s` after an upgrade; `broken` ones of a service never."""

    chart_name = "scalebed-0.1.0"
    history_max = 10

    def __init__(self, api: FakeApi, there: Mapping[str, Any] | None = None, ready_after_s: float = 6.0) -> None:
        self.api = api
        self.given: Mapping[str, Any] | None = None
        self.revisions: list[tuple[Revision, Mapping[str, Any]]] = []
        self.halfway: Callable[[], None] = lambda: None
        """Called when a revision has begun and nothing of it is applied."""
        self.upgrades: list[Mapping[str, Any]] = []
        self.stored: list[bool] = []
        """Whether the pooler had the values of the upgrade before, at each upgrade."""
        self._pooling: object = None
        self._pooled = False
        self.uninstalled: list[str] = []
        self.ready_after_s = ready_after_s
        self.broken: Json | None = None
        self.job: Json = {"succeeded": 1}
        if there is not None:
            self.upgrade("scalebed", there, "Install complete")
            self.upgrades.clear()
            self.stored.clear()

    def values(self, release: str) -> Mapping[str, Any] | None:
        return self.given

    def history(self, release: str) -> Sequence[Revision]:
        return [revision for revision, _ in self.revisions]

    def rollback(self, release: str, revision: int) -> None:
        last = self.revisions[-1][0]
        for job in self.jobs(release, revision) - self.jobs(release, last.number):
            if path("jobs", NAMESPACE, job) in self.api.objects:
                raise EngineError(
                    f'helm rollback {release}: cannot patch "{job}" with kind Job: spec.selector is immutable'
                )
        values = next(values for each, values in self.revisions if each.number == revision)
        self._apply(release, values, "rollback", f"Rollback to {revision}")

    def jobs(self, release: str, revision: int) -> frozenset[str]:
        return _jobs(release, next(values for each, values in self.revisions if each.number == revision))

    def upgrade(self, release: str, values: Mapping[str, Any], why: str) -> None:
        if self.revisions and self.revisions[-1][0].status.startswith("pending"):
            raise EngineError(f"helm upgrade {release}: another operation (install/upgrade/rollback) is in progress")
        self._apply(release, values, "upgrade" if self.revisions else "install", why)

    def _apply(self, release: str, values: Mapping[str, Any], what: str, why: str) -> None:
        number = self.revisions[-1][0].number + 1 if self.revisions else 1
        pending = Revision(number, f"pending-{what}", "Preparing upgrade", self.chart_name)
        self.revisions.append((pending, values))
        self.halfway()
        self._install(release, values)
        before = [(replace(each, status="superseded"), given) for each, given in self.revisions[:-1]]
        self.revisions = [*before, (replace(pending, status="deployed", description=why), values)][-self.history_max :]

    def _install(self, release: str, values: Mapping[str, Any]) -> None:
        self.upgrades.append(values)
        self.stored.append(self._pooled)
        before, self.given = self.given, values
        labels = {"app.kubernetes.io/instance": release}
        for name in (_jobs(release, before) if before is not None else frozenset()) - _jobs(release, values):
            self.api.delete(path("jobs", NAMESPACE, name))
        for name in sorted(_jobs(release, values)):
            job = {"metadata": {"name": name, "labels": labels}, "status": self.job}
            self.api.put(path("jobs", NAMESPACE, name), job)
        self._pool(f"{release}-pgbouncer", labels, values.get("datastore", {}))
        for service in services():
            if not values.get(service, {}).get("enabled", service in _FROM_THE_START):
                self.api.delete(path("deployments", NAMESPACE, f"{release}-{service}"))
            else:
                owned = _autoscaled((before or {}).get(service, {}))
                self._deploy(f"{release}-{service}", labels, service, values.get(service, {}), owned=owned)

    def _pool(self, name: str, labels: Mapping[str, str], values: Mapping[str, Any]) -> None:
        """The new pod serves beside the old one until that has gone."""
        if values == self._pooling:
            return
        self._pooling, self._pooled = values, False
        whole = {**labels, "app.kubernetes.io/name": "datastore", "app.kubernetes.io/component": "pgbouncer"}
        place = path("deployments", NAMESPACE, name)
        spec = {"replicas": 1, "selector": {"matchLabels": whole}}
        counts = {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "observedGeneration": 1}
        self.api.put(place, {"metadata": {"labels": whole}, "spec": spec, "status": counts})
        new = f"{name}-{len(self.upgrades)}"
        self.api.put(path("pods", NAMESPACE, new), pod(new, whole))

        def happen() -> None:
            if self._pooling is not values:
                return
            begin = path("pods", NAMESPACE, f"{name}-")
            for there in [each for each in self.api.objects if each.startswith(begin) and not each.endswith(new)]:
                self.api.delete(there)
            self._pooled = True

        self.api.clock.after(self.ready_after_s, happen)

    def _deploy(
        self, name: str, labels: Mapping[str, str], service: str, values: Mapping[str, Any], *, owned: bool
    ) -> None:
        """`owned`: the manifest before named no number either, so that the one that is there stays."""
        self.api.put(path("deployments", NAMESPACE, f"{name}-balancer"), {"status": {"readyReplicas": 1}})
        place = path("deployments", NAMESPACE, name)
        replicas = values.get("replicas", 1)
        if _autoscaled(values):
            replicas = self.api.objects[place]["spec"]["replicas"] if owned else 1
        whole = {**labels, "app.kubernetes.io/name": service, "app.kubernetes.io/component": "service"}
        database = values.get("database", {}).get("revision") or "rows"
        env = [{"name": "DATABASE_URL", "value": f"postgres://app:$(APP_PASSWORD)@pooler:6432/{service}_{database}"}]
        template = {"spec": {"containers": [{"name": "service", "env": env}]}}
        self.api.put(
            place,
            {"metadata": {"labels": whole}, "spec": {"replicas": replicas, "template": template}, "status": {}},
        )
        self._scale(place, name, whole)

    def _scale(self, place: str, name: str, labels: Mapping[str, str]) -> None:
        def happen() -> None:
            if (deployment := self.api.objects.get(place)) is None:
                return
            wanted = deployment["spec"]["replicas"]
            begin = path("pods", NAMESPACE, f"{name}-pod")
            for there in [each for each in self.api.objects if each.startswith(begin)]:
                self.api.delete(there)
            for number in range(wanted):
                status = self.broken or {
                    "containerStatuses": [{**container("service", running={}), "imageID": "x@sha256:abc"}],
                    "conditions": [{"type": kind, "status": "True"} for kind in ("PodScheduled", "Ready")],
                }
                made = pod(f"{name}-pod{number}", labels, **status)
                self.api.put(path("pods", NAMESPACE, f"{name}-pod{number}"), made)
            ready = 0 if self.broken else wanted
            counts = {"replicas": wanted, "updatedReplicas": wanted, "readyReplicas": ready, "observedGeneration": 1}
            deployment["status"] = counts
            self.api.clock.after(1.0, happen)  # what is scaled later follows too

        self.api.clock.after(self.ready_after_s, happen)

    def template(self, release: str, values: Mapping[str, Any]) -> list[Json]:
        return [
            {
                "kind": "Deployment",
                "metadata": {"name": f"{release}-{service}"},
                "spec": {
                    "replicas": values[service]["replicas"],
                    "template": {
                        "spec": {"containers": [{"resources": {"requests": _requests(values[service])}}]},
                    },
                },
            }
            for service in services()
        ]

    def uninstall(self, release: str) -> None:
        self.uninstalled.append(release)
        self.given = None
        self.revisions.clear()


def _jobs(release: str, values: Mapping[str, Any]) -> frozenset[str]:
    """One for each service, called after what it does, as the chart does."""
    enabled = [s for s in services() if values.get(s, {}).get("enabled", s in _FROM_THE_START)]
    rows = {service: values.get(service, {}).get("database", {}).get("revision") or "rows" for service in enabled}
    return frozenset(f"{release}-{service}-database-{name}" for service, name in rows.items())


def _requests(values: Mapping[str, Any]) -> dict[str, str]:
    wanted: dict[str, str] = values.get("resources", {}).get("requests", {})
    return {"memory": "320Mi", **wanted}


def _autoscaled(values: Mapping[str, Any]) -> bool:
    return bool(values.get("autoscaling", {}).get("enabled"))
