"""Whole runs of kind fault: of a service whose behaviour is known, and of a shipped one with its ledger."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
import yaml
from pages import script as script_of

from scalebed.experiment.spec import Experiment
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report import Report
from scalebed.report.findings.outages import FaultView
from tests.local.test_how_to_own import yaml_blocks
from tests.local.test_own import folder, said, scalebed

__all__ = ["folder"]
pytestmark = [pytest.mark.timeout(500), pytest.mark.xdist_group("faults")]

RATE = 20
FROZEN_S = 4.0
AWAY_S = 2.0


def views(run: Path) -> dict[str, FaultView]:
    return {view.name: view for view in Report(RunDirectory(run)).analysis.faults}


def test_what_a_fault_costs_is_what_is_known_of_it(folder: Path) -> None:
    """The how-to's file, of one replica: frozen it answers nobody, and killed it is away until it is started."""
    (written,) = yaml_blocks("find-out-what-a-failure-costs")
    (folder / "scalebed.yaml").write_text(written, encoding="utf-8")
    script = "import http from 'k6/http';\nexport default function () { http.get(`${__ENV.BASE_URL}/wait/10`); }\n"
    (folder / "load.js").write_text(script, encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    *_, command = script_of("find-out-what-a-failure-costs").splitlines()
    assert command.split() == ["scalebed", "run", "--out", "faults"]
    briefly = [f"--set={each}" for each in ("replicas=[1]", "blocks=1", "episodes={first: 5s, every: 13s, times: 1}")]
    done = scalebed(folder, *command.split()[1:], "--host", "shared", *briefly, within_s=450)
    assert done.returncode in (0, 3), said(done)
    found = views(folder / "faults")
    if len(found) < 3:  # where a hypervisor takes CPU throughout
        assert done.returncode == 3, said(done)
        pytest.skip("this host was disturbed throughout")
    none, frozen, killed = found["no fault"], found["replica-frozen-4s"], found["replica-killed-2s"]
    assert none.failures == 0

    (outage,) = frozen.trials[0].outages
    assert frozen.failures == 0
    # Who came in the last half second of it waited for less than the limit.
    assert outage.late == pytest.approx(RATE * (FROZEN_S - 0.5), rel=0.35)
    assert outage.out_s == pytest.approx(FROZEN_S + 0.5, abs=1.5)
    assert outage.back_s == pytest.approx(FROZEN_S + 0.5, abs=1.5)
    assert outage.over_s is not None
    assert outage.over_s - outage.begun_s == pytest.approx(FROZEN_S, abs=0.5)

    (outage,) = killed.trials[0].outages
    assert outage.over_s is not None
    away_s = outage.over_s - outage.begun_s
    assert AWAY_S <= away_s < AWAY_S + 4
    assert outage.failed.keys() == {"5xx"}
    assert outage.failures == pytest.approx(RATE * away_s, rel=0.35)
    assert outage.back_s == pytest.approx(away_s, abs=1.6)
    assert killed.after["restarts"] == 1
    assert "replica-killed-2s" in (folder / "faults" / "report.md").read_text(encoding="utf-8")


def test_a_shipped_service_loses_no_acknowledged_write(folder: Path) -> None:
    keys = {
        "name": "ledger", "kind": "fault", "variants": ["optimized"], "workload": "ledger", "rate": 20, "replicas": [1],
        "dataset": {"contacts": 500}, "slo": {"percentile": 95, "latency_ms": 500}, "blocks": 1,
        "episodes": {"first": "5s", "every": "11s", "times": 1}, "faults": ["database-crashed", "cache-slow"],
    }  # fmt: skip
    (folder / "scalebed.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    done = scalebed(folder, "run", "--out", "run", "--host", "shared", "--json", within_s=450)
    assert done.returncode in (0, 1, 3), said(done)
    directory = RunDirectory(folder / "run")
    trials: list[Trial] = list(directory.trials())
    experiment: Experiment = directory.manifest().experiment
    assert {trial.cell for trial in trials} == set(experiment.cell_ids)
    # INVALID or not, no answer becomes a wrong one by a busy host.
    checks = {check.check: check for trial in trials for check in trial.checks}
    kept = checks["ledger: an acknowledged write is there afterwards"]
    assert kept.passed >= 48
    assert [name for name, check in checks.items() if check.failed] == []
    crashed = next(trial for trial in trials if trial.cell.endswith("database-crashed"))
    assert crashed.episodes[0].said == ("the database ended at once", "it accepted connections")
    assert crashed.counts_after["replicas ready"] == 1
    told = json.loads(done.stdout)
    assert "acknowledged" in told["answer"] or told["exit_code"] == 3
    with (folder / "run" / "faults.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["lost"] == "0" for row in rows)
