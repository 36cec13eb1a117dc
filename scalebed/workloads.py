"""The workloads: k6 scripts that an experiment can name, and what each says of itself.

A workload is a file of `loadtest/k6/` that exports a default function; the others are modules. Its comment at the
top says what it isolates, and `export const writes = true;` that it changes rows, which are then put back before
each trial.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "loadtest" / "k6"

_DEFAULT = re.compile(r"^export (default\b|\{ default\b)", re.MULTILINE)
_WRITES = re.compile(r"^export const writes = true;$", re.MULTILINE)
_ASSERTS = re.compile(r"^import \{ check \} from .k6.;$", re.MULTILINE)


@dataclass(frozen=True)
class Workload:
    """One script. `isolates` is its comment, in one line."""

    name: str
    isolates: str
    writes: bool
    asserts: bool
    """It checks what comes back."""


@cache
def workloads(folder: Path = FOLDER) -> Mapping[str, Workload]:
    """Every workload in `folder`, by name and in that order."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}
    return {name: read(name, text) for name, text in texts.items() if _DEFAULT.search(text)}


def read(name: str, text: str) -> Workload:
    """What the script `text` says of itself."""
    comment = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        comment.append(line.removeprefix("//").strip())
    return Workload(name, " ".join(comment), bool(_WRITES.search(text)), bool(_ASSERTS.search(text)))


def changes_rows(name: str) -> bool:
    """Whether the workload of this name changes rows; one that is not there does not."""
    workload = workloads().get(name)
    return workload is not None and workload.writes
