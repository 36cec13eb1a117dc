"""What was there before an engine changed things that are not its own, written down in the cluster.

It is there before the first change and goes after the last one is undone, so whoever finds it, a run or `down`, after
whatever end of the run that wrote it, can put everything back. Putting back twice is putting back once.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import OURS, found, path
from scalebed.engines.kubernetes.releases.scaling import lend
from scalebed.messages import EngineError

_FORMAT = 1
_KEY = "before"


@dataclass(frozen=True)
class ReleaseBefore:
    """A Helm release as its user left it."""

    revision: int
    values: Mapping[str, Any]
    databases: Mapping[str, str] = field(default_factory=dict)
    """Service → the database that it had, whose rows may be the user's own."""


@dataclass(frozen=True)
class Before:
    """`fields`: by the path of an object, the JSON merge patch that gives it back what it had."""

    fields: Mapping[str, Json]
    release: ReleaseBefore | None = None


def fields_of(there: Json, *wanted: Sequence[str]) -> Json:
    """The merge patch that gives an object these fields back; what is absent is null, which removes it."""
    patch: Json = {}
    for keys in wanted:
        value: Any = there
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        inner = patch
        for key in keys[:-1]:
            inner = inner.setdefault(key, {})
        inner[keys[-1]] = value
    return patch


class Record:
    """What was there, kept in a Secret called after `name`, since values may hold passwords."""

    def __init__(self, api: Api, namespace: str, name: str) -> None:
        self._api = api
        self._namespace = namespace
        self._name = f"scalebed-before-{name}"

    @property
    def path(self) -> str:
        return path("secrets", self._namespace, self._name)

    def write(self, before: Before, owner: Mapping[str, str]) -> None:
        """`owner`: annotations that say who changes things now. Raises ApiError where one is there."""
        release = before.release
        told = {
            "format": _FORMAT,
            "fields": dict(before.fields),
            "release": None
            if release is None
            else {
                "revision": release.revision,
                "values": dict(release.values),
                "databases": dict(release.databases),
            },
        }
        body: Json = {
            "metadata": {"name": self._name, "labels": dict(OURS), "annotations": dict(owner)},
            "type": "scalebed/before",
            "data": {_KEY: base64.b64encode(json.dumps(told).encode()).decode()},
        }
        self._api.post(path("secrets", self._namespace), body)

    def read(self) -> Before | None:
        """None where nothing is to be put back. Raises EngineError for one that a later version wrote."""
        secret = found(self._api, self.path)
        if secret is None:
            return None
        try:
            return _parsed(json.loads(base64.b64decode(secret["data"][_KEY])))
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(
                f"Secret {self._name} in the namespace {self._namespace}: says what was there before an experiment and "
                "cannot be read; use the version of Scalebed that wrote it"
            ) from error

    def forget(self) -> None:
        """When all is put back."""
        self._api.delete(self.path)


def _parsed(told: Json) -> Before:
    if told["format"] != _FORMAT:
        raise ValueError("another format")
    release = told["release"]
    return Before(told["fields"], None if release is None else ReleaseBefore(**release))


def put_back(api: Api, fields: Mapping[str, Json]) -> list[str]:
    """Give every object that is still there its fields back; the names of those."""
    given = []
    for place, patch in fields.items():
        if found(api, place) is not None:
            lend(api, place, patch)
            given.append(place.rpartition("/")[2])
    return given
