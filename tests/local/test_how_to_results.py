"""The how-to page about reading results: every command and every program in it does what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pages import script, written
from synthetic import NAIVE, OPTIMIZED, Synthetic

from scalebed import paths
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report

PAGE = "read-results-with-pandas-and-duckdb"
LATEST = "shop-20260504-091231"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs with their reports, and after the page's commands what they export."""
    made = tmp_path_factory.mktemp("results")
    services = {"naive": NAIVE, "optimized": OPTIMIZED}
    keys = {"name": "shop", "variants": list(services), "replicas": [1], "blocks": 2, "cpu_per_replica": 0.5}
    for place, name in enumerate(("shop-20260503-091231", LATEST)):
        spoiled = [("naive-x1", 1)] if name == LATEST else []
        run = Synthetic(made / "runs" / name, services, {**keys, "seed": place}, invalid=spoiled).write()
        Report(run).write()
    command = made / "bin" / "scalebed"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scalebed "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(paths.ROOT)}
    subprocess.run(["bash", "-c", script(PAGE)], cwd=made, env=environment, check=True, timeout=120)
    return made


def printed(folder: Path, program: str) -> str:
    """By a program of the page, which is whole."""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_programs_print_what_they_are_said_to(folder: Path) -> None:
    costs, evenness, failures, everything = (printed(folder, program) for program in written(PAGE, "python"))
    trials = list(RunDirectory(folder / "runs" / LATEST).trials())
    valid = [trial for trial in trials if trial.verdict != "INVALID"]

    of_one = [t.cpu_s_per_request["service"] * 1000 for t in valid if (t.cell, t.block) == ("optimized-x1", 1)]
    first, second = costs.splitlines()[-2:]
    assert second.split() == ["1", "NaN", f"{sum(of_one) / len(of_one):.3f}"]
    assert (first.split()[0], len(first.split())) == ("0", 3)

    assert evenness.splitlines()[0].split() == ["p95_ms", "cores_service", "in_flight"]
    assert f"[{len(trials)} rows x 3 columns]" in evenness or len(evenness.splitlines()) == len(trials) + 2

    failed = sum(record.count for t in valid for record in t.endpoints if record.failure and t.counts(record.second))
    assert failed
    assert sum(int(line.split("│")[5]) for line in failures.splitlines() if "5xx" in line) == failed

    rows = {
        tuple(line.split("│")[place].strip() for place in (1, 2)) for line in everything.splitlines() if "-x1" in line
    }
    names = {"shop-20260503-091231", LATEST}
    assert rows == {(name, cell) for name in names for cell in ("naive-x1", "optimized-x1")}


def test_the_series_that_it_names_is_there(folder: Path) -> None:
    told = yaml.safe_load((folder / "series" / "otava.yaml").read_text(encoding="utf-8"))
    (command,) = (line for block in written(PAGE, "sh") for line in block.splitlines() if line.startswith("otava "))
    assert command.split()[2] in told["tests"]
    assert command.split()[4] == "series/otava.yaml"
