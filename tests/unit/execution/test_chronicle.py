"""What is written down of a run while it goes on, and what is told of one that wrote nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from staged import Stage, events

from scalebed.execution import chronicle
from scalebed.execution.chronicle import Chronicle
from scalebed.execution.observer import Remaining, Resumed
from scalebed.records import live
from scalebed.records.live import Writer
from scalebed.records.run_directory import RunDirectory

NOTHING_LEFT = Remaining(4, 4, 0.0)
RUNS = Path(__file__).parents[2] / "fixtures" / "runs"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "run") as made:
        yield made


def test_a_whole_run_is_told(stage: Stage) -> None:
    stage.play()

    told = events(stage.directory.path)
    trials, repetitions = list(stage.directory.trials()), list(stage.directory.repetitions())
    kinds = Counter(each["kind"] for each in told)
    assert (told[0]["kind"], told[-1]["kind"]) == ("begun", "over")
    assert kinds["trial"] == kinds["trial_over"] == len(trials)
    assert kinds["repetition"] == kinds["repetition_over"] == len(repetitions)
    over = {(e["block"], e["cell"], e["index"]): e["verdict"] for e in told if e["kind"] == "trial_over"}
    assert over == {(t.block, t.cell, t.index): t.verdict for t in trials}
    assert told[0]["plan"]["slo"]["percentile"] == 95
    assert [cell["id"] for cell in told[0]["plan"]["cells"]] == ["fast-x1", "slow-x1"]
    assert [each["done"] for each in told if each["kind"] == "repetition_over"] == [1, 2, 3, 4]
    assert not list(live.folder(stage.directory.path).glob("trial-*"))
    assert stage.said == []


def test_the_seconds_of_a_trial_are_those_of_its_record(stage: Stage) -> None:
    stage.play(until="trial_started")
    while stage.calls[0][0] == "second":
        stage.play(until="second")

    trial = next(
        t
        for t in stage.directory.trials()
        if (t.block, t.index) == (0, 0) and t.cell == stage.directory.manifest().order[0][1]
    )
    (path,) = live.folder(stage.directory.path).glob("trial-*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    seconds = [line for line in lines if line["kind"] == "second"]
    assert [each["second"] for each in seconds] == list(range(len(seconds)))
    assert len(seconds) >= trial.duration_s
    counted = [s for s in seconds if trial.warmup_cut_s <= s["second"] < trial.duration_s]
    failed = sum(sum(s["errors"].values()) for s in counted)
    assert sum(s["served"] for s in counted) + failed == trial.requests
    assert all(sum(s["bands"].values()) == s["served"] for s in seconds)
    usage = [line for line in lines if line["kind"] == "usage"]
    assert usage
    assert usage[0]["cpu_s"].keys() >= {"service", "generator"}
    assert lines[-1]["kind"] == "so_far"


def test_the_records_alone_tell_the_same(stage: Stage) -> None:
    told = chronicle.retold(stage.directory)
    stage.play()
    written = events(stage.directory.path)

    def of(lines: Any, kind: str) -> list[dict[str, Any]]:
        found = [
            {k: v for k, v in line.items() if k not in ("at", "done", "of", "left_s")}
            for line in lines
            if line["kind"] == kind
        ]
        return sorted(found, key=lambda line: (line["block"], line["cell"], line.get("index", 0)))

    for kind in ("trial_over", "repetition_over"):
        assert json.loads(json.dumps(of(told, kind))) == of(written, kind)
    assert told[0]["plan"] == chronicle.planned(stage.directory.manifest())
    assert told[-1]["kind"] == "over"


@pytest.mark.parametrize("path", sorted(RUNS.iterdir()), ids=lambda path: path.name)
def test_older_runs_are_told(path: Path) -> None:
    directory = RunDirectory(path)
    told = chronicle.retold(directory)

    assert sum(each["kind"] == "trial_over" for each in told) == sum(1 for _ in directory.trials())
    live.text({"lines": told})


def test_what_an_older_version_measured_is_told_first_where_it_goes_on(stage: Stage) -> None:
    trials, repetitions = sum(1 for _ in stage.directory.trials()), 4
    stage.chronicle.run_started((), Resumed(repetitions, trials), NOTHING_LEFT)
    stage.chronicle.run_finished()

    kinds = [each["kind"] for each in events(stage.directory.path)]
    assert kinds == ["begun", *["trial_over"] * trials, *["repetition_over"] * repetitions, "begun", "over"]


def test_a_run_that_goes_on_keeps_what_was_told(stage: Stage) -> None:
    stage.play(until="trial_finished")
    stage.chronicle.run_finished()
    before = events(stage.directory.path)
    stage.calls.insert(0, ("run_started", lambda to: to.run_started((), Resumed(0, 1), NOTHING_LEFT)))
    stage.play()

    told = events(stage.directory.path)
    assert told[: len(before)] == before
    assert told[len(before)]["kind"] == "begun"


def test_a_run_goes_on_where_nothing_can_be_written(stage: Stage) -> None:
    live.folder(stage.directory.path).write_text("no folder")
    stage.play()

    (said,) = stage.said
    assert said.endswith("so nobody can watch this run; it goes on.")


def test_another_process_that_writes_is_left_alone(stage: Stage) -> None:
    writer = Writer(stage.directory.path)
    stage.play()
    writer.close()

    (said,) = stage.said
    assert "(another process measures into the same directory)" in said
    assert not live.events_file(stage.directory.path).read_text()


def test_a_disk_that_is_full_ends_the_telling_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.play(until="trial_started")

    def full(self: Writer, line: live.Line) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Writer, "second", full)
    stage.play(until="trial_finished")
    assert live.goes_on(stage.directory.path), "the run does"
    stage.play()

    (said,) = stage.said
    assert "(No space left on device)" in said
    assert "over" not in {each["kind"] for each in events(stage.directory.path)}
    assert not live.goes_on(stage.directory.path)


def test_what_was_said_before_the_run_is_told_with_it(stage: Stage, tmp_path: Path) -> None:
    stage.chronicle.said("Building k6.")
    assert not live.folder(stage.directory.path).exists()
    stage.play(until="run_started")

    told = events(stage.directory.path)
    assert [each["kind"] for each in told[:2]] == ["begun", "said"]
    assert told[1]["line"] == "Building k6."
    stage.chronicle.run_finished()
    shutil.rmtree(live.folder(stage.directory.path))
    Chronicle(RunDirectory(tmp_path / "never"), stage.said.append).run_finished()
    assert not (tmp_path / "never").exists()
