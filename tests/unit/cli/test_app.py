"""The command line: what it prints, and the one sentence with which it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml
from recorded import run as recorded_run
from typer.testing import CliRunner, Result

from scalebed import __version__, paths
from scalebed.cli.app import app
from scalebed.experiment import shipped
from scalebed.records import runs


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("scalebed: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("scalebed: ")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tried.yaml"
    path.write_text("name: tried\nvariants: [naive]\ndataset: {contacts: 100}\n", encoding="utf-8")
    return path


def test_schema_prints_a_schema_that_fits_the_shipped_experiments() -> None:
    result = call("schema")
    assert result.exit_code == 0
    schema = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in shipped.shipped_experiments().values():
        jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)


def test_experiments_lists_each_shipped_one_at_80_columns() -> None:
    result = call("experiments")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    names = {line.split()[0] for line in lines if not line.startswith(" ")}
    assert names == shipped.shipped_experiments().keys()
    assert max(map(len, lines)) <= 80
    words = [len(line.split()) for line in lines if line.startswith(" ")]
    assert sum(words) / len(words) > 5


def test_help_and_the_refusal_of_a_typing_error_import_nothing_that_they_do_not_need() -> None:
    """Both once cost two seconds of CPU, for scipy, kubernetes and all of the testbed."""
    told = "import sys; from scalebed.cli.app import app; app(sys.argv[1:], standalone_mode=False)"
    for words in (["--help"], ["run", "--help"]):
        program = f"{told}; print(sorted(sys.modules), file=sys.stderr)"
        done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        assert "Usage: " in done.stdout
        for heavy in ("scipy", "numpy", "kubernetes", "psycopg", "jinja2", "scalebed.engines", "scalebed.report"):
            assert f"'{heavy}'" not in done.stderr


def test_run_refuses_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "missing.yaml"
    assert refusal("run", path) == f"{path}: cannot be read (No such file or directory); name an experiment file\n"


def test_run_refuses_an_unknown_name() -> None:
    assert refusal("run", "nothing").startswith("nothing: is neither a file nor a shipped experiment; those are ")


def test_run_refuses_an_unknown_key(file: Path) -> None:
    said = refusal("run", file, "--set", "search.precise=0.1")
    assert said.startswith(f"{file}: search.precise: is not a key here; the keys are around, confirm, max_rate, ")


def test_run_refuses_what_does_not_fit_this_host(file: Path, tmp_path: Path) -> None:
    said = refusal("run", file, "--set", "cpu_per_replica=64", "--set", "replicas=[64]")
    assert said.startswith("64 replicas × 64 cores = 4096 cores do not fit the ")
    assert not (tmp_path / "runs").exists()


def test_run_refuses_a_file_as_its_directory(file: Path) -> None:
    assert refusal("run", file, "--out", file).startswith(f"--out {file}: is a file; ")


def test_run_refuses_the_directory_of_another_experiment(file: Path, tmp_path: Path) -> None:
    directory = recorded_run(tmp_path / "run")
    said = refusal("run", file, "--out", directory.path)
    assert said.startswith(f"{directory.path}: holds a run of another experiment (unlike in ")


def test_run_with_json_says_nothing_else_on_stdout(file: Path) -> None:
    assert "blocks: must be " in refusal("run", file, "--json", "--set", "blocks=0")


def test_report_refuses_what_is_no_run_directory(tmp_path: Path, file: Path) -> None:
    assert "is missing, so this is no run directory" in refusal("report", tmp_path)
    assert "cannot be read (Not a directory)" in refusal("report", file)


def test_the_generated_documentation_has_not_drifted() -> None:
    done = subprocess.run([sys.executable, "-m", "docsmith", "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_help_names_each_command() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for command in ("run", "scenario", "report", "doctor", "schema", "experiments", "down", "setup"):
        assert command in result.stdout


def test_scenario_without_a_number_lists_them() -> None:
    result = call("scenario")
    assert result.exit_code == 0
    firsts = [line.split()[0] for line in result.stdout.splitlines()[1:] if line.split()]
    assert [word for word in firsts if word.isdecimal()] == [f"{number:02d}" for number in range(1, 21)]
    assert "classic" in firsts


def test_scenario_refuses_what_is_none() -> None:
    assert refusal("scenario", "21").startswith("21: there is no such scenario; they are 01-health, ")
    assert "not several of these" in refusal("scenario", "--all", "--from", "5")
    assert "rate: " in refusal("scenario", "10", "--set", "rate=5")
    assert "--base naive: 10-n-plus-one has no such variant; it has lazy, eager" in refusal(
        "scenario", "10", "--base", "naive"
    )


def test_scenario_refuses_a_variant_that_is_no_service(tmp_path: Path) -> None:
    said = refusal_after_said("scenario", "10", "--variant", "nothing", "--out", tmp_path / "out")
    assert said.startswith("variant nothing: ")
    assert not (tmp_path / "out" / "10-n-plus-one" / "manifest.json").exists()


def refusal_after_said(*arguments: object) -> str:
    """Of a command that first says what it is about to do."""
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("scalebed: ")
    return result.stderr.removeprefix("scalebed: ")


def test_what_nobody_foresaw_is_no_answer(tmp_path: Path) -> None:
    """Python's own exit code for an exception is 1, which would mean the answer no."""
    program = (
        "import sys, scalebed.__main__ as main\n"
        "def app(**_): raise ZeroDivisionError('unforeseen')\n"
        "main.app = app\n"
        "main.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "ZeroDivisionError: unforeseen" in done.stderr


def test_lines_of_a_generator_that_failed_are_no_valid_answer(tmp_path: Path) -> None:
    failure = {"scalebed": 1, "type": "failure", "second": 1, "message": "no CPU was left"}
    path = tmp_path / "runner.log"
    path.write_text(json.dumps(failure, separators=(",", ":")) + "\n", encoding="utf-8")
    result = call("lines", path)
    assert result.exit_code == 3, result.output
    assert "A generator failed: no CPU was left" in result.output


def test_the_version_is_the_packages_with_its_commit() -> None:
    result = call("--version")
    assert result.exit_code == 0
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.startswith(f"scalebed {__version__}, commit {head.stdout.strip()}")
    assert result.stdout.count("\n") == 1


def test_the_version_is_the_one_that_the_package_declares() -> None:
    declared = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert declared == __version__
