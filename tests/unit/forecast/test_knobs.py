"""Settings as steps of knobs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from foretold import setting, spec

from scalebed.forecast.knobs import DOWN_WINDOWS_S, TARGETS, Bench, Knobs
from scalebed.forecast.setting import Setting


def _bench(**more: object) -> Bench:
    return Bench(setting(most=20), most_least=8, **more)  # type: ignore[arg-type]


def test_knobs_make_a_setting_that_keeps_what_it_may_not_turn() -> None:
    made = _bench().setting(Knobs(target=40, least=3, haste="eager", up_window_s=30, down_window_s=120))
    assert (made.spec.min_replicas, made.spec.max_replicas, made.request_cores) == (3, 20, 0.1)
    assert made.spec.metrics[0].target.average_utilization == 40
    behavior = made.spec.behavior
    assert behavior is not None
    assert behavior.scale_up.stabilization_window_seconds == 30
    assert behavior.scale_down.stabilization_window_seconds == 120
    assert {policy.value for policy in behavior.scale_up.policies} == {20, 900}


def test_a_container_stays_the_one_that_is_watched() -> None:
    cpu = {"name": "cpu", "container": "web", "target": {"type": "Utilization", "averageUtilization": 60}}
    base = Setting(spec(metrics=[{"type": "ContainerResource", "containerResource": cpu}]), 0.1)
    made = Bench(base, 4).setting(Knobs(target=30))
    container = made.spec.metrics[0].container_resource
    assert container is not None
    assert (container.container, container.target.average_utilization) == ("web", 30)


def test_a_rate_is_a_share_of_what_a_replica_carries() -> None:
    base = Setting(spec(), 0.1, rate_metric="arrivals")
    bench = Bench(base, 4, ("cpu", "rate"), per_replica=266.0)
    made = bench.setting(Knobs("rate", target=70))
    (metric,) = made.spec.metrics
    assert made.of_rate(metric)
    assert float(metric.target.average_value or 0) == pytest.approx(186.2)
    assert not bench.setting(Knobs("cpu")).rate_metric


@pytest.mark.parametrize(("release", "tolerances"), [("1.34", {0.1}), ("1.37", {0.1, 0.05})])
def test_a_tolerance_is_turned_only_where_the_release_has_one(release: str, tolerances: set[float]) -> None:
    bench = Bench(replace(setting(), release=release), 4)  # type: ignore[arg-type]
    assert {each.tolerance for each in bench.neighbours(Knobs())} == tolerances
    up = bench.setting(Knobs()).spec.behavior.scale_up  # type: ignore[union-attr]
    assert (up.tolerance is None) == (release == "1.34")


def test_neighbours_differ_in_one_knob_by_one_step() -> None:
    found = list(_bench().neighbours(Knobs(target=TARGETS[0], down_window_s=DOWN_WINDOWS_S[-1], least=2)))
    assert all(sum(getattr(each, k) != getattr(found[0], k) for k in vars(each)) <= 2 for each in found)
    assert {each.target for each in found} == {TARGETS[0], TARGETS[1]}
    assert {each.least for each in found} == {1, 2, 3}
    assert len(found) == len(set(found))


def test_every_start_and_every_neighbour_can_be_made() -> None:
    bench = _bench()
    for start in bench.starts():
        for knobs in (start, *bench.neighbours(start)):
            assert bench.setting(knobs).spec.min_replicas <= 8
