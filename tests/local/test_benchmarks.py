"""The benchmarks of what happens inside a request, each run once: that they work, not how long they take."""

import os
import subprocess
import sys

import pytest

from scalebed.paths import ROOT

ONCE = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-disable"]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder, without the options of the tests that run this one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, cwd=ROOT, env=kept, timeout=300, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("service", ["naive", "optimized"])
def test_every_benchmark_runs(service: str) -> None:
    once = run(*ONCE, f"benchmarks/{service}")
    assert once.returncode == 0, once.stdout + once.stderr
    assert " passed in " in once.stdout
    assert "skipped" not in once.stdout


def test_the_command_prints_both_services_side_by_side() -> None:
    printed = run("scripts/benchmark-request", "-k", "token", "--benchmark-max-time=0.01", "--benchmark-min-rounds=1")
    assert printed.returncode == 0, printed.stdout + printed.stderr
    verified = printed.stdout.partition("benchmark 'token verified': 3 tests")[2]
    assert "(naive)" in verified
    assert "test_verify[joserfc] (optimized)" in verified
