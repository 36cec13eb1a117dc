"""A testbed that is killed loses no finished trial, and what it left running can be removed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from disturbance import disturbed
from processes import children, living, names

from scalebed import paths
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.findings.conclusion import gravest

pytestmark = pytest.mark.timeout(300)

EXPERIMENT = {
    "name": "killed",
    "kind": "fixed-rate",
    "dataset": {"contacts": 2000},
    "variants": ["naive"],
    "replicas": [1],
    "workload": "detail",
    "rates": [4, 5, 6],
    "duration": "6s",
    "search": {"min_requests": 30},
    "blocks": 1,
}


def scalebed(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scalebed", *arguments]


@pytest.mark.alone
def test_killed_then_removed_then_resumed(tmp_path: Path) -> None:
    experiment = tmp_path / "killed.yaml"
    experiment.write_text(yaml.safe_dump(EXPERIMENT), encoding="utf-8")
    out = tmp_path / "run"
    trials = out / "trials"
    command = scalebed("run", str(experiment), "--out", str(out))

    with (tmp_path / "first.log").open("w") as log:
        first = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=paths.ROOT, start_new_session=True)
    try:
        deadline = time.monotonic() + 200
        while len(list(trials.glob("b*.json"))) < 1:
            assert first.poll() is None, (tmp_path / "first.log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "first.log").read_text()
            time.sleep(0.2)
        left_over = children(first.pid)
        assert any("postgres" in name for name in names(left_over))
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    finished = {path: path.read_bytes() for path in trials.glob("b*.json")}
    assert living(left_over), "kill -9 of the testbed took its children along"

    removed = subprocess.run(scalebed("down"), capture_output=True, text=True, cwd=paths.ROOT, timeout=120, check=False)
    assert removed.returncode == 0, removed.stderr
    assert "Ended" in removed.stdout
    psutil.wait_procs(left_over, timeout=10)
    assert not living(left_over)

    second = subprocess.run(command, capture_output=True, text=True, cwd=paths.ROOT, timeout=240, check=False)
    # A busy host may spoil a trial, which is not what this is about; the exit code says the same as the records.
    concluded = [each.conclusion for each in Report(RunDirectory(out)).conclusions]
    assert second.returncode == gravest(concluded) != 2, second.stdout + second.stderr
    assert f"{len(finished)} trials are finished" in " ".join(second.stdout.split())
    made = list(RunDirectory(out).trials())
    judged = [trial.rate_asked for trial in made if not disturbed(trial)]
    assert len(judged) == len(set(judged)), "a trial was made anew though it was finished"
    assert {trial.rate_asked for trial in made} == set(EXPERIMENT["rates"])  # type: ignore[call-overload]
    assert {path: path.read_bytes() for path in finished} == finished
    assert (out / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_stops_cleanly(cache: Path, tmp_path: Path, stop: signal.Signals) -> None:
    """While its warm-up runs, or a trial: nothing is measured."""
    experiment = tmp_path / "interrupted.yaml"
    longer = {"name": "interrupted", "duration": "60s", "dataset": {"contacts": 1000}}
    experiment.write_text(yaml.safe_dump(EXPERIMENT | longer), encoding="utf-8")
    out = tmp_path / "run"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            scalebed("run", str(experiment), "--out", str(out)),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=paths.ROOT,
            env=os.environ | {"SCALEBED_CACHE": str(cache)},
            start_new_session=True,
            # Whoever runs the tests in the background may have made them ignore it.
            preexec_fn=lambda: signal.signal(stop, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )
    try:
        deadline = time.monotonic() + 200
        while not any("k6" in name for name in names(children(process.pid))):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)
        started = children(process.pid)
        os.kill(process.pid, stop)
        assert process.wait(timeout=60) == 130, (tmp_path / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert "goes on from there" in " ".join((tmp_path / "log").read_text().split())
    assert not living(started)
