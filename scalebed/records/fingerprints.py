"""What a run was measured with, as nested mappings: completed while it runs, compared where it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fingerprint = Mapping[str, Any]

MOMENTARY = frozenset({"host.load_average"})
"""Keys whose values are of a moment, and tell nothing of what is there."""


def completed(known: Fingerprint, now: Fingerprint) -> dict[str, Any]:
    """What was known, and what has become known since, such as images of pods that had yet to start.

    Nothing that was known is replaced.
    """
    merged = dict(known)
    for key, value in now.items():
        if key not in known:
            merged[key] = value
        elif isinstance(value, Mapping) and isinstance(known[key], Mapping):
            merged[key] = completed(known[key], value)
    return merged


WHOLE = frozenset({"sources", "packages", "locks", "programs"})
"""Mappings that name all that there is, wherever they are there: what only one of two has came or went."""
WRITTEN = "written by itself"
"""In the place of a source's digest: the service wrote it as it started."""


def unlike(known: Fingerprint, now: Fingerprint, prefix: str = "") -> list[str]:
    """Keys, joined by dots, whose values differ; of those that both have, since either may know less."""
    found = []
    for key in sorted(known.keys() & now.keys()):
        name = f"{prefix}{key}"
        if key in WHOLE and isinstance(known[key], Mapping) and isinstance(now[key], Mapping):
            found += [f"{name}.{each}" for each in _came_or_went(known[key], now[key])]
        elif isinstance(known[key], Mapping) and isinstance(now[key], Mapping):
            found += unlike(known[key], now[key], f"{name}.")
        elif known[key] != now[key] and name not in MOMENTARY:
            found.append(name)
    return found


def _came_or_went(known: Fingerprint, now: Fingerprint) -> list[str]:
    """Keys that only one of them has, or whose values differ. What a service writes may have another name each time, so
    of the folders of these nothing new is told."""
    folders = {key.rpartition("/")[0] for key, value in known.items() if value == WRITTEN}
    return [
        key
        for key in sorted(known.keys() | now.keys())
        if known.get(key) not in (now.get(key), WRITTEN) and (key in known or key.rpartition("/")[0] not in folders)
    ]


def started(known: Fingerprint, before: Fingerprint, after: Fingerprint) -> tuple[dict[str, Any], list[str]]:
    """What was known, without the sources that services wrote while they started, and those by their paths.

    `before` and `after` are of just before and just after that.
    """
    wrote: list[str] = []
    applications = dict(known.get("applications", {}))
    for name, own in applications.items():
        sources, now = (each.get("applications", {}).get(name, {}).get("sources", {}) for each in (before, after))
        known_of = own.get("sources", {})
        if found := [path for path in _came_or_went(sources, now) if known_of.get(path) != WRITTEN]:
            wrote += [f"{path} of {name}" for path in found]
            applications[name] = {**own, "sources": {**known_of, **dict.fromkeys(found, WRITTEN)}}
    return {**known, **({"applications": applications} if wrote else {})}, wrote


OWN = ("script", "applications", "templates")
"""Keys of what is a user's own: whoever changes it means to measure something else."""


def edited(known: Fingerprint, now: Fingerprint) -> list[str]:
    """What of the user's own differs, in words; of what both know. A commit says nothing that sources do not say."""
    ours, theirs = ({key: each[key] for key in OWN if key in each} for each in (known, now))
    return [words for key in unlike(ours, theirs) if (words := _words(key))]


def _words(key: str) -> str:
    kind, _, rest = key.partition(".")
    if kind == "script":
        return rest.removeprefix("files.") if rest.startswith("files.") else ""
    if kind == "templates":
        return f"the rows of {rest}"
    for part, told in (
        ("sources", ""),
        ("packages", "the package "),
        ("locks", ""),
        ("programs", ""),
        ("images", "the image of "),
    ):
        name, found, what = rest.partition(f".{part}.")
        if found:
            return f"{told}{what} of {name}"
    name, _, what = rest.rpartition(".")
    return f"the {what} of {name}" if what == "command" else ""
