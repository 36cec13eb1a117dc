"""Five lines say whether a run can be trusted, each from what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from synthetic import NAIVE, OPTIMIZED, Synthetic

from scalebed.measurement.causes import Cause, Kind
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.views import Check

SERVICES = {"naive": NAIVE, "optimized": OPTIMIZED}
SPEC = {"variants": list(SERVICES), "replicas": [1], "blocks": 3, "search": {"precision": 0.5}}
MATRIX = {"kind": "matrix", "matrix": {"variants": list(SERVICES)}, "rate": 3, "duration": 8, "blocks": 3}


def written(folder: Path, spec: dict[str, Any], **more: Any) -> RunDirectory:
    return Synthetic(folder, SERVICES, spec, **more).write()


def lines(directory: RunDirectory) -> dict[str, Check]:
    return {line.subject: line for line in analyse(directory).trust}


def spoil(directory: RunDirectory, number: int, kind: Kind) -> RunDirectory:
    cause = Cause(kind=kind, sentence="Something was the matter.")
    for trial in list(directory.trials())[:number]:
        directory.add_trial(trial.model_copy(update={"verdict": "INVALID", "causes": (cause,)}))
    return directory


def test_there_are_five(tmp_path: Path) -> None:
    found = lines(written(tmp_path, SPEC))
    assert list(found) == ["Intervals", "Floor", "Generator", "Host", "Blocks"]
    assert found["Intervals"].seen.startswith("95%, Student t over blocks")
    assert found["Generator"].level == found["Host"].level == found["Blocks"].level == "good"


def test_without_blocks_enough_there_is_no_interval_and_that_is_said(tmp_path: Path) -> None:
    line = lines(written(tmp_path, {**SPEC, "blocks": 2}))["Intervals"]
    assert (line.level, line.seen) == ("warn", "none: it takes 3 blocks to tell how far another run would be off")


def test_what_has_no_interval_for_another_reason_says_which(tmp_path: Path) -> None:
    asked = {"variants": ["naive"], "replicas": [1], "blocks": 3, "kind": "fixed-rate", "rates": [5], "duration": 60}
    at_rates = lines(written(tmp_path / "rates", asked))["Intervals"]
    assert (at_rates.level, at_rates.seen) == ("note", "none: at rates that were asked for the SLO was kept or not")
    directory = written(tmp_path / "none", SPEC)
    for repetition in list(directory.repetitions()):
        update = {"outcome": "not found", "capacity": None}
        directory.add_repetition(repetition.model_copy(update=update))
    assert lines(directory)["Intervals"].seen == "none: fewer than 3 blocks came to a figure"


def test_the_floor_is_what_a_control_says(tmp_path: Path) -> None:
    assert lines(written(tmp_path / "without", MATRIX))["Floor"].level == "warn"
    with_control = lines(
        Synthetic(tmp_path / "with", {**SERVICES, "naive-again": NAIVE}, {**MATRIX, "control": True}).write()
    )
    assert " × in CPU in all, 1." in with_control["Floor"].seen


@pytest.mark.parametrize(("kind", "line"), [(Kind.LATE, "Generator"), (Kind.STEAL, "Host")])
def test_who_spoiled_trials_is_named(tmp_path: Path, kind: Kind, line: str) -> None:
    found = lines(spoil(written(tmp_path, SPEC), 2, kind))
    other = "Host" if line == "Generator" else "Generator"
    assert "2 " in found[line].seen
    assert (found[line].level, found[other].level) == ("note", "good")


def test_what_is_missing_of_the_plan_is_counted(tmp_path: Path) -> None:
    line = lines(written(tmp_path, SPEC, repetitions=4))["Blocks"]
    assert (line.level, line.seen) == ("warn", "4 of 6 repetitions planned, in 3 blocks")
