"""The run directory: what is written is read again, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from recorded import manifest, repetition, run, trial

from scalebed.records.run_directory import EndpointRecord, RunDirectory, RunDirectoryError


def complaint(directory: RunDirectory) -> str:
    with pytest.raises(RunDirectoryError) as caught:
        directory.manifest()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=0)
    trials = [trial(index=index, verdict=verdict) for index, verdict in enumerate(("PASS", "FAIL", "INVALID"))]
    for each in reversed(trials):
        directory.add_trial(each)
    directory.add_repetition(repetition(note="held"))
    again = RunDirectory(tmp_path / "run")
    assert again.exists
    assert again.manifest() == manifest()
    assert list(again.trials()) == trials
    assert list(again.repetitions()) == [repetition(note="held")]


def test_a_cell_that_ran_beside_many_has_more_than_a_hundred_trials(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=0)
    trials = [trial(index=index) for index in (0, 98, 99, 100, 101)]
    for each in reversed(trials):
        directory.add_trial(each)
    assert list(directory.trials()) == list(directory.trials_of(0, "naive-x1")) == trials
    assert directory.next_index(0, "naive-x1") == 102
    assert directory.next_index(1, "naive-x1") == directory.next_index(0, "naive") == 0


def test_a_repetition_has_its_own_trials(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    mine = trial(block=1, cell="naive-x1")
    for each in (trial(block=0), mine, trial(block=1, cell="naive-x10"), trial(block=1, cell="naive-x1-x1")):
        directory.add_trial(each)
    assert list(directory.trials_of(1, "naive-x1")) == [mine]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    RunDirectory.write(path, "whole")
    with pytest.raises(UnicodeEncodeError):
        RunDirectory.write(path, "x" * 100_000 + "\ud800")
    assert path.read_text(encoding="utf-8") == "whole"


def test_a_finished_file_leaves_nothing_beside_it(tmp_path: Path) -> None:
    RunDirectory.write(tmp_path / "new" / "file.json", "whole")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file.json"]


def test_partial_files_do_not_count(tmp_path: Path) -> None:
    directory = run(tmp_path)
    finished = directory.add_trial(trial())
    finished.with_name(".b00-naive-x1-01.json.partial").write_text('{"cell": "nai', encoding="utf-8")
    (tmp_path / "repetitions" / ".b01-naive-x1.json.partial").write_text("{", encoding="utf-8")
    assert list(directory.trials()) == list(directory.trials_of(0, "naive-x1")) == [trial()]
    assert len(list(directory.repetitions())) == 1


def test_another_schema_is_one_sentence(tmp_path: Path) -> None:
    written = json.loads(manifest().model_dump_json()) | {"schema_version": 99, "new": True}
    (tmp_path / "manifest.json").write_text(json.dumps(written), encoding="utf-8")
    sentence = complaint(RunDirectory(tmp_path))
    assert sentence.startswith(f"{tmp_path / 'manifest.json'}: was written with schema 99, this version reads ")
    assert sentence.endswith("use the version of Scalebed that wrote it")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"schema_version": 1, "order": 3}'])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    assert complaint(RunDirectory(tmp_path)).startswith(f"{tmp_path / 'manifest.json'}: cannot be read as a Manifest (")


def test_a_broken_trial_is_named(tmp_path: Path) -> None:
    directory = run(tmp_path)
    path = directory.add_trial(trial())
    path.write_text(path.read_text(encoding="utf-8").replace('"PASS"', '"GOOD"'), encoding="utf-8")
    with pytest.raises(RunDirectoryError, match=r"b00-naive-x1-00\.json: cannot be read as a Trial \(verdict: "):
        list(directory.trials())


def test_what_is_no_run_directory_is_one_sentence(tmp_path: Path) -> None:
    assert complaint(RunDirectory(tmp_path)).endswith("is missing, so this is no run directory; name one")
    (tmp_path / "file").touch()
    assert complaint(RunDirectory(tmp_path / "file")).endswith("cannot be read (Not a directory); name a run directory")


def test_records_that_know_no_errors_are_still_read() -> None:
    """Of such records the status alone tells, and nothing is known of lateness."""
    keys = {"second": 0, "endpoint": "list", "count": 3, "histogram": "HISTFAAA"}
    told = [EndpointRecord.model_validate({**keys, "status": status}) for status in (200, 301, 404, 500, 0)]
    assert [record.failure for record in told] == ["", "3xx", "4xx", "5xx", "no response"]
    assert told[0].undelayed == ""
    assert EndpointRecord.model_validate({**keys, "status": 404, "error": ""}).failure == ""
    old = trial()
    assert old.undelayed_percentile_ms is None
    assert trial(slo_percentile_ms=None).model_dump(mode="json")["slo_percentile_ms"] is None
