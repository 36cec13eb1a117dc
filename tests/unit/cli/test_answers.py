"""What `--json` prints: one object on stdout that is as its published schema says, and nothing else."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from compared import BEFORE, Measure
from k6_lines import endpoint, generator
from recorded import run as recorded_run
from recorded import trial
from simulation import Behaviour, SimulatedEngine
from synthetic import Service
from typer.testing import CliRunner

from docsmith import answers as published
from scalebed.cli import AnswerName, checking, machine, measuring
from scalebed.cli.answers import ANSWERS, answer_schema
from scalebed.cli.app import app
from scalebed.cli.engine_options import Choice
from scalebed.engines.k6.summary import Summary, summarize
from scalebed.engines.local import doctor as examination
from scalebed.engines.local.doctor import Symptom
from scalebed.execution.ports import Finding
from scalebed.experiment import scenarios
from scalebed.paths import ROOT
from scalebed.provision.servers import Part
from scalebed.queries import comparison
from scalebed.queries.findings import Findings, find
from scalebed.queries.study import Study
from scalebed.queries.study_directory import StudyDirectory
from scalebed.records.run_directory import RunDirectory

RUNS = ROOT / "tests" / "fixtures" / "runs"
TRACE = ROOT / "tests" / "fixtures" / "hpa" / "by-hand.json"


def answer(name: AnswerName, *words: object, code: int = 0) -> dict[str, Any]:
    """What the command says on stdout, which is held to the schema that is in the reference."""
    typed = {"hpa-replay": ["hpa", "replay"], "scenarios": ["scenario"]}.get(name, [name])
    done = CliRunner().invoke(app, [*typed, *map(str, words), "--json"])
    assert done.exit_code == code, done.output
    said: dict[str, Any] = json.loads(done.stdout, parse_constant=no_number)
    schema = json.loads((ROOT / "docs" / "reference" / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(said, schema)
    assert said["schema_version"] == 1
    # A report that could be written is a success, whatever is in it.
    assert name == "report" or said.get("exit_code", code) == code
    return said


def no_number(text: str) -> float:
    raise AssertionError(f"{text} is no JSON")


def test_every_answer_has_a_name_a_schema_and_a_line_in_the_reference() -> None:
    assert list(ANSWERS) == list(get_args(AnswerName))
    for name in ANSWERS:
        schema = json.loads(answer_schema(name))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["properties"]["schema_version"]["const"] == 1
        done = CliRunner().invoke(app, ["schema", name])
        assert (done.exit_code, json.loads(done.stdout)) == (0, schema)
        assert f"[{name}](json/{name}.schema.json)" in published.page()


def test_a_schema_refuses_what_an_answer_does_not_have() -> None:
    schema = json.loads(answer_schema("setup"))
    whole = {"schema_version": 1, "k6": "k6", "parts": []}
    jsonschema.validate(whole, schema)
    for unfit in ({**whole, "more": 1}, {**whole, "schema_version": 2}, {"k6": "k6", "parts": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(unfit, schema)


@pytest.mark.parametrize("kind", sorted(path.name for path in RUNS.iterdir() if path.is_dir()))
def test_a_report_of_each_kind(kind: str, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    copied.mkdir()
    for name in ("manifest.json", "trials", "repetitions"):
        (copied / name).symlink_to(RUNS / kind / name)
    said = answer("report", copied)
    directory = RunDirectory(copied)
    assert [cell["cell"] for cell in said["cells"]] == list(directory.manifest().experiment.cell_ids)
    assert len(said["repetitions"]) == len(list(directory.repetitions()))
    assert kind != "local-matrix" or {row["measure"] for row in said["comparisons"]} >= {"cpu", "p95"}
    assert said["directory"] == str(copied)


def test_a_report_with_a_price(measure: Measure) -> None:
    run = measure("run", services={"before": BEFORE, "after": Service(cpu_ms=12.5, base_ms=25.0)})
    said = answer("report", run, "--price", "0.1/h", "--demand", "10")
    assert said["prices"]["an_hour"] == 0.1
    assert [row["cell"] for row in said["prices"]["cells"]] == [cell["cell"] for cell in said["cells"]]
    assert {row["rate"] for row in said["prices"]["demands"]} == {10}
    assert said["cells"][0]["rate"]["lower"] < said["cells"][0]["rate"]["estimate"]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    return Measure(tmp_path)


def test_a_run(measure: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    path = measure("run")
    monkeypatch.setattr(measuring, "_measure", lambda *_, **__: RunDirectory(path))
    said = answer("run", "smoke")
    assert said["directory"] == str(path)
    assert [cell["conclusion"] for cell in said["cells"]] == ["yes"]


def test_a_comparison(measure: Measure) -> None:
    said = answer("compare", measure("fast"), measure("slow", cpu_ms=12.5, seed=8), "--fail-if", "cpu > 5 %", code=1)
    assert [row["conclusion"] for row in said["limits"]] == ["no"]


def test_the_scenarios_that_there_are() -> None:
    assert [row["key"] for row in answer("scenarios")["scenarios"]][:2] == ["01", "02"]


def test_a_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured before is told anew, and measured no more."""
    spec = scenarios.experiment(next(each for each in scenarios.scenarios() if each.key == "10"), (), ("blocks=1",))
    directory = recorded_run(tmp_path / "out" / spec.name, spec, finished=2)
    for variant in spec.variants:
        directory.add_trial(trial(cell=f"{variant.name}-x1", variant=variant.name, purpose="fixed-rate"))
    said = answer("scenario", "10", "--set", "blocks=1", "--out", tmp_path / "out", code=3)
    (told,) = said["scenarios"]
    assert [row["variant"] for row in told["variants"]] == [variant.name for variant in spec.variants]
    served = told["variants"][0]["figures"]["served"]
    assert served == {"estimate": pytest.approx(12.25), "lower": None, "upper": None, "blocks": 1}
    assert told["variants"][1]["ratios"]["served"]["estimate"] == 1


def test_a_replay_of_the_autoscaler() -> None:
    said = answer("hpa-replay", TRACE)
    assert [row["desired"] for row in said["decisions"]][:2] == [1, 4]


def test_the_shipped_experiments() -> None:
    assert "smoke" in [row["name"] for row in answer("experiments")["experiments"]]


def test_what_runners_wrote(tmp_path: Path) -> None:
    log = tmp_path / "k6.log"
    failed = endpoint("slow", 500, [9.0])
    log.write_text("\n".join([endpoint("list", 200, [10.0, 20.0]), failed, generator(4, 1)]) + "\n", encoding="utf-8")
    said = answer("lines", log)["load"]
    assert (said["due"], said["dropped"]) == (5, 1)
    slow = next(row for row in said["endpoints"] if row["endpoint"] == "slow")
    # It has no success, and so no latency: NaN, which JSON does not know.
    assert (slow["errors"], slow["p95_ms"]) == (1, None)


@dataclass(frozen=True)
class Outcome:
    replicas: int
    summary: Summary


def test_a_testrun_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = tuple(Outcome(n, summarize([endpoint("list", 200, [10.0 / n])])) for n in (1, 4))
    monkeypatch.setattr(Choice, "rerun", lambda *_, **__: outcomes)
    said = answer("rerun", "browse", "--replicas", 4)
    assert (said["before"]["replicas"], said["after"]["replicas"]) == (1, 4)
    assert said["after"]["load"]["endpoints"][0]["requests"] == 1


def test_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "load.js").write_text("export default function () {}\n", encoding="utf-8")
    file = tmp_path / "scalebed.yaml"
    file.write_text("name: shop\nservice: {command: serve}\nload: {script: load.js}\n", encoding="utf-8")
    engine = SimulatedEngine({"shop": Behaviour(100, requests=3)}, findings=(Finding("warn", "it is slow"),))
    monkeypatch.setattr(Choice, "engine", lambda *_: engine)
    monkeypatch.setattr(checking, "SystemClock", lambda: engine.clock)
    said = answer("check", file)
    (service,) = said["services"]
    assert said["works"]
    assert said["mind"] == ["it is slow"]
    assert service["endpoints"][0]["statuses"].keys() == {"200"}
    assert service["journeys"]["requests"] == pytest.approx(3)


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("missing", 1)])
def test_a_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: Any, code: int) -> None:
    symptom = Symptom(status, "k6", "“/opt/k6”")
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path))
    monkeypatch.setattr(examination, "examine", lambda *_: [symptom])
    assert answer("doctor", code=code)["symptoms"] == [{"status": status, "what": "k6", "found": "“/opt/k6”"}]


def test_what_was_set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path))
    monkeypatch.setattr(machine, "find_k6", lambda *_: tmp_path / "k6")
    monkeypatch.setattr(machine, "find_part", lambda name, *_: Part(tmp_path / name, "18.1", "PATH"))
    said = answer("setup")
    assert said["k6"] == str(tmp_path / "k6")
    assert said["parts"][0] == {"name": "postgres", "version": "18.1", "path": f"{tmp_path}/postgres", "source": "PATH"}


def test_a_beginning(tmp_path: Path) -> None:
    said = answer("init", tmp_path)
    assert said["files"] == ["scalebed.yaml", "load.js"]
    assert "could not be told" in said["told"][0]


def test_a_study(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def compare(study: Study, *_: object) -> tuple[Findings, StudyDirectory]:
        return find(study, {}, (), ()), StudyDirectory(tmp_path)

    monkeypatch.setattr(comparison, "compare", compare)
    said = answer("queries")
    assert said["answer"].startswith("Nothing can be said yet")
    assert said["questions"] == []


def test_a_refusal_leaves_stdout_empty(tmp_path: Path) -> None:
    for words in (["report", tmp_path], ["lines", tmp_path / "none"], ["check", tmp_path / "none"], ["run", "none"]):
        done = CliRunner().invoke(app, [*map(str, words), "--json"])
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("scalebed: ")


def test_it_is_utf_8_whatever_the_locale_and_a_path_may_be_no_text(tmp_path: Path) -> None:
    run = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xfcn\xe2\x80\x93"))
    recorded_run(run)
    done = CliRunner(charset="latin-1").invoke(app, ["report", str(run), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout_bytes.decode("utf-8"))
    assert said["directory"] == f"{tmp_path}/r\N{REPLACEMENT CHARACTER}n–"
    assert said["repetitions"][0]["capacity"] == 42.5
