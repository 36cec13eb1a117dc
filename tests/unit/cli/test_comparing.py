"""`scalebed compare`, from the words typed to the exit code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from compared import BEFORE, Measure
from synthetic import Service
from typer.testing import CliRunner

from scalebed.cli.app import app


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    return Measure(tmp_path)


def test_the_exit_code_says_whether_the_second_is_worse_than_allowed(measure: Measure, tmp_path: Path) -> None:
    fast, slow = str(measure("fast")), str(measure("slow", cpu_ms=12.5, seed=8))
    files = ["--markdown", str(tmp_path / "out" / "c.md"), "--junit", str(tmp_path / "c.xml")]
    runner = CliRunner()
    worse = runner.invoke(app, ["compare", fast, slow, "--fail-if", "capacity < -5 %", "--json", *files])
    assert worse.exit_code == 1, worse.output
    assert json.loads(worse.stdout)["exit_code"] == 1
    assert "capacity < -5 %" in worse.stderr
    assert (tmp_path / "out" / "c.md").read_text().startswith("### ")
    assert ET.parse(tmp_path / "c.xml").getroot()[0].get("failures") == "1"  # noqa: S314 - we wrote it
    assert runner.invoke(app, ["compare", slow, fast, "--fail-if", "capacity < -5 %"]).exit_code == 0
    assert runner.invoke(app, ["compare", fast, slow]).exit_code == 0


def test_variants_of_one_run_need_one_word(measure: Measure) -> None:
    path = measure("run", services={"before": BEFORE, "after": Service(cpu_ms=12.5, base_ms=25.0)})
    done = CliRunner().invoke(app, ["compare", str(path), "--fail-if", "capacity < -5 %"])
    assert done.exit_code == 1, done.output
    assert "paired by block" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere", "nowhere"], "nowhere/manifest.json: is missing"),
        (["{run}", "{run}"], "are the same; name different runs"),
        (["{run}"], "has the variants shop; name two"),
        (["{run}", "{run}:shop", "--fail-if", "speed < 1 %"], "speed is none of capacity"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(measure: Measure, words: list[str], told: str) -> None:
    run = str(measure("run"))
    done = CliRunner().invoke(app, ["compare", *(word.format(run=run) for word in words)])
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())
    assert len(done.stderr.strip().splitlines()) == 1
