"""TestRuns: the manifest of one, made of the same file that `kubectl apply -k loadtest/testruns` uses."""

from __future__ import annotations

import base64
import copy
import hashlib
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from scalebed import yaml_reader
from scalebed.engines.k6.protocol import environment
from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import OURS
from scalebed.experiment.workloads import script_files
from scalebed.measurement.load import Load
from scalebed.messages import EngineError

GAP_S = 40.0
"""Without arrivals, between two rates of one TestRun: in it the service works off what is left, and the kubelet, which
samples containers every 10 to 15 s, reports both the end of what was and the idleness after it."""
_CONFIG_MAP = 2**20
"""Bytes that the API server takes in one."""
_MEMORY_MIB = 128
_MEMORY_MIB_EACH = 0.75
"""A VU takes half a MiB, and Go's collector as much again of what changes."""


class Script(Protocol):
    """What the runners of a TestRun run."""

    def put_into(self, spec: Json, workload: str) -> None:
        """Let a TestRun's spec say where runners find it."""
        ...

    def environment(self) -> list[Json]:
        """Variables that it finds besides those of the load, as a container has them."""
        ...


@dataclass(frozen=True)
class Scenarios:
    """The scenarios in a ConfigMap, named after what is in them."""

    name: str
    manifest: Json

    def put_into(self, spec: Json, workload: str) -> None:
        spec["script"] = {"configMap": {"name": self.name, "file": f"{workload}.js"}}

    def environment(self) -> list[Json]:
        return []


def scripts(folder: Path) -> Scenarios:
    """The scripts of `loadtest/k6` and the files that they open; clones with unlike scenarios never share a ConfigMap.

    Raises EngineError for what no ConfigMap holds: folders that a script names, and more than a MiB.
    """
    files = {path.name: path.read_bytes() for path in script_files(folder)}
    texts: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, content in files.items():
        try:
            texts[name] = content.decode()
        except UnicodeDecodeError:
            others[name] = base64.b64encode(content).decode()
    _require_flat(folder, texts)
    size = sum(len(content) for content in [*files.values(), *files])
    if size > _CONFIG_MAP:
        raise EngineError(
            f"{folder}: its files are {size:,} bytes together, and the cluster takes {_CONFIG_MAP:,} in a ConfigMap: "
            "take out what no workload needs, or make the data smaller"
        )
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:10]
    name = f"scalebed-k6-{digest}"
    made: Json = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": dict(OURS)}}
    return Scenarios(name, made | {"data": texts} | ({"binaryData": others} if others else {}))


def _require_flat(folder: Path, texts: Mapping[str, str]) -> None:
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        for name, text in texts.items():
            if name.endswith(".js") and re.search(rf"""['"`](\./)?{re.escape(place.name)}/""", text):
                raise EngineError(
                    f"{folder / name}: names the folder {place.name}, which would not reach the cluster, since a "
                    "ConfigMap holds no folders: put its files beside the script"
                )


IMAGE = "SCALEBED_K6_IMAGE"
"""The variable that names the image of loadtest/Dockerfile where the cluster has it under another name."""


def read_base(root: Path) -> Json:
    """What every TestRun has in common, with the image that `IMAGE` names, if any; raises EngineError where the file is
    missing."""
    file = root / "loadtest" / "testruns" / "base" / "testrun.yaml"
    try:
        base: Json = yaml_reader.read(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{file}: cannot be read ({error.strerror}); it belongs to the clone") from error
    except yaml.YAMLError as error:
        raise EngineError(f"{file}: {yaml_reader.sentence(error)}") from error
    if image := os.environ.get(IMAGE):
        for pod in ("runner", "starter"):
            base["spec"][pod]["image"] = image
    return base


def plain(name: str, value: str) -> Json:
    """A container's variable that is this text. Kubernetes puts `$(OTHER)` in, and takes `$$` for a dollar."""
    return {"name": name, "value": value.replace("$", "$$")}


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


def parallelism(loads: Sequence[Load], runners: int) -> int:
    """How many of so many runners share these loads: each has a user, or a VU and an arrival a second.

    One with less to do would come to its first arrival late or never, and a load begins when all have had theirs.
    """
    first = loads[0]
    if first.concurrency is not None and not first.steps:
        return max(1, min(runners, min(users for users, _ in first.stages) if first.stages else first.concurrency))
    rates = [rate for load in loads for rate in ([rate for rate, _ in load.steps] or [load.rate]) if rate > 0]
    vus = min(load.max_vus for load in loads)
    return max(1, min(runners, vus, int(min(rates, default=0.0))))


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
    spec["parallelism"] = parallelism(loads, runners)
    script.put_into(spec, first.workload)
    values = environment(url, first)
    values["MAX_VUS"] = str(max(load.max_vus for load in loads))
    if len(loads) > 1:
        values["STEPS"] = steps(loads)
    spec["runner"]["env"] = [plain(key, value) for key, value in values.items()] + script.environment()
    vus = max(load.concurrency or load.max_vus for load in loads)
    limit = _MEMORY_MIB + math.ceil(_MEMORY_MIB_EACH * vus / spec["parallelism"])
    resources = spec["runner"].setdefault("resources", {})
    resources.setdefault("limits", {})["memory"] = f"{max(512, limit)}Mi"
    return made
