"""The three metrics APIs, played: what they say of each namespace is what its world last showed."""

from __future__ import annotations

import datetime
import json
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

from hparig.certificates import Certificate
from hparig.https_server import HttpsServer, Response
from hparig.world import Shown

_PODS = re.compile(r"/apis/metrics\.k8s\.io/v1beta1/namespaces/([^/]+)/pods")
_CUSTOM = re.compile(r"/apis/custom\.metrics\.k8s\.io/v1beta2/namespaces/([^/]+)/([^/]+)/([^/]+)/([^/]+)")
_EXTERNAL = re.compile(r"/apis/external\.metrics\.k8s\.io/v1beta1/namespaces/([^/]+)/([^/]+)")
APIS = {
    "metrics.k8s.io/v1beta1": [{"name": "pods", "kind": "PodMetrics", "namespaced": True, "verbs": ["get", "list"]}],
    "custom.metrics.k8s.io/v1beta2": [
        {"name": "pods/load", "kind": "MetricValueList", "namespaced": True, "verbs": ["get"]}
    ],
    "external.metrics.k8s.io/v1beta1": [
        {"name": "load", "kind": "ExternalMetricValueList", "namespaced": True, "verbs": ["get"]}
    ],
}
Answer = dict[str, Any]


class Absent(Exception):  # noqa: N818 - an answer, and no error of ours
    """The API has nothing to say."""


class MetricsApi(HttpsServer):
    """What it is shown of a namespace, it says of it."""

    def __init__(self, certificate: Certificate) -> None:
        self._shown: dict[str, Shown] = {}
        self._answered: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        super().__init__(certificate)

    def show(self, namespace: str, shown: Shown) -> None:
        """From now on."""
        with self._lock:
            self._shown[namespace] = shown

    def answered(self, namespace: str) -> list[float]:
        """When each request for this namespace was answered, in seconds since 1970."""
        with self._lock:
            return list(self._answered.get(namespace, ()))

    def respond(self, path: str) -> Response:
        try:
            status, body = 200, self.answer(path)
        except Absent:
            status, body = 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}
        return Response(status, "application/json", json.dumps(body).encode())

    def answer(self, path: str) -> Answer:
        """Raises Absent."""
        group = path.removeprefix("/apis/").rstrip("/")
        if group in APIS:
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group, "resources": APIS[group]}
        for form, say in ((_PODS, _pods), (_CUSTOM, _custom), (_EXTERNAL, _external)):
            if match := form.fullmatch(path):
                namespace = match[1]
                with self._lock:
                    shown = self._shown.get(namespace)
                    self._answered.setdefault(namespace, []).append(time.time())
                if shown is None:
                    raise Absent
                return say(namespace, shown, match.groups()[1:])
        raise Absent


def _pods(namespace: str, shown: Shown, _: tuple[str, ...]) -> Answer:
    if {"cpu", "memory"} & set(shown.failing):
        raise Absent
    items = []
    for pod in shown.pods:
        containers = [{"name": name, "usage": dict(each.usage)} for name, each in pod.parts.items() if each.usage]
        if containers:
            items.append(
                {
                    "metadata": {"name": pod.name, "namespace": namespace},
                    "timestamp": stamp(shown.epoch + (pod.sampled_s or 0)),
                    "window": f"{pod.window_s:g}s",
                    "containers": containers,
                }
            )
    return {"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items}


def _custom(namespace: str, shown: Shown, words: tuple[str, ...]) -> Answer:
    resource, name, metric = words
    if metric in shown.failing:
        raise Absent
    if resource == "pods":
        values: Mapping[str, str] = {pod.name: pod.metrics[metric] for pod in shown.pods if metric in pod.metrics}
        kind = "Pod"
    else:
        total = shown.totals.get(metric)
        if not isinstance(total, str):
            raise Absent
        values, kind = {name: total}, "Service"
    now = stamp(time.time())
    items = [
        {
            "describedObject": {"kind": kind, "apiVersion": "v1", "namespace": namespace, "name": each},
            "metric": {"name": metric},
            "timestamp": now,
            "value": value,
        }
        for each, value in values.items()
    ]
    return {"kind": "MetricValueList", "apiVersion": "custom.metrics.k8s.io/v1beta2", "metadata": {}, "items": items}


def _external(_: str, shown: Shown, words: tuple[str, ...]) -> Answer:
    metric = words[0]
    if metric in shown.failing:
        raise Absent
    total = shown.totals.get(metric)
    series = [total] if isinstance(total, str) else list(total or ())
    now = stamp(time.time())
    items = [{"metricName": metric, "metricLabels": {}, "timestamp": now, "value": value} for value in series]
    group = "external.metrics.k8s.io/v1beta1"
    return {"kind": "ExternalMetricValueList", "apiVersion": group, "metadata": {}, "items": items}


def stamp(seconds: float) -> str:
    """Seconds since 1970 as Kubernetes writes a time: without what is behind the point."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
