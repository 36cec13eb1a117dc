"""Values of charts: by their dotted names, within each other, and one upon another as Helm merges them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_DOT = re.compile(r"(?<!\\)\.")


def way(name: str) -> tuple[str, ...]:
    """The keys that a dotted name goes through: `a.b` through a and b, `a\\.b` through one key with a dot in it.

    Raises ValueError for a name that is none.
    """
    keys = tuple(part.replace("\\.", ".") for part in _DOT.split(name))
    if not all(keys):
        raise ValueError(f"{name!r} has nothing between, before or after two dots; name a value such as env.POOL_SIZE")
    if "[" in name:
        raise ValueError(f"{name!r} names a part of a list; give the whole list")
    return keys


def dotted(keys: tuple[str, ...]) -> str:
    """The name whose way these keys are."""
    return ".".join(key.replace(".", "\\.") for key in keys)


def nested(named: Mapping[str, Any]) -> dict[str, Any]:
    """The values within each other; keys inside a value are keys, and no dotted names.

    Raises ValueError where two names cannot both be: one goes through the other's value, or both give the same.
    """
    made: dict[str, Any] = {}
    for name, value in named.items():
        tree: Any = value
        for key in reversed(way(name)):
            tree = {key: tree}
        if clash := next(both(made, tree), None):
            raise ValueError(f"{dotted(clash)} is given twice; keep one")
        made = merged(made, tree)
    return made


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Helm's way: mappings key by key, all else replaced."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def both(one: Mapping[str, Any], other: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Ways to what both give, so that one would replace the other's."""
    for key in one.keys() & other.keys():
        mine, theirs = one[key], other[key]
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from both(mine, theirs, (*at, key))
        else:
            yield (*at, key)
