"""Where readings of containers come from: the kubelets, or the metrics API where only that may be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from scalebed.engines.kubernetes.api.client import Api, ApiError
from scalebed.engines.kubernetes.api.paths import NODES
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.engines.kubernetes.readings.cadvisor import Key, Reading, read

METRICS = "/apis/metrics.k8s.io/v1beta1"


class Source(Protocol):
    """Readings of containers, each of a moment of its own."""

    name: str
    """As people say it."""
    within_s: float
    """After so long every container has been looked at once more."""
    whole: bool
    """It tells what all else on the nodes used, and how long quotas held containers back."""

    def read(self) -> Sequence[tuple[str, Mapping[Key, Reading]]]:
        """By node, or of several under an empty name. Raises `ApiError`."""
        ...


class Kubelets:
    """cAdvisor's figures of every container on these nodes."""

    name = "the kubelets (cAdvisor)"
    within_s = 25.0
    whole = True

    def __init__(self, api: Api, nodes: Sequence[str]) -> None:
        self._api = api
        self._nodes = nodes

    def read(self) -> Sequence[tuple[str, Mapping[Key, Reading]]]:
        return [(node, read(self._api.text(f"{NODES}/{node}/proxy/metrics/cadvisor"))) for node in self._nodes]


class MetricsApi:
    """What metrics-server, or whoever answers in its place, says of the pods of these namespaces.

    It tells how many cores a container used over a window that ended at a moment, so what was used since is those cores
    times the seconds since the moment before. Of quotas and of other programs it knows nothing.
    """

    name = "the metrics API"
    within_s = 60.0
    whole = False

    def __init__(self, api: Api, namespaces: Sequence[str]) -> None:
        self._api = api
        self._namespaces = tuple(dict.fromkeys(namespaces))
        self._known: dict[Key, Reading] = {}

    def read(self) -> Sequence[tuple[str, Mapping[Key, Reading]]]:
        found: dict[Key, Reading] = {}
        for namespace in self._namespaces:
            for pod in self._api.get(f"{METRICS}/namespaces/{namespace}/pods").get("items", []):
                at = datetime.fromisoformat(str(pod["timestamp"])).timestamp()
                for container in pod.get("containers", []):
                    key = (namespace, str(pod["metadata"]["name"]), str(container["name"]), "")
                    used = container.get("usage", {})
                    found[key] = self._next(key, at, number(used.get("cpu")), int(number(used.get("memory"))))
        self._known = found
        return [("", found)]

    def _next(self, key: Key, at: float, cores: float, memory: int) -> Reading:
        before = self._known.get(key)
        if before is None:
            return Reading(at, 0.0, None, memory)
        if at <= before.at:
            return before
        return Reading(at, before.cpu_s + cores * (at - before.at), None, memory)


def offered(api: Api, nodes: Sequence[str], namespaces: Sequence[str]) -> tuple[Source | None, str]:
    """The best that may be asked, and a sentence on what is not known without a better one; empty where it is the best.

    Raises ApiError for what is no matter of rights.
    """
    kubelets = Kubelets(api, nodes)
    if nodes and (refused := _refused(kubelets)) is None:
        return kubelets, ""
    why = refused if nodes else "nodes may not be listed"
    metrics = MetricsApi(api, namespaces)
    if (missing := _refused(metrics)) is None:
        return metrics, (
            "CPU and memory are read from the metrics API, since the kubelets may not be asked: what throttling and "
            f"other programs cost is not known ({why})"
        )
    return None, f"no reading of CPU and memory can be had, so what holds the service back is not known ({missing})"


def _refused(source: Source) -> str | None:
    """Why it cannot be asked; None where it answers."""
    try:
        source.read()
    except ApiError as error:
        if error.status == 403:
            return "`scalebed rights --kubelets` prints the right for it" if source.whole else str(error)
        if error.status in (404, 503):
            return str(error)
        raise
    return None
