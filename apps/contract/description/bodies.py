"""What a client may send: the framework's own models, with what they leave to functions that no framework sees into."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .values import FORMS, LIMITS, MOVED, Json

PREFIX = "#/components/schemas/"
Schemas = dict[str, Any]


def forms(paths: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[Json, Schemas]:
    """The paths and the named schemas, in which all that a body refers to says what is taken.

    A body is always required, but nothing in a PATCH's is, nor has a default there; a schema that a PATCH shares with
    other bodies is copied.
    """
    named = dict(schemas)
    whole = _reached(named, _bodies(paths, patch=False))
    partial = _reached(named, _bodies(paths, patch=True))
    copies = {name: f"{name}Patch" for name in sorted(whole & partial)}
    for name in partial:
        copy = _renamed(named[name], copies)
        properties = {key: _without(value, "default") for key, value in copy.get("properties", {}).items()}
        named[copies.get(name, name)] = {**_without(copy, "required"), "properties": properties}
    for name in whole | partial | set(copies.values()):
        named[name] = _formed(named[name], partial=name not in whole)
    return _patched(paths, copies), named


def _formed(schema: Mapping[str, Any], *, partial: bool) -> Json:
    given = schema.get("properties", {})
    own = {**FORMS, "points": MOVED} if "from" in given else FORMS
    properties = {name: {**own.get(name, value), **LIMITS.get(name, {})} for name, value in given.items()}
    if partial:
        properties = {name: _without(value, "default") for name, value in properties.items()}
    return {**schema, "properties": properties}


def _bodies(paths: Mapping[str, Any], *, patch: bool) -> list[Any]:
    return [
        operation["requestBody"]
        for item in paths.values()
        for method, operation in item.items()
        if "requestBody" in operation and (method == "patch") == patch
    ]


def _patched(paths: Mapping[str, Any], copies: Mapping[str, str]) -> Json:
    return {
        path: {
            method: _required(operation, copies if method == "patch" else {})
            if "requestBody" in operation
            else operation
            for method, operation in item.items()
        }
        for path, item in paths.items()
    }


def _required(operation: Mapping[str, Any], names: Mapping[str, str]) -> Json:
    return {**operation, "requestBody": {**_renamed(operation["requestBody"], names), "required": True}}


def _reached(schemas: Mapping[str, Any], start: Iterable[Any]) -> set[str]:
    """The names of all schemas that these refer to, by whatever way."""
    found: set[str] = set()
    left = list(start)
    while left:
        names = {name for name in schemas if f'"{PREFIX}{name}"' in json.dumps(left)} - found
        found |= names
        left = [schemas[name] for name in names]
    return found


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(value)
    for old, new in names.items():
        text = text.replace(f'"{PREFIX}{old}"', f'"{PREFIX}{new}"')
    return json.loads(text)


def _without(value: Mapping[str, Any], key: str) -> Json:
    return {name: kept for name, kept in value.items() if name != key}
