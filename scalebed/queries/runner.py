"""Drives a study through a bed, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Protocol

from scalebed.messages import Say
from scalebed.queries.study import Step, Strategy, Study, order
from scalebed.queries.study_directory import Build, DirectoryError, Manifest, StudyDirectory, Writing


class Bed(Protocol):
    """Where a study is measured. Methods may raise `EngineError` with one sentence for people."""

    def fingerprint(self) -> Mapping[str, object]: ...

    def opened(self, study: Study) -> AbstractContextManager[None]:
        """Start what is needed, and load the rows; leaving stops it."""
        ...

    def build(self, strategy: Strategy) -> Build:
        """Make the strategy's database anew, with its objects."""
        ...

    def has(self, strategy: Strategy) -> bool:
        """Whether the strategy's database stands."""
        ...

    def read(self, study: Study, step: Step, strategy: Strategy) -> str:
        """Ask a variant's questions; what `manage.py benchmark` exported, as JSON."""
        ...

    def write(self, study: Study, step: Step, strategy: Strategy) -> Mapping[str, float]:
        """Writes a second, by kind."""
        ...


def run(study: Study, bed: Bed, directory: StudyDirectory, say: Say) -> None:
    """Measure what the directory does not have yet; raises `DirectoryError` where it belongs to another study."""
    strategies = {strategy.name: strategy for strategy in study.strategies}
    with bed.opened(study):
        if not directory.exists:
            started = datetime.now(UTC).isoformat(timespec="seconds")
            directory.create(Manifest(study=study, fingerprint=bed.fingerprint(), started=started))
        elif directory.manifest().study != study:
            raise DirectoryError(f"{directory.path}: holds another study; name another folder, or the same options")
        known = directory.builds()
        for strategy in study.strategies:
            if strategy.name not in known or not bed.has(strategy):
                say(f"Building {strategy.name}: {strategy.description} …")
                directory.add_build(bed.build(strategy))
        steps = order(study)
        for number, step in enumerate(steps, start=1):
            if directory.has(step):
                continue
            what = f"{step.variant} reads" if step.kind == "read" else "writes"
            say(f"{number}/{len(steps)} block {step.block}: {what} on {step.strategy} …")
            strategy = strategies[step.strategy]
            if step.kind == "read":
                directory.add(step, bed.read(study, step, strategy))
            else:
                writing = Writing(per_second=bed.write(study, step, strategy))
                directory.add(step, writing.model_dump_json(indent=1) + "\n")
