"""What this machine has, can do, and lacks, for running cells here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from rich.table import Column, Table
from rich.text import Text

from scalebed.engines import host
from scalebed.engines.local.isolation.quota import find_quota
from scalebed.engines.local.parts import driver
from scalebed.engines.local.parts.databases import BYTES_PER_CONTACT
from scalebed.messages import EngineError, Say
from scalebed.provision import extras
from scalebed.provision.go import find_go, go_version
from scalebed.provision.named_k6 import find_k6
from scalebed.provision.servers import EVERY, find_part

Status = Literal["ok", "limited", "absent", "missing"]
"""`absent` is what only some runs need, `missing` what every run does."""
_STYLES = {"ok": "green", "limited": "yellow", "absent": "yellow", "missing": "red"}
_FULL_DATASET = 3_000_000
_EXTRAS: tuple[tuple[str, str, extras.Extra], ...] = (
    ("shipped services", "services", "demo"),
    ("clusters", "kubernetes", "kubernetes"),
    ("charts of queries", "charts", "charts"),
    ("export as Parquet", "parquet", "parquet"),
    ("a run's page", "web", "web"),
)
"""What it is for, the extra with its packages, and the one that brings those with what they need."""


@dataclass(frozen=True)
class Symptom:
    status: Status
    what: str
    found: str


def examine(root: Path, cache: Path, say: Say) -> list[Symptom]:
    """Look at everything a run needs; parts that are missing are built, as a run would."""
    return [*_host(), *_space(cache), *_parts(root, cache, say), *_packages()]


def as_table(symptoms: list[Symptom]) -> Table:
    """What is wrong first, each kind in the order in which it was looked at."""
    table = Table("", "what", Column("found", overflow="fold"), box=None, header_style="bold")
    gravest = list(reversed(_STYLES))
    for symptom in sorted(symptoms, key=lambda each: gravest.index(each.status)):
        table.add_row(Text(symptom.status, style=_STYLES[symptom.status]), symptom.what, Text(symptom.found))
    return table


def _host() -> Iterator[Symptom]:
    cores = host.usable_cores()
    yield Symptom("ok" if cores >= 2 else "limited", "cores", f"{cores:g}, {host.describe()['cpu_model']}")
    quota = find_quota()
    if quota.limits:
        yield Symptom("ok", "CPU quotas", f"by {quota.kind}")
    else:
        yield Symptom(
            "limited",
            "CPU quotas",
            "neither cgroups nor systemd-run --user work here, so replicas share the cores freely",
        )
    if quota.limits_memory:
        yield Symptom("ok", "memory limits", f"by {quota.kind}")
    else:
        yield Symptom("limited", "memory limits", "cgroups do not work here, so memory_per_replica would limit nothing")
    busy = host.busy_cores()
    names = ", ".join(map(str, host.programs()[:3])) if busy > 0.2 else ""
    told = f"{busy:.2f} cores are busy{', most by ' if names else ''}{names}"
    yield Symptom("ok" if busy <= 0.2 else "limited", "quiet", told)
    yield Symptom("ok", "account", "root" if os.geteuid() == 0 else "an ordinary user")


def _space(cache: Path) -> Iterator[Symptom]:
    memory = psutil.virtual_memory().available / 2**30
    yield Symptom("ok" if memory >= 4 else "limited", "memory", f"{memory:.1f} GiB available")
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    needed = 4 * _FULL_DATASET * BYTES_PER_CONTACT
    status: Status = "ok" if free > needed else "limited"
    yield Symptom(
        status, "disk", f"{free / 2**30:.0f} GiB free under {cache}; 3 million contacts want {needed / 2**30:.0f}"
    )


def _parts(root: Path, cache: Path, say: Say) -> Iterator[Symptom]:
    try:
        go = find_go((1,))
        yield Symptom("ok", "Go", f"{go_version(go)}, {go}")
    except EngineError as error:
        yield Symptom("absent", "Go", str(error))
    try:
        yield Symptom("ok", "k6", str(find_k6(cache, root / "loadtest" / "extension", say)))
    except EngineError as error:
        yield Symptom("missing", "k6", str(error))
    for name in EVERY:
        try:
            part = find_part(name, cache, say)
            if name == "postgres":
                driver.require()
        except EngineError as error:
            yield Symptom("absent", name, str(error))
        else:
            yield Symptom("ok", name, f"{part.version}, {part.source}")


def _packages() -> Iterator[Symptom]:
    for what, extra, brought_by in _EXTRAS:
        missing = extras.absent(extra)
        told = f"{extras.listed(missing)} not here: {extras.command(brought_by)}"
        yield Symptom("absent", what, told) if missing else Symptom("ok", what, "all packages are here")
