"""A load and an autoscaler in a world: what must hold whatever comes, and what was measured in a cluster."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import PER_REPLICA, service, setting, spec, step, world
from hypothesis import given, settings
from hypothesis import strategies as st

from scalebed.forecast import drawing
from scalebed.forecast.forecast import foretell
from scalebed.forecast.load import Load
from scalebed.forecast.setting import Setting
from scalebed.forecast.simulation import Clients, simulate


def test_a_load_that_never_changes_changes_nothing() -> None:
    """170 a second use 57% of three replicas, which is within the tolerance of a target of 60%."""
    course = simulate(service(), setting(), Load("even", np.full(300, 170.0)), world())
    assert set(course.receiving.tolist()) == {3}
    assert not course.failed.any()
    assert not course.waiting.any()


def test_a_step_is_followed_in_whole_looks_and_starts() -> None:
    course = simulate(service(), setting(), step(), world())
    rises = np.flatnonzero(np.diff(course.receiving)) + 1
    asked = np.flatnonzero(np.diff(course.desired)) + 1
    assert course.receiving[:60].max() == 1
    # Full replicas ask for 1/0.6 times as many, and what has piled up keeps them full: more come than the load needs.
    assert list(dict.fromkeys(course.desired[:240].tolist())) == [1, 2, 4, 7]
    # The controller looks at second 7 of every 15, of which the next second is the first that shows it, and each start
    # takes 5 s; the lead is a minute.
    assert all((second + 60 - 1) % 15 == 7 for second in asked)
    assert (rises[:3] - asked[:3]).tolist() == [4, 4, 4]


@settings(max_examples=40, deadline=None)
@given(
    rates=st.lists(st.floats(0, 900), min_size=1, max_size=200).filter(any),
    least=st.integers(1, 4),
    target=st.integers(10, 100),
    room=st.sampled_from([float("inf"), 50.0, 0.0]),
)
def test_every_request_is_served_fails_or_waits(rates: list[float], least: int, target: int, room: float) -> None:
    load = Load("any", np.array(rates))
    course = simulate(service(), setting(least, 8, target), load, world(), Clients(30.0, room))
    done = course.served.sum() + course.failed.sum() + course.waiting[-1]
    assert done == pytest.approx(load.rates.sum() + course.before)
    assert (course.served <= course.receiving * PER_REPLICA + 1e-9).all()
    assert (course.waiting <= min(room, 30 * 8 * PER_REPLICA) + 1e-9).all()
    assert course.replicas.min() >= least
    assert course.replicas.max() <= 8
    assert (course.receiving <= course.replicas).all()


def test_what_finds_no_room_fails() -> None:
    course = simulate(service(), setting(1, 1), step(), world(), Clients(most_waiting=10))
    assert course.waiting.max() == 10
    assert course.failed[60:240].sum() == pytest.approx(180 * 150 - 10)


def test_what_waits_too_long_fails() -> None:
    course = simulate(service(), setting(1, 1), step(), world(), Clients(patience_s=2))
    assert course.waiting.max() == 2 * PER_REPLICA


def test_scaling_in_waits_for_its_window() -> None:
    quick = setting(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}})
    slow = setting(behavior={"scaleDown": {"stabilizationWindowSeconds": 300}})
    load = step(after=400)
    first = [int(np.argmax(np.diff(simulate(service(), each, load, world()).replicas) < 0)) for each in (quick, slow)]
    assert 240 < first[0] < 300
    assert first[1] >= first[0] + 285


def test_a_target_above_what_a_replica_may_use_never_scales() -> None:
    course = simulate(service(), setting(target=95), step(), world())
    assert course.replicas.max() == 1


def test_requests_below_limits_let_it_see_more() -> None:
    """1 → 2 → 4 where limits equal requests, and at once where the request is a quarter (docs/reference/hpa.md)."""
    capped = simulate(service(), setting(), step(high=400), world())
    free = simulate(service(), setting(request=0.025), step(high=400), world())
    assert sorted(set(capped.desired[:150].tolist()))[:2] == [1, 2]
    assert sorted(set(free.desired[:150].tolist()))[1] >= 4


def test_a_rate_is_seen_sooner_than_its_cpu() -> None:
    metric = {"name": "arrivals"}
    target = {"type": "AverageValue", "averageValue": "60"}
    by_rate = Setting(
        spec(metrics=[{"type": "External", "external": {"metric": metric, "target": target}}]),
        0.1,
        rate_metric="arrivals",
        rate_window_s=15,
    )
    first = [
        int(np.argmax(np.diff(simulate(service(), each, step(), world()).desired) > 0)) for each in (by_rate, setting())
    ]
    assert 60 <= first[0] < first[1]


def test_a_world_that_does_not_reach_far_enough_is_refused() -> None:
    with pytest.raises(ValueError, match="the world knows 3 replicas, and the setting has 10"):
        simulate(service(), setting(), step(), world(3))


def test_what_was_measured_in_a_cluster_lies_in_the_band() -> None:
    """`hpa-step`, whose setting, capacity and CPU an arrival stand in docs/results/hpa-step: three trials of 360 s in
    kind (Kubernetes 1.34.4) were out of the SLO for 164 s, took 707 replica-seconds a trial, and the first new replica
    got requests 41 s after the load rose."""
    shop = service({1: 266.0}, cpu_s=0.0006, idle_cores=0.003, limit_cores=0.15, full_at=0.95, start_s=(5.0, 6.0))
    down = {"stabilizationWindowSeconds": 30, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}
    told = setting(1, 3, request=0.15, behavior={"scaleDown": down})
    load = step(40, 400, 60, 180, 120)
    clients = Clients(most_waiting=1480)
    forecast = foretell(shop, told, load, drawing.worlds(shop, 40, 4, 7), clients)
    out, paid = forecast.of(lambda o: o.seconds_out), forecast.of(lambda o: o.replica_seconds)
    first = [int(np.argmax(outcome.course.receiving > 1)) - 60 for outcome in forecast.outcomes]
    assert out.low <= 164 / 3 <= out.high
    assert paid.low <= 707 <= paid.high
    assert min(first) <= 41 <= max(first)
    assert np.mean(first) == pytest.approx(41, abs=8)


def test_a_start_of_minutes_is_no_reason_to_go_on_adding() -> None:
    """What a pod used while it started counts once it is five minutes old, and is no more than it may use."""
    found = [
        simulate(
            service(start_s=(takes,)),
            setting(most=50),
            step(20, 150, 60, 900, 60),
            world(50, start_s=np.array([takes])),
        )
        for takes in (60.0, 270.0, 320.0)
    ]
    assert [course.desired.max() for course in found] == [pytest.approx(6, abs=4)] * 3


def test_the_very_first_second_decides_nothing() -> None:
    load = Load("flash", np.array([600.0] + [80.0] * 599))
    course = simulate(service(), setting(), load, world())
    assert course.replicas.sum() < 1.5 * 2 * 600


def test_one_that_never_adds_begins_with_its_least() -> None:
    assert set(simulate(service(), setting(target=120), Load("even", np.full(60, 500.0)), world()).replicas) == {1}


def test_a_rate_of_journeys_is_seen_as_their_requests() -> None:
    """50 journeys of four requests each are 200 requests a second, at 60 for each replica."""
    target = {"type": "AverageValue", "averageValue": "60"}
    metric = {"type": "External", "external": {"metric": {"name": "requests"}, "target": target}}
    by_rate = Setting(spec(metrics=[metric]), 0.1, rate_metric="requests")
    course = simulate(service(per_arrival=4.0), by_rate, Load("even", np.full(120, 50.0)), world())
    assert set(course.receiving.tolist()) == {4}


def test_a_step_within_the_first_minute_is_no_part_of_what_was_before() -> None:
    course = simulate(service(), setting(), step(before=45), world())
    assert set(course.receiving[:45].tolist()) == {1}
