"""Why pods do not run: the sentence that a person would find with `kubectl describe`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field, listed

HOPELESS = frozenset(
    {
        "ErrImageNeverPull", "InvalidImageName", "ErrImagePull", "ImagePullBackOff", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
    }
)  # fmt: skip
"""Waiting reasons that time alone does not mend."""


def pod_obstacle(pod: Json) -> str | None:
    """One clause, such as `pod x waits: ImagePullBackOff (…)`; None where nothing is said against it."""
    name = pod["metadata"]["name"]
    for status in _containers(pod):
        state = status.get("state", {})
        waiting = state.get("waiting", {})
        if waiting.get("reason") in HOPELESS:
            return f"pod {name}, container {status['name']}: {_said(waiting)}"
        ended = state.get("terminated") or {}
        if ended.get("exitCode"):
            return f"pod {name}, container {status['name']} ended with {_ended(ended)}"
    for condition in field(pod, "status", "conditions", default=[]):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"pod {name} has no node: {_said(condition)}"
    if field(pod, "status", "phase") == "Failed":
        return f"pod {name} failed: {_said(pod['status'])}"
    return None


def hopeless(pod: Json) -> bool:
    """Whether waiting longer is vain, as far as the pod itself says."""
    return any(
        field(status, "state", "waiting", "reason") in HOPELESS
        or field(status, "state", "terminated", "exitCode", default=0) != 0
        for status in _containers(pod)
    )


def event_obstacles(events: Iterable[Json], names: Iterable[str]) -> list[str]:
    """Warnings about objects whose names begin with one of `names`, the newest first, each once."""
    begin = tuple(names)
    warnings = [
        event
        for event in events
        if event.get("type") == "Warning" and field(event, "involvedObject", "name", default="").startswith(begin)
    ]
    warnings.sort(key=_when, reverse=True)
    told: dict[str, None] = {}
    for event in warnings:
        kind = field(event, "involvedObject", "kind", default="object")
        told[f"{kind} {event['involvedObject']['name']}: {_said(event)}"] = None
    return list(told)


def obstacles(api: Api, namespace: str, labels: dict[str, str], names: Sequence[str]) -> str:
    """Everything that is said against these pods and their owners, at most three clauses; a hint where nothing is."""
    told = [said for pod in listed(api, "pods", namespace, labels) if (said := pod_obstacle(pod)) is not None]
    if len(told) < 3:
        told += event_obstacles(listed(api, "events", namespace), names)
    if not told:
        chosen = ",".join(f"{key}={value}" for key, value in labels.items())
        return f"no pod and no event says why (kubectl --namespace {namespace} get pods,events --selector {chosen})"
    return "; ".join(told[:3])


def _containers(pod: Json) -> list[Json]:
    status = pod.get("status", {})
    return [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]


def _said(of: Any) -> str:
    reason, message = of.get("reason", "no reason"), " ".join(str(of.get("message", "")).split())
    return f"{reason} ({message[:240]})" if message else str(reason)


def _ended(terminated: Json) -> str:
    reason = terminated.get("reason", "")
    return f"exit code {terminated['exitCode']}{f' ({reason})' if reason and reason != 'Error' else ''}"


def _when(event: Json) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or field(event, "metadata", "creationTimestamp"))
