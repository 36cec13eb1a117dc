"""Where readings of containers come from: the kubelets, or the metrics API where only that may be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from scalebed.engines.kubernetes.api.client import Api, ApiError
from scalebed.engines.kubernetes.api.paths import NODES
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.engines.kubernetes.readings.cadvisor import Key, Reading, read

_LONGEST_WINDOW_S = 60.0
"""Means of more tell of a trial mostly what was before it; metrics-server has 10 to 30 s, others have minutes."""
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
        self.window_s = 0.0
        """The longest over which cores were told."""

    def read(self) -> Sequence[tuple[str, Mapping[Key, Reading]]]:
        found: dict[Key, Reading] = {}
        for namespace in self._namespaces:
            for pod in self._api.get(f"{METRICS}/namespaces/{namespace}/pods").get("items", []):
                self.window_s = max(self.window_s, _seconds(str(pod.get("window", ""))))
                at = datetime.fromisoformat(str(pod["timestamp"])).timestamp()
                for container in pod.get("containers", []):
                    key = (namespace, str(pod["metadata"]["name"]), str(container["name"]), "")
                    used = container.get("usage", {})
                    found[key] = self._next(key, at, number(used.get("cpu")), int(number(used.get("memory"))))
        # Of one that is not told of for a while, what it used goes on from where it was.
        self._known |= found
        return [("", found)]

    def _next(self, key: Key, at: float, cores: float, memory: int) -> Reading:
        before = self._known.get(key)
        if before is None:
            return Reading(at, 0.0, None, memory)
        if at <= before.at:
            return before
        return Reading(at, before.cpu_s + cores * (at - before.at), None, memory)


def _seconds(duration: str) -> float:
    """As Go writes one: `15.1s`, `5m0s`."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    return sum(float(count) * units[unit] for count, unit in re.findall(r"([\d.]+)(h|ms|m|s)", duration))


def offered(api: Api, nodes: Sequence[str], namespaces: Sequence[str]) -> tuple[Source | None, str]:
    """The best that may be asked, and a sentence on what is not known without a better one; empty where it is the best.

    Raises ApiError for what is no matter of rights.
    """
    kubelets = Kubelets(api, nodes)
    if nodes and (refused := _refused(kubelets)) is None:
        return kubelets, ""
    why = refused if nodes else "nodes may not be listed"
    metrics = MetricsApi(api, namespaces)
    if (missing := _refused(metrics)) is None and metrics.window_s > _LONGEST_WINDOW_S:
        missing = f"the metrics API tells means of {metrics.window_s:g} s, which are longer than a trial; {why}"
    if missing is None:
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
