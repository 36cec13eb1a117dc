"""Tables of runs as somebody asks for them: where they go, in which form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from recorded import run as recorded_run
from typer.testing import CliRunner, Result

from scalebed import paths
from scalebed.cli import exporting
from scalebed.cli.app import app
from scalebed.report.tables import TABLES

RUNS = paths.ROOT / "tests" / "fixtures" / "runs"
RUN = RUNS / "local-capacity"


def export(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def exported(*words: object) -> Result:
    result = export(*words)
    assert result.exit_code == 0, result.output
    return result


def refusal(*words: object) -> str:
    result = export(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.startswith("scalebed: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("scalebed: ").rstrip("\n")


def test_trials_as_csv_are_what_is_printed_without_a_word() -> None:
    rows = list(csv.DictReader(io.StringIO(exported(RUN).stdout)))
    assert [row["run"] for row in rows] == ["local-capacity"] * 12
    assert list(rows[0]) == [column.name for column in TABLES["trials"].columns]


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_the_same_in_each_form(table: str, tmp_path: Path) -> None:
    plain = list(csv.DictReader(io.StringIO(exported(RUN, "--table", table).stdout)))
    lines = [json.loads(line) for line in exported(RUN, "--table", table, "--format", "jsonl").stdout.splitlines()]
    exported(RUN, "--table", table, "--out", tmp_path / "it.parquet")
    packed = pyarrow.parquet.read_table(tmp_path / "it.parquet").to_pylist()
    assert len(plain) == len(lines) == len(packed) > 0
    for one, other, third in zip(plain, lines, packed, strict=True):
        assert list(one) == list(other) == list(third)
        for column in TABLES[table].columns:
            if column.type in ("integer", "number"):
                assert (
                    third[column.name] == other[column.name] == (float(one[column.name]) if one[column.name] else None)
                )


def test_parquet_goes_to_what_is_no_terminal() -> None:
    told = exported(RUN, "--format", "parquet").stdout_bytes
    assert pyarrow.parquet.read_table(io.BytesIO(told)).num_rows == 12


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_parquet_is_nothing_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(exporting.ExportError, match=r"^--format parquet: is nothing for a terminal; name a file with"):
        exporting.export([RUN], None, "parquet", None)


def test_parquet_without_its_package_says_what_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "scalebed.report.output.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = refusal(RUN, "--out", tmp_path / "it.parquet")
    assert said == f"parquet needs the package pyarrow, which is not here: pip install -e '{paths.ROOT}[parquet]'"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "form"), [("it.csv", "csv"), ("it.jsonl", "jsonl"), ("it.txt", "csv")])
def test_a_file_is_in_the_form_that_its_name_tells(tmp_path: Path, name: str, form: str) -> None:
    assert exported(RUN, "--out", tmp_path / name).stdout == ""
    assert (tmp_path / name).read_text(encoding="utf-8") == exported(RUN, "--format", form).stdout
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_several_runs_are_one_table() -> None:
    told = exported(RUN, RUNS / "local-closed", "--table", "trials").stdout
    assert [row["run"] for row in csv.DictReader(io.StringIO(told))] == ["local-capacity"] * 12 + ["local-closed"]


def test_runs_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    again = Path(shutil.copytree(RUNS / "local-closed", tmp_path / "local-closed"))
    told = exported(RUNS / "local-closed", again, again).stdout
    assert [row["run"] for row in csv.DictReader(io.StringIO(told))] == [str(RUNS / "local-closed"), str(again)]


def test_what_is_no_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert refusal(RUN, tmp_path).startswith(f"{tmp_path}/manifest.json: is missing, so this is no run directory;")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    run = Path(shutil.copytree(RUN, tmp_path / "run"))
    out = tmp_path / "out" / "it.csv"
    out.parent.mkdir()
    broken = max((run / "trials").iterdir())
    broken.write_text("{", encoding="utf-8")
    assert refusal(run, "--out", out).startswith(f"{broken}: cannot be read as a Trial (")
    assert list(out.parent.iterdir()) == []


def test_what_is_no_file_is_written_to() -> None:
    assert exported(RUN, "--out", "/dev/null").output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "/nowhere/it.csv"), "--out /nowhere/it.csv: cannot be written (No such file or directory); name"),
        (("--format", "otava"), "--format otava: is several files; name a folder for them with --out"),
        (("--format", "otava", "--table", "seconds"), "--table seconds: otava follows runs; leave it out"),
        (
            ("--format", "otava", "--out", RUN / "manifest.json"),
            f"--out {RUN / 'manifest.json'}: cannot be written (File exists)",
        ),
    ],
)
def test_what_cannot_be_is_a_sentence(words: tuple[object, ...], said: str) -> None:
    assert refusal(RUN, *words).startswith(said)


def test_series_for_otava_are_named(tmp_path: Path) -> None:
    told = exported(RUN, "--format", "otava", "--out", tmp_path / "series")
    assert told.stdout == ""
    names = "recorded-capacity.naive-x1, recorded-capacity.optimized-x1"
    assert " ".join(told.stderr.split()) == f"{tmp_path}/series/otava.yaml names 2 series: {names}."
    written = {path.name for path in (tmp_path / "series").iterdir()}
    assert written == {"otava.yaml", "recorded-capacity.naive-x1.csv", "recorded-capacity.optimized-x1.csv"}


def test_hyperfines_form_goes_to_stdout_or_a_file(tmp_path: Path) -> None:
    run = RUNS / "local-capacity"
    told = json.loads(exported(run, "--format", "hyperfine").stdout)
    assert told["schema_version"] == 2
    exported(run, "--format", "hyperfine", "--out", tmp_path / "it.json")
    assert json.loads((tmp_path / "it.json").read_text(encoding="utf-8")) == told
    assert refusal(run, "--format", "hyperfine", "--table", "trials").startswith("--table trials: hyperfine's form has")


def test_a_run_with_nothing_valid_is_refused_in_hyperfines_form(tmp_path: Path) -> None:
    recorded_run(tmp_path / "run")
    told = refusal(tmp_path / "run", "--format", "hyperfine")
    assert told.startswith("--format hyperfine: run has nothing to compare")
