"""Whether two sides may be compared: the same was asked of both, on like hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from scalebed.comparison.side import Side
from scalebed.experiment.script import Script
from scalebed.experiment.spec import Experiment
from scalebed.messages import UserError
from scalebed.records.fingerprints import Fingerprint
from scalebed.report.sentences import figures

SAME = (
    "kind",
    "engine",
    "dataset",
    "cpu_per_replica",
    "memory_per_replica",
    "workload",
    "slo",
    "warm",
    "rates",
    "rate",
    "share",
    "duration",
    "duet",
    "users",
    "stages",
    "profile",
    "autoscaler",
)
"""Keys of an experiment that say what was asked. What answered it may differ: that is what is compared."""
_OF_SEARCH = ("precision", "max_trial", "confirm", "min_requests")
_OF_HOST = ("cpu_model", "cores", "architecture")
_MEMORY_ALIKE = 0.02
"""Firmware takes a little more or less of it at each start."""


class UnlikeError(UserError, ValueError):
    """One sentence: what differs, and what to do."""


def require_alike(before: Side, after: Side) -> None:
    """Raises UnlikeError where something else was asked of the one than of the other."""
    if differing := list(unlike_questions(before, after)):
        raise _unlike(before.name, after.name, differing)
    if {before.fitted, after.fitted} == {True, False}:
        raise _earlier(before.name if after.fitted else after.name)
    _require_quiet(before, after)


def require_asked_alike(before: Side, experiment: Experiment) -> None:
    """The same before the second has run, as far as its experiment tells. Raises UnlikeError."""
    if differing := list(_unlike_experiments(before.manifest.experiment, experiment)):
        raise _unlike(before.name, experiment.name, differing)
    if before.fitted is False:
        raise _earlier(before.name)
    _require_quiet(before)


def _require_quiet(*sides: Side) -> None:
    if rough := [side.name for side in sides if side.manifest.host == "shared"]:
        raise UnlikeError(
            f"{' and '.join(dict.fromkeys(rough))}: was measured with --host shared beside other programs, and rough "
            "figures are compared with nothing; run it on a quiet host without that"
        )


def _earlier(name: str) -> UnlikeError:
    return UnlikeError(
        f"{name}: has capacities of an earlier version, which are the highest rates that passed and lie lower than "
        "those read off a curve; run it again"
    )


def _unlike(name: str, other: str, differing: Sequence[str]) -> UnlikeError:
    return UnlikeError(
        f"{name} and {other}: these measure different things ({'; '.join(differing)}); run both with the same load, "
        "limits and quotas"
    )


def require_like_hosts(name: str, before: Fingerprint, other: str, after: Fingerprint) -> None:
    """Raises UnlikeError where the machines or clusters differ."""
    if unlike := unlike_hosts(before, after):
        raise UnlikeError(
            f"{name} and {other}: are of unlike hosts ({'; '.join(unlike)}); measure both on one, or say "
            "--across-hosts, which every output then repeats"
        )


def unlike_hosts(one: Fingerprint, other: Fingerprint) -> tuple[str, ...]:
    """What differs of the machines or clusters, in words; empty where they are alike."""
    found = [
        f"{key.replace('_', ' ')} {_text(ours)} and {_text(theirs)}"
        for key in _OF_HOST
        if (ours := host(one).get(key)) != (theirs := host(other).get(key))
    ]
    memories = [host(each).get("memory_bytes") for each in (one, other)]
    if not _alike(*memories):
        found.append("memory of " + " and ".join(f"{(m or 0) / 2**30:.1f} GiB" for m in memories))
    for key, words in (("quota", "CPU quotas"), ("placement", "placement")):
        if one.get(key) != other.get(key):
            found.append(f"{words} by {_text(one.get(key))} and {_text(other.get(key))}")
    nodes = [sorted(_node(each) for each in cluster(known).get("nodes") or []) for known in (one, other)]
    if len(nodes[0]) != len(nodes[1]) or not all(map(_alike_nodes, *nodes)):
        found.append(f"nodes with {_cores(nodes[0])} and with {_cores(nodes[1])}")
    return tuple(found)


def unlike_questions(before: Side, after: Side) -> Iterator[str]:
    """What was asked of the one and not of the other, in words."""
    yield from _unlike_experiments(before.manifest.experiment, after.manifest.experiment)
    runners = [side.manifest.fingerprint.get("runners") for side in (before, after)]
    if runners[0] != runners[1]:
        yield f"load from {runners[0]} and from {runners[1]} pods"
    if before.manifest.experiment.load is not None and after.manifest.experiment.load is not None:
        yield from _unlike_scripts(before, after)


def _unlike_experiments(one: Experiment, other: Experiment) -> Iterator[str]:
    ours, theirs = one.model_dump(mode="json"), other.model_dump(mode="json")
    for key in SAME:
        if ours[key] != theirs[key]:
            yield f"{key} {short(ours[key])} and {short(theirs[key])}"
    if one.traits.seeks or one.capacity or other.capacity:
        yield from _unlike_searches(ours["search"], theirs["search"])
    if _rows(ours["database"]) != _rows(theirs["database"]):
        yield "database, which decides what rows there are"
    if (one.load is None) != (other.load is None):
        yield "a script of one’s own and a shipped workload"
    elif one.load is not None and other.load is not None and _asked(one.load) != _asked(other.load):
        yield "load, in more than the files that it names"


def _unlike_searches(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for key in _OF_SEARCH:
        if ours[key] != theirs[key]:
            yield f"search.{key} {short(ours[key])} and {short(theirs[key])}"
    if bool(ours["around"]) != bool(theirs["around"]):
        yield "rates that were planned and rates that were searched for"


def _rows(database: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What decides the rows: what stands before the database does not."""
    return database and {key: value for key, value in database.items() if key != "pooler"}


def _asked(load: Script) -> Mapping[str, Any]:
    """Without where its files lie, as the same may lie in two checkouts; what is in them is compared by itself."""
    known = load.model_dump(mode="json", exclude={"script"})
    for request in known["requests"]:
        for values in request["values"].values():
            values["file"] = bool(values["file"])
    for secret in known["secrets"].values():
        secret["file"] = bool(secret["file"])
    return known


def _unlike_scripts(before: Side, after: Side) -> Iterator[str]:
    """By their contents: the same script may lie in two checkouts."""
    ours, theirs = (_script(side) for side in (before, after))
    if changed := sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)):
        yield f"the script’s {', '.join(changed)}"


def _script(side: Side) -> Mapping[str, str]:
    """By path from the script's folder; of what lies elsewhere by name."""
    script = side.manifest.fingerprint.get("script") or {}
    folder = PurePath(script.get("script", "")).parent
    paths = {PurePath(path): known for path, known in (script.get("files") or {}).items()}
    return {
        str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name: known
        for path, known in paths.items()
    }


def host(fingerprint: Mapping[str, Any]) -> Mapping[str, Any]:
    return fingerprint.get("host") or {}


def cluster(fingerprint: Mapping[str, Any]) -> Mapping[str, Any]:
    return fingerprint.get("cluster") or {}


_Node = tuple[float, str, float]


def _node(known: Mapping[str, Any]) -> _Node:
    return known.get("cores") or 0, str(known.get("architecture")), known.get("memory_bytes") or 0


def _alike_nodes(one: _Node, other: _Node) -> bool:
    return one[:2] == other[:2] and _alike(one[2], other[2])


def _cores(nodes: Sequence[_Node]) -> str:
    """`2 and 4 cores`."""
    sizes = figures.listing([f"{cores:g}" for cores, _, _ in nodes])
    return f"{sizes} cores ({', '.join(f'{memory / 2**30:.1f} GiB' for _, _, memory in nodes)})" if nodes else "none"


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one == other
    return abs(one - other) <= _MEMORY_ALIKE * max(one, other)


def _text(known: object) -> str:
    return ", ".join(f"{k} {v}" for k, v in known.items()) if isinstance(known, Mapping) else str(known)


def short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
