"""The benchmarks of what happens inside a request, each run once: that they work, not how long they take."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("service", ["naive", "optimized"])
def test_every_benchmark_runs(service: str) -> None:
    # The options of the tests that run this one are none of theirs.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-disable"]
    run = subprocess.run(
        [*command, f"benchmarks/{service}"],
        cwd=ROOT,
        env=kept,
        timeout=300,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed in " in run.stdout
    assert "skipped" not in run.stdout
