"""An image of the user's own, installed by the chart `webapp` as a release of its own, and removed in the end."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.helm import Helm
from scalebed.engines.kubernetes.api.paths import OURS, path
from scalebed.engines.kubernetes.api.quantities import millicores, quantity
from scalebed.engines.kubernetes.own.address import Address
from scalebed.engines.kubernetes.releases.ownership import made_by_engine, mark, mark_path
from scalebed.engines.kubernetes.releases.release import balanced
from scalebed.engines.secrets import values as secret_values
from scalebed.experiment import chart_values
from scalebed.experiment.application import Application
from scalebed.experiment.scalable import Scalable
from scalebed.experiment.spec import Experiment

_LONGEST = 40
"""Letters of a name that the chart keeps whole."""
_WHY = "for an experiment"
_OF_THE_CHART = frozenset({"SECRET_KEY", "BIND", "POD_IP", "ALLOWED_HOSTS", "TLS_HOST"}) | {
    "SWITCHES", "STATEMENT_TIMEOUT_MS", "METRICS_DIR", "LOG_LEVEL"
}  # fmt: skip
"""Variables that the chart gives each pod itself; a Secret's of the same name would be passed over without a word."""


@dataclass(frozen=True)
class Installed:
    """The release of one variant in the namespace of releases."""

    api: Api
    helm: Helm
    namespace: str
    variant: str
    application: Application

    @property
    def name(self) -> str:
        """The release's, and its Deployment's; of a long variant's a part, and what tells it from others."""
        whole = f"scalebed-{self.variant}"
        if len(whole) <= _LONGEST:
            return whole
        digest = hashlib.sha256(self.variant.encode()).hexdigest()[:6]
        return f"{whole[: _LONGEST - 7].rstrip('-')}-{digest}"

    @property
    def of(self) -> Scalable:
        """Its Deployment."""
        return Scalable("deployments", "apps", self.namespace, self.name)

    @property
    def address(self) -> Address:
        """Its balancer's; that its pods are known is told by the Service that the balancer looks them up in."""
        return Address(f"http://{self.name}.{self.namespace}", f"{self.name}-pods", "its balancer")

    def refusals(self, experiment: Experiment) -> list[str]:
        """What speaks against it, a sentence each, before anything is made."""
        ours = self._values(experiment, secret="")
        given = chart_values.nested(self.application.values)
        told = [
            f"values.{chart_values.dotted(keys)} is what the experiment sets itself; leave it out"
            for keys in sorted(chart_values.both(ours, given))
            if keys[:1] not in (("networkPolicy",), ("probes",), ("podDisruptionBudget",))
        ]
        told += [
            f"{key}.{name}: the chart webapp gives this variable itself; let the image take another one"
            for key, names in (("env", self.application.env), ("secrets", self.application.secrets))
            for name in sorted(_OF_THE_CHART & names.keys())
        ]
        if self.helm.history(self.name) and not made_by_engine(self.api, self.namespace, self.name):
            told.append(
                f"the namespace {self.namespace} has a release {self.name} that is no experiment's; call the variant "
                "something else, or name another --namespace"
            )
        return told

    def install(self, experiment: Experiment) -> None:
        """Without any pod that serves. Raises EngineError with helm's own sentence."""
        mark(self.api, self.namespace, self.name)
        secret = ""
        if self.application.secrets:
            secret = f"{self.name}-secrets"
            data = {
                name: base64.b64encode(value.encode()).decode()
                for name, value in secret_values(self.application.secrets).items()
            }
            place = path("secrets", self.namespace, secret)
            self.api.delete(place)
            body: Json = {"metadata": {"name": secret, "labels": dict(OURS)}, "data": data}
            self.api.post(path("secrets", self.namespace), body)
        ours, given = self._values(experiment, secret=secret), chart_values.nested(self.application.values)
        values = chart_values.merged(ours, given)
        if secret and isinstance(more := given.get("envFrom"), list):
            values["envFrom"] = [*ours["envFrom"], *more]
        self.helm.upgrade(self.name, values, _WHY)

    def _values(self, experiment: Experiment, *, secret: str) -> dict[str, Any]:
        application = self.application
        each = {"cpu": millicores(experiment.cpu_per_replica)}
        if experiment.memory_per_replica is not None:
            each["memory"] = quantity(experiment.memory_per_replica)
        ready = application.ready or "/"
        values: dict[str, Any] = {
            "image": _image(application.image),
            "port": application.port,
            "replicas": 0,
            "resources": {"requests": dict(each), "limits": dict(each)},
            "autoscaling": {"enabled": False},
            "database": {"enabled": False},
            "cache": {"enabled": False},
            "probes": {
                "livePath": ready,
                "readyPath": ready,
                "startup": {"timeoutSeconds": max(1, round(application.ready_within))},
                "readiness": {"periodSeconds": 1},
            },
            "drain": {"graceSeconds": max(1, round(application.stop))},
            # What else it asks is its own affair.
            "networkPolicy": {"egress": [{}]},
            "podDisruptionBudget": False,
        }
        if application.env:
            values["env"] = {name: _as_written(value) for name, value in application.env.items()}
        if secret:
            values["envFrom"] = [{"secretRef": {"name": secret}}]
        return values

    def balanced(self) -> bool:
        """Whether its balancer serves."""
        return balanced(self.api, self.namespace, self.name)


def uninstall(api: Api, helm: Helm, namespace: str, name: str) -> None:
    """A release that an engine made, with its Secret and its mark. Raises EngineError."""
    helm.uninstall(name)
    for secret in (name, f"{name}-secrets"):
        api.delete(path("secrets", namespace, secret))
    api.delete(mark_path(namespace, name))


def _as_written(value: str) -> str:
    """For the chart, which makes templates of its values, and Kubernetes, which puts `$(OTHER)` in."""
    return value.replace("{{", '{{ "{{" }}').replace("$", "$$")


def _image(name: str) -> Mapping[str, str]:
    """As the chart has it: `registry:5000/shop:1.2@sha256:…` in parts."""
    rest, _, digest = name.partition("@")
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, "latest"
    return {"repository": repository, "tag": tag, **({"digest": digest} if digest else {})}
