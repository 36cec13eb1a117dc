"""Every variant of every shipped ablation and matrix answers its workload; one ablation runs from end to end."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from disturbance import disturbed
from quick import of_these_quick

from scalebed import paths
from scalebed.engines.local.engine import LocalEngine
from scalebed.engines.local.isolation.quota import Quota
from scalebed.execution.clock import SystemClock
from scalebed.execution.observer import Silent
from scalebed.execution.runner import Runner
from scalebed.experiment.plan import Cell, cells
from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.spec import Experiment, load_experiment
from scalebed.measurement.load import Load
from scalebed.measurement.usage import BESIDE
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report

SMALL = ["dataset.contacts=1000", "control=false", "cpu_per_replica=1"]
AT_MOST_S = 30.0
ENOUGH = 20
USERS = 4


def shipped() -> dict[str, Experiment]:
    every = {name: load_experiment(path, []) for name, path in shipped_experiments().items()}
    return {name: load_experiment(shipped_experiments()[name], SMALL) for name, e in every.items() if e.compares}


COMPARISONS = shipped()
QUICK = {"leave-one-out", "peers", "matrix/async", "matrix/json"}
"""Of every service, every optimisation once; what others combine keeps the contract in tests/contract."""


@pytest.fixture
def unlimited(cache: Path) -> LocalEngine:
    """Without quotas: nothing is measured here, and starting takes a third of the time."""
    engine = LocalEngine(paths.ROOT, cache, lambda line: None)
    engine.quota = Quota("none")
    return engine


def statuses(engine: LocalEngine, cell: Cell, workload: str) -> Counter[int]:
    """What the variant answers, by status, until it has answered often enough."""
    seen: Counter[int] = Counter()
    with engine.deploy(cell) as target:
        load = Load(workload, 0.0, AT_MOST_S, USERS, 7, cell.contacts, concurrency=USERS)
        run = engine.generator().start(target, load)
        try:
            while not run.finished and seen.total() < ENOUGH:
                for line in run.poll(0.5)[0]:
                    seen[line.status] += line.count
        finally:
            run.stop()
        assert run.failure is None, (cell.id, run.failure)
    return seen


def test_what_people_ask_for_is_shipped() -> None:
    matrices = {"workers", "pools", "pgbouncer", "json", "async", "views", "orm", "servers", "jwt"}
    assert COMPARISONS.keys() >= {"ablation-ladder", "leave-one-out", *(f"matrix/{name}" for name in matrices)}


@pytest.mark.parametrize("name", of_these_quick(COMPARISONS, QUICK))
def test_every_variant_answers(name: str, unlimited: LocalEngine) -> None:
    experiment = COMPARISONS[name]
    first = {cell.variant.name: cell for cell in reversed(cells(experiment))}
    try:
        unlimited.prepare(experiment, lambda line: None)
        for cell in first.values():
            seen = statuses(unlimited, cell, experiment.workload)
            assert seen.total() >= ENOUGH, (cell.id, seen)
            assert {status // 100 for status in seen} == {2}, (cell.id, seen)
    finally:
        unlimited.close()


@pytest.mark.alone
def test_an_ablation_from_end_to_end(cache: Path, tmp_path: Path) -> None:
    steps = "ablation.steps=[{name: no-cache, switches: {cache: 'off'}}]"
    overrides = ["dataset.contacts=2000", "blocks=1", "rate=20", "duration=8s", steps, "ablation.pairs=[]"]
    experiment = load_experiment(shipped_experiments()["leave-one-out"], [*overrides, "control=false"])
    directory = RunDirectory(tmp_path / "run")
    engines = [LocalEngine(paths.ROOT, cache, lambda line: None, beside=beside) for beside in (False, True)]
    Runner(engines[0], SystemClock(), directory, experiment, Silent(), beside=engines[1]).run()

    # What the host has spoiled is measured again, and again spoiled where it goes on; it was carried out all the same.
    trials = [trial for trial in directory.trials() if trial.verdict != "INVALID" or disturbed(trial)]
    assert {trial.cell for trial in trials} == {"optimized-x1", "no-cache-x1"}
    for trial in trials:
        assert trial.beside is not None
        # What the other side uses is no other program's doing.
        assert trial.foreign_cores < trial.utilisation[BESIDE] or disturbed(trial) or trial.beside.index is None
        assert trial.errors == {}
        assert trial.warmup_cut_s == 3
        assert trial.database_time_s_per_request is not None
    by_variant = {trial.variant: trial for trial in trials}
    cached, uncached = by_variant["optimized"], by_variant["no-cache"]
    assert (uncached.database_time_s_per_request or 0) > (cached.database_time_s_per_request or 0) > 0

    assert Report(directory).write().stat().st_size > 10_000
    # What passed beside something that took CPU counts, but not its CPU and its database's time.
    told = {(t.cell, t.index): t for t in trials if t.verdict != "INVALID" and not disturbed(t)}
    beside = [(t.beside.cell, t.beside.index) for t in told.values() if t.beside is not None]
    if any(other in told for other in beside):
        _compared(directory)


def _compared(directory: RunDirectory) -> None:
    assert "No interval: one block" in Report(directory).answer
    with (directory.path / "comparison.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["variant"], row["measure"]): row for row in csv.DictReader(file)}
    assert float(rows["no-cache", "cpu"]["ratio"]) > 1
    # Empty where something else took CPU in each of the trials of a side alone.
    assert 0.3 < float(rows["no-cache", "cpu"]["beside"] or 1) < 3
