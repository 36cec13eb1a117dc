"""What differs of two sides that may be compared: of the service, where it may have made the change, and besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scalebed.comparison.likeness import cluster, host, short
from scalebed.comparison.side import Side
from scalebed.experiment.variant import Variant
from scalebed.records import fingerprints


def differences(before: Side, after: Side) -> tuple[str, ...]:
    """A phrase each."""
    one, other = (side.manifest.fingerprint for side in (before, after))
    found: list[str] = []
    applications = list(_applications(before, after))
    for name, ours, theirs in applications:
        found += _states(f"{name}: " if name else "", ours, theirs)
    if not applications:
        found += _states("", one, other)
    found += _settings(before, after)
    for key in ("parts", "postgres_settings", "charts", "images"):
        found += _moved(one.get(key) or {}, other.get(key) or {})
    found += _moved(_versions(one), _versions(other))
    versions = before.manifest.scalebed_version, after.manifest.scalebed_version
    if versions[0] != versions[1]:
        found.append(f"Scalebed {versions[0]} → {versions[1]}")
    found += [f"{key} {host(one).get(key)} → {host(other).get(key)}" for key in ("system", "kernel", "python")
              if host(one).get(key) != host(other).get(key)]  # fmt: skip
    return tuple(found)


def _settings(before: Side, after: Side) -> list[str]:
    """What the experiment files say otherwise of what is compared."""
    ours, theirs = ({v.name: v for v in side.manifest.experiment.variants} for side in (before, after))
    pairs = [(name, name) for name in before.variants if name in after.variants]
    if len(before.variants) == len(after.variants) == 1:
        pairs = [(before.variants[0], after.variants[0])]
    found = []
    capacities = [side.manifest.experiment.capacity_per_replica for side in (before, after)]
    for mine, other in pairs:
        known = capacities[0].get(mine), capacities[1].get(other)
        if known[0] != known[1]:
            found.append(f"capacity_per_replica {known[0] or 'none'} → {known[1] or 'none'}")
        left, right = _said_of(ours[mine]), _said_of(theirs[other])
        keys = (key for key in sorted(left.keys() | right.keys()) if left.get(key) != right.get(key))
        found += [f"{key} {short(left.get(key) or 'none')} → {short(right.get(key) or 'none')}" for key in keys]
    if (one := before.manifest.experiment.cache) != (other_cache := after.manifest.experiment.cache):
        found.append(f"cache {one} → {other_cache}")
    return found


def _said_of(variant: Variant) -> Mapping[str, object]:
    """By dotted names, without what is told otherwise."""
    # Of an application of the user's own it is only the variant's name once more.
    left_out = {"name", "service"} if variant.application is not None else {"name"}
    told = _flat(variant.model_dump(mode="json", exclude=left_out))
    return {key: value for key, value in told.items() if key not in ("folder", "command")}


def _flat(known: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Of nested mappings, by dotted names without the outermost `application`."""
    flat: dict[str, object] = {}
    for key, value in known.items():
        name = prefix if key == "application" else f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{name}." if name else "")
        else:
            flat[name] = value
    return flat


def _applications(before: Side, after: Side) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """What is known of each application on both sides, by its variant; under no name where one is set against one."""
    one, other = (side.manifest.fingerprint.get("applications") or {} for side in (before, after))
    if len(before.variants) == len(after.variants) == 1:
        pairs = [("", before.variants[0], after.variants[0])]
    else:
        pairs = [(name, name, name) for name in before.variants if name in after.variants]
    for told, ours, theirs in pairs:
        if ours in one and theirs in other:
            yield told, one[ours], other[theirs]


def _states(prefix: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    found = []
    if (one.get("commit"), one.get("dirty")) != (other.get("commit"), other.get("dirty")):
        found.append(f"{prefix}commit {_commit(one)} → {_commit(other)}")
    if one.get("command") != other.get("command"):
        found.append(f"{prefix}its command")
    found += [f"{prefix}{each}" for each in _moved(_packages(one), _packages(other))]
    sources = fingerprints.unlike({"sources": one.get("sources") or {}}, {"sources": other.get("sources") or {}})
    if sources:
        found.append(f"{prefix}{_some([name.removeprefix('sources.') for name in sources])}")
    return found


def _versions(known: Mapping[str, Any]) -> Mapping[str, object]:
    """Of a cluster's own."""
    own = cluster(known)
    return {"Kubernetes": own.get("kubernetes"), **(own.get("addons") or {})}


def _packages(known: Mapping[str, Any]) -> Mapping[str, object]:
    """By name; in a cluster each service tells its own."""
    flat: dict[str, object] = {}
    for name, value in (known.get("packages") or {}).items():
        flat |= (
            {f"{name}’s {each}": version for each, version in value.items()}
            if isinstance(value, Mapping)
            else {name: value}
        )
    return flat


def _moved(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} {_version(one.get(name))} → {_version(other.get(name))}"
        for name in sorted(one.keys() | other.keys())
        if _version(one.get(name)) != _version(other.get(name))
    ]


def _version(known: object) -> str:
    return str(known.get("version")) if isinstance(known, Mapping) else "none" if known is None else str(known)


def _commit(state: Mapping[str, Any]) -> str:
    commit = state.get("commit")
    return f"{commit[:8] if commit else 'unknown'}{' and what is not committed' if state.get('dirty') else ''}"


def _some(names: list[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more files" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
