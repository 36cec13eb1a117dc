"""`scalebed queries` on a few rows, for real: Postgres, both Django variants, writes, report, charts."""

import json
from pathlib import Path

import psutil
import pytest
from dataset.objects.choice import of_strategy, wanted
from typer.testing import CliRunner

from scalebed.cli.app import app
from scalebed.queries.study import order
from scalebed.queries.study_directory import StudyDirectory

pytestmark = pytest.mark.xdist_group("engine")

OPTIONS = ["queries", "--contacts", "300", "--blocks", "1", "--budget", "0.05", "--strategies", "denormalised"]


@pytest.mark.thorough  # its parts have unit tests
def test_strategies_are_compared_and_an_interrupted_study_goes_on(cache: Path, tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    environment = {"SCALEBED_CACHE": str(cache)}
    done = CliRunner().invoke(app, [*OPTIONS, "--out", str(tmp_path / "study")], env=environment)
    assert done.exit_code == 0, done.output
    directory = StudyDirectory(tmp_path / "study")
    assert directory.complete()
    steps = {step.id for step in order(directory.manifest().study)}
    assert {path.stem for path in (directory.path / "steps").iterdir()} == steps
    assert len(steps) == 2 * 2 + 2
    builds = directory.builds()
    assert builds["baseline"].objects == 0
    assert builds["denormalised"].objects == len(wanted(of_strategy("denormalised")))
    assert builds["denormalised"].bytes > builds["baseline"].bytes

    whole = json.loads((directory.path / "findings.json").read_text(encoding="utf-8"))
    asked = {(cell["variant"], cell["strategy"]) for cell in whole["cells"]}
    assert asked == {(v, s) for v in ("naive", "optimized") for s in ("baseline", "denormalised")}
    assert not any(cell["timed_out"] for cell in whole["cells"])
    statuses = {
        request.status
        for _, reading in directory.readings()
        for asked in reading.questions
        for request in asked.requests
    }
    assert statuses == {200}
    switches = {
        step.strategy: reading.switches for step, reading in directory.readings() if step.variant == "optimized"
    }
    assert "denormalised=on" in switches["denormalised"]
    assert "search=substring" in switches["baseline"]
    assert all("cache=off" in each for each in switches.values())
    assert all(cost["writes"]["bulk"]["estimate"] > 0 for cost in whole["costs"])
    for name in ("report.md", "cells.csv", "writes.svg", "speedups-naive.svg", "pagination-optimized.svg"):
        assert (directory.path / name).stat().st_size > 100
    assert directory.manifest().fingerprint["postgres_settings"]

    # Interrupted before its last step, it measures that one alone.
    last = directory.path / "steps" / f"{order(directory.manifest().study)[-1].id}.json"
    last.unlink()
    kept = {path: path.stat().st_mtime_ns for path in (directory.path / "steps").iterdir()}
    done = CliRunner().invoke(app, [*OPTIONS, "--out", str(directory.path)], env=environment)
    assert done.exit_code == 0, done.output
    assert last.exists()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not set(psutil.Process().children(recursive=True)) - before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--strategies", "magic"], "there is no strategy 'magic'; the strategies are baseline, index, trgm, fts"),
        (["--variants", "absent"], "absent is no service"),
        (["--variants", ","], "--variants: names none"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_the_door(
    cache: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    done = CliRunner().invoke(
        app, ["queries", "--out", str(tmp_path / "study"), *options], env={"SCALEBED_CACHE": str(cache)}
    )
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.split())
    assert not (tmp_path / "study").exists()
