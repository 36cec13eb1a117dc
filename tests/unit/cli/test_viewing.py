"""The report that grows beside a run, and what a page's commands refuse."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from staged import Stage

from scalebed.cli import viewing
from scalebed.cli.viewing import Growing
from scalebed.execution.observer import Remaining
from scalebed.records import runs
from scalebed.records.run_directory import Repetition, RunDirectoryError

LEFT = Remaining(1, 4, 60.0)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "run")


def first(stage: Stage) -> Repetition:
    return next(iter(stage.directory.repetitions()))


def test_a_report_is_written_between_repetitions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    growing, report = Growing(stage.directory), stage.directory.path / "report.html"
    growing.repetition_finished(first(stage), LEFT)
    assert report.exists()

    report.unlink()
    growing.repetition_finished(first(stage), LEFT)
    assert not report.exists(), "so soon it would take more than its share of the time"

    monkeypatch.setattr(growing, "_not_before", 0.0)
    growing.repetition_finished(first(stage), LEFT)
    assert report.exists()


def test_a_part_of_a_run_has_a_report_too(stage: Stage) -> None:
    kept = first(stage)
    for path in [*stage.directory.trials_path.iterdir(), *(stage.directory.path / "repetitions").iterdir()]:
        if not path.name.startswith(f"b{kept.block:02d}-{kept.cell}"):
            path.unlink()
    Growing(stage.directory).repetition_finished(kept, LEFT)
    assert (stage.directory.path / "report.html").exists()


def test_what_cannot_be_reported_yet_ends_no_run(stage: Stage) -> None:
    next(stage.directory.trials_path.iterdir()).write_text("{")
    Growing(stage.directory).repetition_finished(first(stage), LEFT)
    assert not (stage.directory.path / "report.html").exists()


def test_without_a_name_the_newest_is_meant(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    old, newer = Stage(folders[0] / "a"), Stage(folders[1] / "b")
    for age, stage in ((200, old), (100, newer)):
        before = time.time() - age
        os.utime(stage.directory.path / "manifest.json", (before, before))
    assert runs.newest_run(*folders).path == newer.directory.path
    with old:
        old.play(until="run_started")  # what goes on is newer than what was begun later
        assert runs.newest_run(*folders).path == old.directory.path
    with pytest.raises(RunDirectoryError, match="no run is there; name a run directory"):
        runs.newest_run(tmp_path / "empty", tmp_path)


def test_what_holds_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="holds no run; name a run directory"):
        viewing.view(tmp_path, None)
