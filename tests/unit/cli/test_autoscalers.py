"""`scalebed hpa replay`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from autoscaled import pods
from typer.testing import CliRunner

from scalebed.cli.app import app
from scalebed.paths import ROOT

_BY_HAND = ROOT / "tests" / "fixtures" / "hpa" / "by-hand.json"


def _trace(folder: Path, **sync: object) -> str:
    document = {
        "format": "scalebed-hpa-trace/1",
        "release": "1.34",
        "spec": {"maxReplicas": 10},
        "requests": {"cpu": "100m"},
        "syncs": [{"at_s": 0, "replicas": 1, "pods": pods("150m"), **sync}],
    }
    path = folder / "trace.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_the_page_shows_what_it_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    done = CliRunner().invoke(app, ["hpa", "replay", str(_BY_HAND)])
    assert done.exit_code == 0
    page = (ROOT / "docs" / "reference" / "hpa.md").read_text(encoding="utf-8")
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    assert len(printed.splitlines()) == 7
    assert printed in page


def test_agreement_is_said_and_is_the_exit_code(tmp_path: Path) -> None:
    """80 per cent is the target without a word: 150m of 100m ask for two."""
    for desired, code, said in ((2, 0, "agrees with 1 of 1 decisions"), (3, 1, "agrees with 0 of 1 decisions")):
        done = CliRunner().invoke(app, ["hpa", "replay", _trace(tmp_path, seen={"desired": desired})])
        assert done.exit_code == code
        assert said in done.stderr
    assert "3 (differs)" in done.stdout


def test_a_metric_that_proposes_nothing_says_why(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["hpa", "replay", _trace(tmp_path, failing=["cpu"])], env={"COLUMNS": "120"})
    assert "FailedGetResourceMetric; cpu: no answer from its API" in " ".join(done.stdout.split())


def test_json_is_for_programs(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["hpa", "replay", "--json", _trace(tmp_path, seen={"desired": 2})])
    told = json.loads(done.stdout)
    (decision,) = told["decisions"]
    assert (told["compared"], told["agreed"], told["exit_code"]) == (1, 1, 0)
    assert (decision["desired"], decision["seen"], decision["rescaled"]) == (2, 2, True)
    assert decision["proposals"] == [{"metric": "cpu", "replicas": 2, "failure": None}]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"\xff", "no text in UTF-8"), (b"{}", "format")]
)
def test_what_is_no_trace_is_refused_in_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "trace.json"
    if content is not None:
        path.write_bytes(content)
    done = CliRunner().invoke(app, ["hpa", "replay", str(path)])
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
