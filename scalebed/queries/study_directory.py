"""The folder of a study: `manifest.json`, `builds/`, one file a step; what is there is not measured again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from scalebed.messages import UserError
from scalebed.queries.study import Step, Study, order
from scalebed.records.run_directory import RunDirectory


class DirectoryError(UserError):
    """One sentence: which file, what is wrong, what to do."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


_R = TypeVar("_R", bound=_Record)


class Manifest(_Record):
    """What was asked for, with what it was measured, and when it began."""

    study: Study
    fingerprint: Mapping[str, Any]
    started: str


class Build(_Record):
    """What it takes to have a strategy's objects."""

    strategy: str
    seconds: float
    """To make them all, one after the other."""
    bytes: int
    """Bytes of the whole database."""
    objects: int


class Request(_Record):
    """As `manage.py benchmark` wrote it; what else it wrote stays in the file."""

    phase: str
    seconds: float
    sql_seconds: float
    queries: int
    rows: int
    status: int
    timed_out: bool


class Asked(_Record):
    """A question with its requests."""

    name: str
    title: str
    requests: tuple[Request, ...]


class Depth(_Record):
    """A page of the list, somewhere in it, reached by its number or by a link."""

    share: float
    by: str
    seconds: float
    status: int


class Reading(_Record):
    """The questions of one variant on one strategy in one block."""

    variant: str
    switches: str
    statement_timeout: str
    cold: Mapping[str, str]
    questions: tuple[Asked, ...]
    curve: tuple[Depth, ...]


class Writing(_Record):
    """Writes a second, by kind, on one strategy in one block."""

    per_second: Mapping[str, float]


class StudyDirectory:
    """Reads and writes one study."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / "manifest.json").exists()

    def create(self, manifest: Manifest) -> None:
        RunDirectory.write(self.path / "manifest.json", manifest.model_dump_json(indent=1) + "\n")

    def manifest(self) -> Manifest:
        return self._read(self.path / "manifest.json", Manifest)

    def add(self, step: Step, content: str) -> None:
        """Keep what a step measured, as JSON."""
        RunDirectory.write(self._file(step), content)

    def has(self, step: Step) -> bool:
        return self._file(step).exists()

    def add_build(self, build: Build) -> None:
        RunDirectory.write(self.path / "builds" / f"{build.strategy}.json", build.model_dump_json(indent=1) + "\n")

    def builds(self) -> dict[str, Build]:
        """By strategy."""
        files = sorted((self.path / "builds").glob("[!.]*.json"))
        return {path.stem: self._read(path, Build) for path in files}

    def readings(self) -> Iterator[tuple[Step, Reading]]:
        return ((step, self._read(self._file(step), Reading)) for step in self._done("read"))

    def writings(self) -> Iterator[tuple[Step, Writing]]:
        return ((step, self._read(self._file(step), Writing)) for step in self._done("write"))

    def complete(self) -> bool:
        """Whether every step of the study was measured."""
        return all(map(self.has, order(self.manifest().study)))

    def _done(self, kind: str) -> Iterator[Step]:
        return (step for step in order(self.manifest().study) if step.kind == kind and self.has(step))

    def _file(self, step: Step) -> Path:
        return self.path / "steps" / f"{step.id}.json"

    @staticmethod
    def _read(path: Path, model: type[_R]) -> _R:
        try:
            return model.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise DirectoryError(f"{path}: is missing, so this is no folder of a study; name one") from error
        except (OSError, ValueError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            raise DirectoryError(f"{path}: cannot be read ({reason}); remove it to measure it again") from error
