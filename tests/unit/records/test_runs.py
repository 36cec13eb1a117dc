"""Which run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import COMMIT, experiment, run

from scalebed.records.run_directory import RunDirectory
from scalebed.records.runs import new_run, unfinished_run


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("scalebed.records.runs.RUNS", tmp_path / "runs")
    return tmp_path / "runs"


def found(commit: object = COMMIT) -> Path | None:
    directory = unfinished_run(experiment(), commit)
    return None if directory is None else directory.path


def test_there_may_be_no_run_at_all(runs: Path) -> None:
    assert found() is None


def test_the_newest_unfinished_run_goes_on(runs: Path) -> None:
    run(runs / "tried-20260101-000000")
    run(runs / "tried-20260103-000000")
    run(runs / "tried-20260102-000000")
    assert found() == runs / "tried-20260103-000000"


def test_a_finished_run_does_not_go_on(runs: Path) -> None:
    run(runs / "tried-20260101-000000", finished=3)
    run(runs / "tried-20260102-000000", finished=4)
    assert found() == runs / "tried-20260101-000000"


def test_another_experiment_does_not_go_on(runs: Path) -> None:
    run(runs / "tried-20260101-000000", experiment(seed=8))
    run(runs / "tried-again-20260101-000000", experiment(name="tried-again"))
    assert found() is None


def test_another_commit_does_not_go_on(runs: Path) -> None:
    run(runs / "tried-20260101-000000", commit="older")
    assert found() is None
    assert found("older") == runs / "tried-20260101-000000"


def test_another_version_does_not_go_on(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(runs / "tried-20260101-000000")
    monkeypatch.setattr("scalebed.records.runs.__version__", "9.9.9")
    assert found() is None


def test_what_cannot_be_read_is_passed_over(runs: Path) -> None:
    run(runs / "tried-20260101-000000")
    (runs / "tried-20260102-000000").mkdir()
    run(runs / "tried-20260103-000000").write(runs / "tried-20260103-000000" / "manifest.json", "{")
    (runs / "tried-20260104-000000").touch()
    assert found() == runs / "tried-20260101-000000"


def test_a_new_run_is_one_that_could_go_on(runs: Path) -> None:
    directory = new_run(experiment())
    assert not RunDirectory(directory.path).exists
    run(directory.path)
    assert found() == directory.path
