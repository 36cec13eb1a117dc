"""What a run comes to as metrics, told call by call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from staged import Stage

from scalebed.execution.observer import Progress, Remaining, Resumed
from scalebed.measurement.histograms import Latencies, of_values
from scalebed.metrics import catalogue
from scalebed.metrics.catalogue import METRICS, Metric
from scalebed.metrics.tally import State, Tally
from scalebed.records.run_directory import UsageRecord


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "run") as made:
        yield made


@pytest.fixture
def tally(stage: Stage) -> Tally:
    return Tally("run", stage.directory.manifest().experiment)


def values(state: State, metric: Metric) -> dict[tuple[str, ...], float]:
    found = {}
    for point in state.points:
        if point.metric is metric:
            value = point.value
            found[tuple(point.labels.values())] = value.total if isinstance(value, Latencies) else value
    return found


def test_before_a_run_there_is_its_slo(stage: Stage, tally: Tally) -> None:
    state = tally.state()
    assert {point.metric.name for point in state.points} == {
        "scalebed.run.info",
        "scalebed.slo.latency",
        "scalebed.slo.quantile",
        "scalebed.slo.errors",
    }
    assert values(state, catalogue.SLO_QUANTILE) == {(): 0.95}
    assert state.limits_s == (stage.directory.manifest().experiment.slo.latency_ms / 1000,)


def test_a_trial_begins_at_zero(stage: Stage, tally: Tally) -> None:
    stage.tell(tally, "trial_started")
    state = tally.state()
    cell = next(iter(values(state, catalogue.DURATION)))
    assert values(state, catalogue.DURATION) == {cell: 0}
    assert values(state, catalogue.ERRORS)[*cell, "dropped"] == 0
    assert len(values(state, catalogue.TRIAL)) == 1
    assert [*values(state, catalogue.RATE_ASKED), *values(state, catalogue.USERS)] == [cell]
    assert values(state, catalogue.REPLICAS)[*cell, "ready"] == 1


def test_seconds_add_up_to_what_the_records_have(stage: Stage, tally: Tally) -> None:
    stage.tell(tally)
    state = tally.state()
    trials = list(stage.directory.trials())
    for cell in {trial.cell for trial in trials}:
        mine = [trial for trial in trials if trial.cell == cell]
        variant = mine[0].variant
        served = sum(e.count for trial in mine for e in trial.endpoints if not e.error)
        failed = sum(e.count for trial in mine for e in trial.endpoints if e.error)
        labels = (cell, variant, "1")
        assert values(state, catalogue.DURATION)[labels] == served
        errors = {key: value for key, value in values(state, catalogue.ERRORS).items() if key[:3] == labels}
        assert sum(errors.values()) == failed + sum(g.dropped for trial in mine for g in trial.generator)
        arrived = sum(g.arrivals + g.dropped for trial in mine for g in trial.generator)
        assert values(state, catalogue.ARRIVALS)[labels] == arrived
        verdicts = {key[3]: value for key, value in values(state, catalogue.TRIALS).items() if key[:3] == labels}
        assert sum(verdicts.values()) == len(mine)
        assert verdicts["PASS"] == sum(trial.verdict == "PASS" for trial in mine)
        used = sum(usage.cpu_s["service"] for trial in mine for usage in trial.usage)
        assert values(state, catalogue.CPU)[*labels, "service"] == pytest.approx(used)


def test_between_trials_there_is_none_under_way(stage: Stage, tally: Tally) -> None:
    stage.tell(tally, "second", 3)
    assert values(tally.state(), catalogue.IN_FLIGHT)
    stage.tell(tally, "trial_finished")
    state = tally.state()
    for metric in (catalogue.TRIAL, catalogue.IN_FLIGHT, catalogue.RATE_ASKED, catalogue.REPLICAS):
        assert values(state, metric) == {}
    assert values(state, catalogue.DURATION)


def test_what_is_not_read_each_second_stands_until_it_is_read_again(stage: Stage, tally: Tally) -> None:
    stage.tell(tally, "second", 3)
    before = tally.state()
    now = Progress(4, 100.0, 5.0, 2.0, 0, "UNDECIDED", arrivals=400)
    tally.second(now)
    for metric in (catalogue.LAG, catalogue.MEMORY, catalogue.REPLICAS):
        assert values(tally.state(), metric) == values(before, metric) != {}
    assert list(values(tally.state(), catalogue.IN_FLIGHT).values()) == [2.0]


def test_what_was_found_stays(stage: Stage, tally: Tally) -> None:
    stage.tell(tally)
    repetitions = list(stage.directory.repetitions())
    found = values(tally.state(), catalogue.CAPACITY)
    for each in repetitions:
        assert found[each.cell, each.variant, "1", str(each.block), "estimate", "requests"] == each.capacity
    assert values(tally.state(), catalogue.REPETITIONS_DONE) == {(): len(repetitions)}


def test_a_repetition_that_is_made_again_takes_the_place_of_the_one_before(stage: Stage, tally: Tally) -> None:
    repetition = next(iter(stage.directory.repetitions()))
    left = Remaining(1, 4, 10.0)
    for lower, upper in ((20.0, None), (22.0, 30.0)):
        tally.repetition_finished(repetition.model_copy(update={"lower": lower, "upper": upper}), left)
    found = values(tally.state(), catalogue.CAPACITY)
    assert {key[4]: value for key, value in found.items()} == {
        "estimate": repetition.capacity,
        "lower": 22.0,
        "upper": 30.0,
    }
    told = [(point.metric, *point.labels.items()) for point in tally.state().points]
    assert len(set(told)) == len(told)


def test_a_state_has_the_points_of_a_metric_together(stage: Stage, tally: Tally) -> None:
    stage.tell(tally, "second", 40)
    order = [METRICS.index(point.metric) for point in tally.state().points]
    assert order == sorted(order)
    assert all(set(point.labels) == set(point.metric.labels) for point in tally.state().points)


@pytest.mark.parametrize(("latency_of", "missed", "judged"), [("all", 5, 10), ("successes", 2, 7)])
def test_what_misses_the_slo_is_as_a_verdict_has_it(stage: Stage, latency_of: str, missed: int, judged: int) -> None:
    spec = stage.directory.manifest().experiment
    slo = spec.slo.model_copy(update={"latency_of": latency_of, "latency_ms": 100.0})
    tally = Tally("run", spec.model_copy(update={"slo": slo}))
    stage.tell(tally, "trial_started")
    tally.second(
        Progress(1, 10.0, 5.0, 0.0, 3, "UNDECIDED", latencies=of_values([10] * 5 + [200, 300]), failures={"5xx": 3})
    )
    assert list(values(tally.state(), catalogue.MISSED).values()) == [missed]
    assert list(values(tally.state(), catalogue.JUDGED).values()) == [judged]


def test_a_run_that_goes_on_knows_what_was_found_before(stage: Stage) -> None:
    before = list(stage.directory.repetitions())
    tally = Tally("run", stage.directory.manifest().experiment, stage.directory.repetitions)
    tally.run_started([], None, Remaining(0, 4, 60.0))
    assert values(tally.state(), catalogue.CAPACITY) == {}
    tally.run_started([], Resumed(len(before), 9), Remaining(len(before), 4, 60.0))
    assert len({key[:4:3] for key in values(tally.state(), catalogue.CAPACITY)}) == len(before)


def test_a_host_that_is_not_read_has_no_figures(stage: Stage, tally: Tally) -> None:
    stage.tell(tally, "trial_started")
    used = UsageRecord(
        at_s=1.0, interval_s=1.0, cpu_s={}, throttled_s={}, memory_bytes={}, host_busy_s=0.0, host_steal_s=0.0
    )
    tally.second(Progress(1, 10.0, 5.0, 0.0, 0, "UNDECIDED", usage=used))
    assert values(tally.state(), catalogue.HOST_CPU) == {}


def test_counters_never_fall(stage: Stage, tally: Tally) -> None:
    before: dict[tuple[str, tuple[str, ...]], float] = {}
    while stage.calls:
        stage.tell(tally, "second", 7)
        state = tally.state()
        now = {
            (metric.name, labels): value
            for metric in METRICS
            if metric.kind != "gauge"
            for labels, value in values(state, metric).items()
        }
        assert all(now[key] >= value for key, value in before.items())
        before = now
    assert before
