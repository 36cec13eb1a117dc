"""How much memory a replica took, and what is written for it under `resources`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from recorded import experiment, trial
from synthetic import NAIVE, Synthetic

from scalebed.measurement.memory import Taken
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report import Report
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.conclusion import Conclusion, conclude
from scalebed.report.findings.memory import Memory, Reading, Resources, of_cell, reading

MIB = 2**20
FINGERPRINT = {"cores": 8, "quota": {"kind": "cgroup v2", "period_ms": 100, "memory": "cgroup v2"}}
SPEC = {"variants": ["naive"], "kind": "fixed-rate", "rates": [3], "duration": 200, "replicas": [1], "blocks": 1}


def took(mebibytes: int, **more: Any) -> Taken:
    keys: dict[str, Any] = {"elsewhere_bytes": 0, "peak_bytes": None, "highest_bytes": None, "kills": 0, "lost": False}
    return Taken(working_set_bytes=mebibytes * MIB, **{**keys, **more})


def run(folder: Path, memory: tuple[Taken, ...], limit: str | None = None, **update: Any) -> RunDirectory:
    spec: Mapping[str, Any] = {**SPEC, "memory_per_replica": limit}
    directory = Synthetic(folder, {"naive": NAIVE}, spec, fingerprint=FINGERPRINT).write()
    for each in list(directory.trials()):
        directory.add_trial(each.model_copy(update={"memory": memory, **update}))
    return directory


def seen(trials: Trial) -> Reading | None:
    return reading(trials, experiment())


def test_the_replica_that_took_most_with_its_programs() -> None:
    both = trial(memory=[took(100), took(80, elsewhere_bytes=30 * MIB, highest_bytes=95 * MIB)])
    assert seen(both) == Reading("working set", 110 * MIB, 95 * MIB)


def test_what_was_killed_had_taken_all_that_it_might() -> None:
    assert seen(trial(memory=[took(1, kills=1, lost=True, highest_bytes=64 * MIB)])) == Reading(
        "working set", 64 * MIB, 64 * MIB
    )


def test_without_control_groups_it_is_resident_memory_and_in_a_cluster_the_kubelet_s() -> None:
    usage = {"interval_s": 1, "cpu_s": {}, "throttled_s": {}, "memory_bytes": {}, "host_busy_s": 0, "host_steal_s": 0}
    old = trial(usage=[{"at_s": 1, "replica_memory_bytes": [5, 9], **usage}, {"at_s": 2, **usage}])
    assert reading(old, experiment()) == Reading("resident", 9, None)
    assert reading(old, experiment(engine="kubernetes")) == Reading("working set", 9, None)
    assert reading(trial(), experiment()) is None


def test_a_quarter_is_added_and_rounded_up() -> None:
    at_rate, beyond = Reading("working set", 100 * MIB, 90 * MIB), Reading("working set", 120 * MIB, 130 * MIB)
    assert of_cell([at_rate], [at_rate, beyond], 512 * MIB, 0.25) == Memory(
        "working set", 100 * MIB, 120 * MIB, 130 * MIB, 512 * MIB, Resources("250m", "160Mi")
    )


def test_nothing_is_advised_without_a_load_or_where_it_was_not_enough() -> None:
    found = of_cell([], [Reading("working set", 100 * MIB, None)], None, 0.25)
    assert found is not None
    assert (found.resources, found.at_rate_bytes) == (None, None)
    assert of_cell([], [], None, 0.25) is None


def test_without_a_quota_no_cpu_is_advised() -> None:
    found = of_cell([Reading("resident", 12 * MIB, None)], [Reading("resident", 12 * MIB, None)], None, None)
    assert found is not None
    assert found.resources is not None
    assert found.resources.yaml == "resources:\n  requests: {memory: 16Mi}\n  limits: {memory: 16Mi}"


def test_the_report_says_what_to_write(folder: Path) -> None:
    directory = run(folder, (took(100, highest_bytes=140 * MIB),), "512Mi")
    Report(directory).write()
    for name in ("report.md", "report.html"):
        text = (directory.path / name).read_text()
        assert "requests: {cpu: 250m, memory: 128Mi}\n  limits: {cpu: 250m, memory: 128Mi}" in text
        assert "A quarter is added" in text
        assert "which a kubelet evicts by" in text
    assert "| naive | 1 | 100 | 100 | 140 | 512 |" in (directory.path / "report.md").read_text()
    assert "- Memory limit: 512 MiB a replica, by cgroup v2; nothing was killed" in (
        (directory.path / "report.md").read_text()
    )
    (row,) = csv.DictReader((directory.path / "cells.csv").read_text().splitlines())
    assert (row["memory_bytes"], row["resources_cpu"], row["resources_memory"]) == (str(100 * MIB), "250m", "128Mi")
    assert row["memory_killed"] == "0"


def test_a_kill_stands_wherever_the_figure_does_and_nothing_is_advised(folder: Path) -> None:
    killed = took(1, kills=1, lost=True, highest_bytes=64 * MIB)
    directory = run(folder, (killed,), "64Mi", verdict="FAIL", reasons=("The kernel killed it.",))
    report = Report(directory)
    report.write()
    assert "The kernel killed for lack of memory, of naive, one replica in one trial: 64 MiB a replica" in report.answer
    for name in ("report.md", "report.html", "cells.csv", "junit.xml"):
        assert "killed for memory" in (directory.path / name).read_text()
    assert "resources:" not in (directory.path / "report.md").read_text()
    (only,) = analyse(directory).conclusions
    assert (only.conclusion, only.reason) == (
        Conclusion.NO,
        "The SLO was missed at 3/s, as the kernel killed a replica for lack of memory.",
    )


def test_where_nobody_looked_nothing_is_said_of_kills(folder: Path) -> None:
    """As in a cluster, whose readings know of none."""
    (seen,) = [each for each in analyse(run(folder, (), "64Mi")).checks if each.subject == "Memory limit"]
    assert (seen.seen, seen.level) == ("64 MiB a replica; whether anything was killed was not looked at", "note")


def test_a_limit_that_was_not_in_force_is_a_caveat(folder: Path) -> None:
    fingerprint = {**FINGERPRINT, "quota": {"kind": "systemd scopes", "memory": "none"}}
    spec = {**SPEC, "memory_per_replica": "64Mi"}
    report = Report(Synthetic(folder, {"naive": NAIVE}, spec, fingerprint=fingerprint).write())
    assert [caveat.kind for caveat in report.caveats] == ["no memory limit"]
    assert "memory_per_replica was not in force" in report.answer


@pytest.mark.parametrize("killed", [True, False])
def test_an_answer_of_no_says_whether_it_was_for_memory(killed: bool) -> None:
    spec = experiment(variants=["naive"], kind="closed", users=5, duration="10s")
    failed = trial(purpose="closed", rate_asked=0, verdict="FAIL", memory=[took(1, kills=int(killed))], usage=[])
    (only,) = conclude(spec, ["naive-x1"], [], [failed])
    assert ("for lack of memory" in only.reason) is killed
