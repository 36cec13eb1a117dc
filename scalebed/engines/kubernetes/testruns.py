"""TestRuns: the manifest of one, made of the same file that `kubectl apply -k loadtest/testruns` uses."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scalebed import yaml_reader
from scalebed.engines.kubernetes.api import Json
from scalebed.engines.kubernetes.paths import OURS
from scalebed.k6 import environment
from scalebed.ports import EngineError, Load

GAP_S = 40.0
"""Without arrivals, between two rates of one TestRun: in it the service works off what is left, and the kubelet, which
looks at containers every 10 to 15 s, reports both the end of what was and the idleness after it."""
_MEMORY_MIB = 128
_MEMORY_MIB_EACH = 0.75
"""A VU takes half a MiB, and Go's collector as much again of what changes."""


@dataclass(frozen=True)
class Script:
    """The scenarios in a ConfigMap, named after what is in them."""

    name: str
    manifest: Json


def scripts(folder: Path) -> Script:
    """Of `loadtest/k6`; two clones with unlike scenarios never share a ConfigMap."""
    data = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js*"))}
    digest = hashlib.sha256(repr(sorted(data.items())).encode()).hexdigest()[:10]
    name = f"scalebed-k6-{digest}"
    return Script(
        name, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": dict(OURS)}, "data": data}
    )


def read_base(root: Path) -> Json:
    """What every TestRun has in common; raises EngineError where the file is missing."""
    file = root / "loadtest" / "testruns" / "base" / "testrun.yaml"
    try:
        base: Json = yaml_reader.read(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{file}: cannot be read ({error.strerror}); it belongs to the clone") from error
    except yaml.YAMLError as error:
        raise EngineError(f"{file}: {yaml_reader.sentence(error)}") from error
    return base


def steps(loads: Sequence[Load]) -> str:
    """The value of STEPS: the rates one after another, each after a gap."""
    words = []
    for load in loads:
        words += [f"{load.rate!r}:{load.duration_s:g}", f"0:{GAP_S:g}"]
    return ",".join(words[:-1])


def starts(loads: Sequence[Load]) -> list[float]:
    """Seconds from the first load's start to that of each."""
    begin, found = 0.0, []
    for load in loads:
        found.append(begin)
        begin += load.duration_s + GAP_S
    return found


def parallelism(load: Load, runners: int) -> int:
    """No more runners than users, since one without any would have nothing to do."""
    return max(1, min(runners, load.concurrency or load.max_vus))


def manifest(
    base: Json, name: str, loads: Sequence[Load], *, url: str, script: Script, runners: int, owner: Mapping[str, str]
) -> Json:
    """The TestRun of these loads, one after another; they differ in their rates alone. `owner`: its annotations."""
    made = copy.deepcopy(base)
    first = loads[0]
    made["metadata"] = {
        "name": name,
        "labels": {**made["metadata"].get("labels", {}), **OURS},
        "annotations": dict(owner),
    }
    spec: dict[str, Any] = made["spec"]
    spec["parallelism"] = parallelism(first, runners)
    spec["script"] = {"configMap": {"name": script.name, "file": f"{first.workload}.js"}}
    values = environment(url, first)
    values["MAX_VUS"] = str(max(load.max_vus for load in loads))
    if len(loads) > 1:
        values["STEPS"] = steps(loads)
    spec["runner"]["env"] = [{"name": key, "value": value} for key, value in values.items()]
    vus = max(load.concurrency or load.max_vus for load in loads)
    limit = _MEMORY_MIB + math.ceil(_MEMORY_MIB_EACH * vus / spec["parallelism"])
    resources = spec["runner"].setdefault("resources", {})
    resources.setdefault("limits", {})["memory"] = f"{max(512, limit)}Mi"
    return made
