from __future__ import annotations

import math

import pytest
from faulty import experiment as faults
from recorded import trial

from scalebed.experiment.plan import plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.causes import Verdict
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Purpose, Repetition
from scalebed.search.bisection import Answer, Ask
from scalebed.search.schedule import COMPARED_CUT_S, FAULTS_AT_MOST, REST_S, Schedule, warmup_users

SPEC = parse_experiment({"name": "schedule", "variants": ["a", "b"], "blocks": 3}, "schedule.yaml")


def matrix(**keys: object) -> Experiment:
    return parse_experiment(
        {
            "name": "schedule", "kind": "matrix", "duration": "20s", "blocks": 2, "control": True,
            "matrix": {"variants": ["a", "b"]}, "search": {"max_trial": "45s"}, **keys,
        },
        "schedule.yaml",
    )  # fmt: skip


def seeds(spec: Experiment, purpose: Purpose) -> list[int]:
    schedules = [Schedule(spec, step, [], 0.25) for step in plan(spec)]
    return [seed for s in schedules for seed in (s.warmup_seed(), s.seed(purpose, 0), s.seed(purpose, 1))]


def test_loads_of_unlike_trials_have_unlike_seeds_and_the_same_trial_the_same() -> None:
    assert len(set(seeds(SPEC, "bisect"))) == len(seeds(SPEC, "bisect")) == 18
    assert seeds(SPEC, "bisect") == seeds(SPEC, "bisect")


def test_an_earlier_block_saves_the_unloaded_trial_and_gives_the_first_rate() -> None:
    step = next(s for s in plan(SPEC) if s.block == 1 and s.cell.id == "a-x1")
    earlier = Repetition(
        cell="a-x1", variant="a", replicas=1, block=0, capacity=200, lower=200, upper=209, outcome="found", trials=5
    )  # fmt: skip
    first, later = Schedule(SPEC, step, [], 0.25).next([]), Schedule(SPEC, step, [earlier], 0.25).next([])
    assert isinstance(first, Ask)
    assert isinstance(later, Ask)
    assert first.purpose == "unloaded"
    assert later.purpose == "bracket"
    spread = 1.05 ** (3 / 2)
    assert 200 / spread <= later.rate <= 200 * spread


@pytest.mark.parametrize(
    ("search", "spread"),
    [
        ({"precision": 0.05}, 1.05**3),
        ({"precision": 0.2}, 1.35),
        ({"precision": 0.5}, 1.5),
        ({"precision": 0.1, "spread": 1}, 1.1),
    ],
)
def test_first_rates_are_spread_by_the_precision_and_no_further_than_a_third(
    search: dict[str, float], spread: float
) -> None:
    spec = parse_experiment({"name": "schedule", "variants": ["a"], "blocks": 50, "search": search}, "schedule.yaml")
    keys = {"cell": "a-x1", "variant": "a", "replicas": 1, "block": 0, "lower": 200, "upper": 209, "trials": 5}
    earlier = Repetition.model_validate({**keys, "capacity": 200, "outcome": "found"})
    asks = [Schedule(spec, step, [earlier], 0.25).next([]) for step in plan(spec) if step.block]
    found = [ask.rate for ask in asks if isinstance(ask, Ask)]
    assert len(found) == 49
    assert 0.8 * math.log(spread) < math.log(max(found) / min(found)) < math.log(spread)


def test_what_is_compared_gets_the_same_requests_in_a_block_and_others_in_the_next() -> None:
    spec = matrix(rate=3)
    by_block = [{Schedule(spec, s, [], 0.25).seed("fixed-rate", 0) for s in plan(spec) if s.block == b} for b in (0, 1)]
    assert [len(seeds) for seeds in by_block] == [1, 1]
    assert by_block[0] != by_block[1]
    again = {Schedule(spec, s, [], 0.25).seed("fixed-rate", 1) for s in plan(spec) if s.block == 0}
    assert again == by_block[0]
    searched = {Schedule(spec, s, [], 0.25).seed("bracket", 1) for s in plan(spec)}
    assert len(searched) == len(plan(spec))


def test_a_comparison_is_one_trial_at_the_common_rate() -> None:
    spec = matrix(rate=3)
    schedule = Schedule(spec, plan(spec)[0], [], 0.25)
    ask = schedule.next([])
    assert isinstance(ask, Ask)
    assert (ask.purpose, ask.rate, ask.users) == ("fixed-rate", 3, None)
    assert (schedule.duration_s(ask, []), schedule.cut_s(ask.purpose)) == (20, COMPARED_CUT_S)
    assert schedule.rest_s(ask.purpose) == REST_S
    answer = schedule.next([trial(purpose="fixed-rate", rate_asked=3, verdict="FAIL")])
    assert isinstance(answer, Answer)
    assert schedule.repetition(answer, 1).outcome == "measured"


@pytest.mark.parametrize(("verdicts", "left"), [(["INVALID"], True), (["INVALID"] * 3, False)])
def test_a_spoiled_comparison_is_tried_again_but_not_for_ever(verdicts: list[Verdict], left: bool) -> None:
    spec = matrix(rate=3)
    tried = [trial(purpose="fixed-rate", rate_asked=3, verdict=verdict) for verdict in verdicts]
    assert isinstance(Schedule(spec, plan(spec)[0], [], 0.25).next(tried), Ask) == left


def test_users_are_each_cell_s_own() -> None:
    spec = matrix(matrix={"variants": ["a"], "factors": {"users": [2, 50]}})
    asked = {s.cell.id: Schedule(spec, s, [], 0.25).next([]) for s in plan(spec)}
    assert {name: (ask.purpose, ask.users) for name, ask in asked.items() if isinstance(ask, Ask)} == {
        "a-x1-u2": ("closed", 2), "a-x1-u50": ("closed", 50),
        "a-again-x1-u2": ("closed", 2), "a-again-x1-u50": ("closed", 50),
    }  # fmt: skip
    assert {warmup_users(s.cell) for s in plan(spec)} == {4, 50}


def test_capacity_is_sought_after_the_comparison_where_it_is_asked_for() -> None:
    spec = matrix(rate=3, capacity=["b"])
    compared = trial(purpose="fixed-rate", rate_asked=3)
    nexts = {}
    for step in plan(spec):
        schedule = Schedule(spec, step, [], 0.25)
        assert isinstance(schedule.next([]), Ask)
        nexts[step.cell.variant.name] = schedule, schedule.next([compared])
    assert isinstance(nexts["a"][1], Answer)
    schedule, ask = nexts["b"]
    assert isinstance(ask, Ask)
    assert (ask.purpose, schedule.duration_s(ask, []), schedule.cut_s(ask.purpose)) == ("unloaded", 45, None)
    assert schedule.rest_s(ask.purpose) == 0
    found = Answer("found", 12.0, 12.0, 13.0, "")
    assert (schedule.repetition(found, 5).outcome, schedule.repetition(found, 5).capacity) == ("found", 12)


def test_a_trial_lasts_longer_where_its_requests_would_be_too_few_to_judge() -> None:
    def seconds(rate: float, **keys: object) -> float:
        spec = parse_experiment({"name": "schedule", "variants": ["a"], **keys}, "schedule.yaml")
        ask = Ask("bracket", rate, Enough(9, spec.search.min_requests))
        return Schedule(spec, plan(spec)[0], [], 0.25).duration_s(ask, [])

    high = {"slo": {"percentile": 99.9}}
    assert seconds(3) == seconds(100, **high) == 60
    assert seconds(10, **high) == pytest.approx((916 + 2 * 916**0.5) / 10 + 5)
    assert seconds(1) == pytest.approx((92 + 2 * 92**0.5) / 1 + 5)
    assert seconds(0.5, **high) == 900
    assert seconds(0.0, **high) == 60  # one user alone
    around = {**high, "search": {"around": {"a-x1": 10}}}
    assert seconds(7, **around) == seconds(12.5, **around) == pytest.approx((916 + 2 * 916**0.5) / 7 + 5)


def test_journeys_of_several_requests_take_as_many_seconds_fewer_to_judge() -> None:
    spec = parse_experiment({"name": "schedule", "variants": ["a"]}, "schedule.yaml")
    schedule, ask = Schedule(spec, plan(spec)[0], [], 0.25), Ask("bracket", 0.5, Enough(9, spec.search.min_requests))
    of_four = [trial(requests=each, journeys=journeys) for each, journeys in ((100, 25), (30, 0), (43, 10), (80, 20))]
    whole = (92 + 2 * 92**0.5) / 0.5 + 5
    assert schedule.duration_s(ask, [trial()]) == pytest.approx(whole)
    assert schedule.duration_s(ask, of_four) == pytest.approx((23 + 2 * 23**0.5) / 0.5 + 5)


def test_every_cell_of_a_block_gets_the_same_requests_whatever_fails_in_it() -> None:
    spec = faults(variants=["naive", "optimized"])
    by_block = [
        {Schedule(spec, s, [], 0.5).seed("fixed-rate", i) for s in plan(spec) if s.block == b for i in (0, 1)}
        for b in range(3)
    ]
    assert [len(seeds) for seeds in by_block] == [1, 1, 1]
    assert len(set().union(*by_block)) == 3
    warmed = {Schedule(spec, step, [], 0.5).warmup_seed() for step in plan(spec)}
    assert len(warmed) == len(plan(spec)), "but each its own warm-up"


def test_a_fault_is_one_trial_at_the_rate_of_its_cell() -> None:
    shared = {"rate": None, "share": 0.5, "capacity_per_replica": {"naive": 40, "optimized": 300}}
    spec = faults(variants=["naive", "optimized"], replicas=[1, 2], **shared)
    asked: dict[str, set[float]] = {}
    for step in plan(spec):
        schedule = Schedule(spec, step, [], 0.5)
        ask = schedule.next([])
        assert isinstance(ask, Ask)
        assert (ask.purpose, ask.users, schedule.duration_s(ask, [])) == ("fixed-rate", None, 50)
        assert (schedule.cut_s(ask.purpose), schedule.rest_s(ask.purpose)) == (COMPARED_CUT_S, 0)
        asked.setdefault(f"{step.cell.variant.name}-x{step.cell.replicas}", set()).add(ask.rate)
        done = [trial(purpose="fixed-rate", rate_asked=ask.rate, verdict="FAIL")]
        answer = schedule.next(done)
        assert isinstance(answer, Answer)
        assert (schedule.repetition(answer, 1).outcome, answer.again) == ("measured", False)
        assert schedule.foreseen([], ask) == ()
    assert asked == {"naive-x1": {20}, "naive-x2": {40}, "optimized-x1": {150}, "optimized-x2": {300}}


def test_a_fault_of_which_every_trial_was_spoiled_is_tried_at_the_end_of_the_block() -> None:
    spec = faults()
    schedule = Schedule(spec, plan(spec)[0], [], 0.5)
    spoiled = [trial(purpose="fixed-rate", rate_asked=20, verdict="INVALID")] * FAULTS_AT_MOST
    assert isinstance(schedule.next(spoiled[1:]), Ask)
    answer = schedule.next(spoiled)
    assert isinstance(answer, Answer)
    assert (answer.again, answer.note) == (True, f"INVALID {FAULTS_AT_MOST} times at 20/s.")
