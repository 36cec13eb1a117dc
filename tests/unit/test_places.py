"""Which run goes on, which file an experiment's name means, where the cache is."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import COMMIT, experiment, run

from scalebed import places
from scalebed.results import RunDirectory
from scalebed.spec import SpecError


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"


def found(commit: object = COMMIT) -> Path | None:
    directory = places.unfinished_run(experiment(), commit)
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


def test_what_cannot_be_read_is_passed_over(runs: Path) -> None:
    run(runs / "tried-20260101-000000")
    (runs / "tried-20260102-000000").mkdir()
    run(runs / "tried-20260103-000000").write(runs / "tried-20260103-000000" / "manifest.json", "{")
    (runs / "tried-20260104-000000").touch()
    assert found() == runs / "tried-20260101-000000"


def test_a_new_run_is_one_that_could_go_on(runs: Path) -> None:
    directory = places.new_run(experiment())
    assert not RunDirectory(directory.path).exists
    run(directory.path)
    assert found() == directory.path


def test_an_experiment_is_a_file_or_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smoke").mkdir()
    (tmp_path / "mine").touch()
    assert places.experiment_file("smoke") == places.EXPERIMENTS / "smoke.yaml"
    for name in ("matrix/workers", "workers"):
        assert places.experiment_file(name) == places.EXPERIMENTS / "matrix" / "workers.yaml"
    assert places.experiment_file("mine") == Path("mine")
    assert places.experiment_file("missing.yaml") == Path("missing.yaml")
    with pytest.raises(SpecError, match=r"nothing: is neither a file nor a shipped experiment; those are .*smoke"):
        places.experiment_file("nothing")


def test_the_cache_is_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "cache"))
    assert places.cache() == tmp_path / "cache"
