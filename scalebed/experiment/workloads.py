"""The workloads: k6 scripts that an experiment can name, and what each says of itself.

A workload is a file of `loadtest/k6/` that exports a default function; the others are modules. Its comment at the
top says what it isolates, and `export const writes = true` that it changes rows, which are then put back before
each trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scalebed.experiment import javascript
from scalebed.paths import ROOT

FOLDER = ROOT / "loadtest" / "k6"


@dataclass(frozen=True)
class Workload:
    """One script. `isolates` is its comment, in one line."""

    name: str
    isolates: str
    writes: bool
    asserts: bool
    """It checks what comes back."""
    remarks: tuple[str, ...] = ()
    """Sentences on what of it has no effect here."""


def script_files(folder: Path = FOLDER) -> Sequence[Path]:
    """What a scenario may need of the folder: scripts, and data that they open."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.name != "kustomization.yaml"
    )


@cache
def workloads(folder: Path = FOLDER) -> Mapping[str, Workload]:
    """Every workload in `folder`, by name and in that order."""
    scripts = {path.stem: javascript.read(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.js"))}
    return {name: _workload(name, script) for name, script in scripts.items() if "default" in script.exports}


def read(name: str, text: str) -> Workload:
    """What the script `text` says of itself."""
    return _workload(name, javascript.read(text))


def changes_rows(name: str) -> bool:
    """Whether the workload of this name changes rows; one that is not there does not."""
    workload = workloads().get(name)
    return workload is not None and workload.writes


def remarks(name: str) -> tuple[str, ...]:
    """On the workload of this name."""
    workload = workloads().get(name)
    return () if workload is None else workload.remarks


def _workload(name: str, script: javascript.Script) -> Workload:
    # Whatever `writes` is set to but false: rows that are put back for nothing do no harm.
    writes = "writes" in script.exports and script.values.get("writes") != "false"
    asserts = bool({"check", "*"} & script.imports.get("k6", frozenset()))
    return Workload(name, script.comment, writes, asserts, tuple(_remarks(name, script)))


def _remarks(name: str, script: javascript.Script) -> list[str]:
    told = []
    if "thresholds" in script.keys:
        told.append(
            f"workload {name}: its thresholds have no effect, since a trial is judged by the experiment's slo; "
            "say there what is to hold"
        )
    if "handleSummary" in script.exports:
        told.append(
            f"workload {name}: its handleSummary is never called, since k6 keeps no summary here; "
            "the report and the run directory have what is measured"
        )
    return told
