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


def unlike(known: Fingerprint, now: Fingerprint, prefix: str = "") -> list[str]:
    """Keys, joined by dots, whose values differ; of those that both have, since either may know less."""
    found = []
    for key in sorted(known.keys() & now.keys()):
        name = f"{prefix}{key}"
        if isinstance(known[key], Mapping) and isinstance(now[key], Mapping):
            found += unlike(known[key], now[key], f"{name}.")
        elif known[key] != now[key] and name not in MOMENTARY:
            found.append(name)
    return found
