"""What runs in a cluster and has a number of replicas, as an experiment file names it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SHORT = {"deployment": "deployments", "statefulset": "statefulsets", "replicaset": "replicasets"}
_OF_APPS = frozenset(_SHORT.values())


@dataclass(frozen=True)
class Scalable:
    """An object with a scale subresource. `group` is its API's, empty for the core one; the server knows the version.

    Whole, it is written `RESOURCE.GROUP/NAMESPACE/NAME`, such as `rollouts.argoproj.io/shop/web`.
    """

    resource: str
    group: str
    namespace: str
    name: str

    @classmethod
    def of(cls, text: str) -> Scalable:
        """From `NAMESPACE/NAME`, a Deployment's, or with the kind of thing before it; raises ValueError."""
        *kind, namespace, name = text.split("/") if text.count("/") in (1, 2) else ("", "", "")
        resource, _, group = (kind[0] if kind else "deployments.apps").lower().partition(".")
        resource = _SHORT.get(resource, resource)
        group = group or ("apps" if resource in _OF_APPS else "")
        if not all(_NAME.fullmatch(part) for part in (resource, namespace, name)):
            raise ValueError(
                f"deployment: must be NAMESPACE/NAME of a Deployment, or RESOURCE.GROUP/NAMESPACE/NAME of what else "
                f"has a scale, such as statefulsets.apps/shop/web, not {text!r}"
            )
        return cls(resource, group, namespace, name)

    @property
    def kind(self) -> str:
        """As people say it."""
        return {"deployments": "Deployment", "statefulsets": "StatefulSet", "replicasets": "ReplicaSet"}.get(
            self.resource, f"{self.resource}.{self.group}" if self.group else self.resource
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True)
class Door:
    """The Service that load goes through, and its port by number or name; none: the only one that fits."""

    service: str
    port: str = ""

    @classmethod
    def of(cls, text: str) -> Door:
        """From `NAME` or `NAME:PORT`; raises ValueError."""
        service, colon, port = text.partition(":")
        if not _NAME.fullmatch(service) or (colon and not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?", port)):
            raise ValueError(f"through: must be the NAME of a Service, or NAME:PORT, not {text!r}")
        return cls(service, port)
