"""A cluster as far as the engine sees one: objects in a dict behind the paths of the API, and a clock on which all
of it happens."""

from __future__ import annotations

import copy
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scalebed.engines.kubernetes.api.client import ApiError, Json

_OBJECT = re.compile(r"^(?P<kind>/apis?/.*?/(?:namespaces/[^/]+/)?[a-z]+)/(?P<name>[^/]+)$")
UNIX = 1_800_000_000


_PATIENCE_S = 5.0
"""A thread that reads a log is waited for so long, however busy the machine."""


class FakeClock:
    """Every sleep lets what was planned happen, and those who follow it see it before the next."""

    def __init__(self) -> None:
        self.time = 100.0
        self.seen: Callable[[], None] = lambda: None
        self._planned: list[tuple[float, Callable[[], None]]] = []
        self._lock = threading.RLock()

    def now(self) -> float:
        return self.time

    def unix(self) -> float:
        return UNIX + self.time

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.time += seconds
            due = sorted((each for each in self._planned if each[0] <= self.time), key=lambda each: each[0])
            self._planned = [each for each in self._planned if each[0] > self.time]
        for _, happen in due:
            happen()
        self.seen()

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        self._planned.append((self.time + seconds, happen))


@dataclass
class Log:
    """A pod's log, which can still be written to."""

    rows: list[bytes] = field(default_factory=list)
    ended: bool = False
    broken_after: int | None = None
    """The first reader's connection breaks after so many rows."""
    read: int = 0
    rotated: int = 0
    """So many of the first rows are gone for whoever connects from now on."""


class FakeApi:
    """Implements `Api` on a dict of paths."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        clock.seen = self._read_up
        self.objects: dict[str, Json] = {}
        self.logs: dict[str, Log] = {}
        self.texts: dict[str, Callable[[], str]] = {}
        self.created: Callable[[str, Json], None] = lambda path, body: None
        self.deleted: Callable[[str], None] = lambda path: None
        self.patched: Callable[[str, Json], None] = lambda path, body: None
        self.forbidden: set[str] = set()
        self.executed: list[tuple[str, str, tuple[str, ...]]] = []
        self.says: Mapping[str, str] = {"valkey": "OK\n", "service": "Django==5.2.8\ntyping_extensions==4.15.0\n"}
        """By container, what a command in it says."""

    def put(self, path: str, body: Mapping[str, Any]) -> Json:
        made = {"metadata": {}, **copy.deepcopy(dict(body))}
        made["metadata"].setdefault("name", path.rpartition("/")[2])
        made["metadata"].setdefault("generation", 1)
        if (namespace := re.search(r"/namespaces/([^/]+)/", path)) is not None:
            made["metadata"].setdefault("namespace", namespace[1])
        self.objects[path] = made
        return made

    def get(self, path: str, **query: str) -> Json:
        if path in self.forbidden:
            raise ApiError(403, f"GET {path}: forbidden")
        if path.endswith("/scale") and (parent := self.objects.get(path.removesuffix("/scale"))) is not None:
            return _scale_of(parent)
        if path in self.objects:
            return copy.deepcopy(self.objects[path])
        items = [copy.deepcopy(body) for there, body in list(self.objects.items()) if _collection(there) == path]
        if "/namespaces/" not in path:  # of all namespaces
            spread = re.compile(r"/namespaces/[^/]+(?=/[a-z]+$)")
            items += [
                copy.deepcopy(body)
                for there, body in list(self.objects.items())
                if spread.search(_collection(there)) and spread.sub("", _collection(there)) == path
            ]
        if path.endswith("/pods") and path.count("/") == 3:
            items = [body for there, body in self.objects.items() if "/pods/" in there]
            node = query.get("fieldSelector", "").removeprefix("spec.nodeName=")
            items = [item for item in items if item.get("spec", {}).get("nodeName") == node]
        if not items and not _is_collection(path):
            raise ApiError(404, f"GET {path}: not found")
        wanted = dict(pair.split("=", 1) for pair in query.get("labelSelector", "").split(",") if pair)
        return {"items": [item for item in items if wanted.items() <= item["metadata"].get("labels", {}).items()]}

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        whole = f"{path}/{body['metadata']['name']}"
        if whole in self.objects:
            raise ApiError(409, f"POST {path}: already exists")
        made = self.put(whole, body)
        made["metadata"]["resourceVersion"] = "1"
        self.created(whole, made)
        return made

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        if path.endswith("/scale"):
            there = self.patch(path.removesuffix("/scale"), {"spec": {"replicas": body["spec"]["replicas"]}})
            return _scale_of(there)
        if path not in self.objects:
            raise ApiError(404, f"PATCH {path}: not found")
        there = self.objects[path]
        version = there["metadata"].get("resourceVersion")
        if body.get("metadata", {}).get("resourceVersion", version) != version:
            raise ApiError(409, f"PATCH {path}: the object has been modified")
        _merge(there, body)
        there["metadata"]["resourceVersion"] = str(int(version or "0") + 1)
        self.patched(path, there)
        return there

    def delete(self, path: str, **query: str) -> None:
        if self.objects.pop(path, None) is not None:
            self.deleted(path)

    def text(self, path: str, **query: str) -> str:
        if path in self.forbidden:
            raise ApiError(403, f"GET {path}: forbidden")
        return self.texts[path]()

    def lines(self, path: str, **query: str) -> Iterator[bytes]:
        log = self.logs[path.removesuffix("/log").rpartition("/")[2]]
        given = log.rotated
        log.read = max(log.read, given)
        while True:
            while given < len(log.rows):
                if log.broken_after == given:
                    log.broken_after = None
                    raise ApiError(0, "the connection broke")
                yield log.rows[given]
                given += 1
                log.read = max(log.read, given)
            if log.ended:
                return
            threading.Event().wait(0.0005)

    def _read_up(self) -> None:
        """Until each follower has read what its log holds, and has gone where that has ended.

        Otherwise the fake time runs away from threads that have no core yet, by minutes within a moment.
        """
        until = time.monotonic() + _PATIENCE_S
        for thread in threading.enumerate():
            log = self.logs.get(thread.name.removeprefix("log of "))
            while log is not None and thread.is_alive() and (log.ended or log.read < len(log.rows)):
                if time.monotonic() > until:
                    raise AssertionError(f"{thread.name} is not read to its end within {_PATIENCE_S:.0f} s")
                threading.Event().wait(0.0005)

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        self.executed.append((pod, container, tuple(command)))
        return self.says[container]


def _scale_of(there: Json) -> Json:
    labels = there["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    return {"spec": {"replicas": there["spec"].get("replicas", 1)}, "status": {"selector": selector}}


def _collection(path: str) -> str:
    match = _OBJECT.match(path)
    return match["kind"] if match else ""


def _is_collection(path: str) -> bool:
    return bool(re.search(r"/(v1|v2|v1alpha1)/(namespaces/[^/]+/)?[a-z]+$", path))


def _merge(into: Json, patch: Mapping[str, Any]) -> None:
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = copy.deepcopy(value)


def pod(name: str, labels: Mapping[str, str], **status: Any) -> Json:
    return {
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": "Running", **status},
    }


def container(name: str, **state: Any) -> Json:
    return {"name": name, "image": f"{name}:1", "state": state}


def node(name: str, cpu: str = "2", memory: str = "8Gi") -> Json:
    return {
        "metadata": {"name": name},
        "spec": {},
        "status": {
            "allocatable": {"cpu": cpu, "memory": memory},
            "capacity": {"cpu": cpu, "memory": memory},
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": "v1.34.4", "bootID": "another"},
        },
    }
