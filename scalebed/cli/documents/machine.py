"""What `doctor`, `setup` and `init` print for programs."""

from __future__ import annotations

from typing import Literal

from scalebed.documents import Document, Part, PathText


class SymptomRow(Part):
    """One thing that was looked at."""

    status: Literal["ok", "limited", "absent", "missing"]
    """`absent` is what only some runs need, `missing` what every run does."""
    what: str
    found: PathText


class DoctorDocument(Document):
    """What `scalebed doctor --json` prints."""

    symptoms: tuple[SymptomRow, ...]
    exit_code: int


class PartRow(Part):
    """One program that runs need."""

    name: str
    version: str
    path: PathText
    source: str
    """Where it came from."""


class SetupDocument(Document):
    """What `scalebed setup --json` prints."""

    k6: PathText
    parts: tuple[PartRow, ...]


class InitDocument(Document):
    """What `scalebed init --json` prints."""

    folder: PathText
    files: tuple[str, ...]
    """Those that were written, in the folder."""
    told: tuple[str, ...]
    """Sentences on what could not be told, and on what a log held."""
