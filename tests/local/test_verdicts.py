"""The same sign, two meanings: an overloaded service fails, a starved load generator spoils the trial."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from disturbance import disturbed

from scalebed import paths
from scalebed.engines.local.engine import LocalEngine
from scalebed.execution.clock import SystemClock
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell, cells
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.causes import DISTURBANCES, Kind, kinds
from scalebed.measurement.load import Load, Target
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Trial
from scalebed.search.bisection import INVALID_AT_MOST

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

EXPERIMENT: Experiment = parse_experiment(
    {
        "name": "verdicts",
        "kind": "fixed-rate",
        "dataset": {"contacts": 2000},
        "variants": ["naive", "optimized"],
        "workload": "detail",
        "rates": [30],
        "duration": "10s",
        "slo": {"latency_ms": 500},
    },
    "verdicts",
)


@contextmanager
def deployed(variant: str) -> Iterator[tuple[LocalEngine, Cell, Target]]:
    engine = LocalEngine(paths.ROOT, paths.cache(), lambda line: None)
    (cell,) = (cell for cell in cells(EXPERIMENT) if cell.variant.name == variant)
    try:
        engine.prepare(EXPERIMENT, lambda line: None)
        with engine.deploy(cell) as target:
            yield engine, cell, target
    finally:
        engine.close()


def trial(
    engine: LocalEngine, cell: Cell, target: Target, rate: float, max_vus: int, *, sequential: bool = True
) -> Trial:
    """Made again where the host disturbs it, as a runner does."""
    conductor = Conductor(target, engine.generator(), engine.probe(), SystemClock())
    conductor.warm(Load("detail", 0.0, 3.0, 10, 1, cell.contacts, concurrency=2))
    load = Load("detail", rate, 12.0, max_vus, 1, cell.contacts)
    enough = Enough(5, 30)
    assignment = Assignment(cell, 0, 0, "fixed-rate", EXPERIMENT.slo, engine.cores, enough, sequential=sequential)
    for _ in range(INVALID_AT_MOST):
        conductor.settle()
        result = conductor.conduct(assignment, load, lambda progress: None)
        if not disturbed(result):
            break
    return result


def test_overloaded_service_fails() -> None:
    """At its full length: the verdict is certain after the four seconds in which the load only begins to be one."""
    with deployed("naive") as (engine, cell, target):
        result = trial(engine, cell, target, rate=400, max_vus=1000, sequential=False)
    # Beside a disturbance that lasts a FAIL does not count, but it is seen all the same.
    assert result.judged == "FAIL", result.reasons
    assert result.verdict == ("INVALID" if disturbed(result) else "FAIL"), result.reasons
    assert _share_of_quota(result, target) > 0.8


def test_generator_short_of_users_is_invalid() -> None:
    """One VU cannot offer what is due, while the service answers well within the SLO."""
    with deployed("naive") as (engine, cell, target):
        result = trial(engine, cell, target, rate=30, max_vus=1)
    assert result.verdict == "INVALID", result.reasons
    assert Kind.DROPPED in kinds(result.causes)


def test_generator_short_of_cpu_is_invalid() -> None:
    """A generator held to a fiftieth of a core is late, and what it then measures is its own waiting.

    The service could serve several times the rate.
    """
    with deployed("optimized") as (engine, cell, target):
        if not engine.quota.limits:
            pytest.fail("no CPU quota can be set here, so a generator cannot be starved on purpose")
        (group,) = engine.groups()["generator"]
        group.limit(0.02)
        try:
            result = trial(engine, cell, target, rate=100, max_vus=200)
        finally:
            group.limit(None)
    assert result.verdict == "INVALID", result.reasons
    assert kinds(result.causes) - DISTURBANCES, "the generator is to blame, whatever else disturbed"
    assert _share_of_quota(result, target) < 0.8


def _share_of_quota(trial: Trial, target: Target) -> float:
    """What the service used from before the load to its end: a generator may starve so that no second is known."""
    assert target.service_quota is not None
    used = sum(record.cpu_s["service"] for record in trial.usage)
    return used / sum(record.interval_s for record in trial.usage) / target.service_quota
