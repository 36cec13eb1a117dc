"""What is decided over all metrics, and what is remembered: one behaviour a test."""

from __future__ import annotations

import pytest
from autoscaled import Json, cpu, decided, desired, named, pods

_BUSY: Json = {"pods": pods("120m", "120m"), "totals": {"load": None}}
_IDLE: Json = {"pods": pods("1m", "1m"), "totals": {"load": None}}
_BOTH = (cpu(), named("External", averageValue="10"))
_NOW: Json = {"scaleDown": {"stabilizationWindowSeconds": 0}}


def test_with_one_of_two_metrics_missing_up_goes_on_and_down_stops() -> None:
    assert desired({"replicas": 2, **_BUSY}, metrics=_BOTH, behavior=_NOW) == [4]
    (stopped,) = decided([{"replicas": 2, **_IDLE}], *_BOTH, behavior=_NOW)
    assert (stopped.target, stopped.reasons["ScalingActive"]) == (2, "FailedGetExternalMetric")
    assert desired({"replicas": 2, **_IDLE, "totals": {"load": "1"}}, metrics=_BOTH, behavior=_NOW) == [1]


def test_the_highest_proposal_counts() -> None:
    seen = {"replicas": 2, "pods": pods("120m", "120m"), "totals": {"load": "61"}}
    assert desired(seen, metrics=_BOTH, behavior=_NOW) == [6]


def test_desired_replicas_is_zero_until_a_look_has_succeeded_and_then_stays() -> None:
    none = {"pods": pods(None, None)}
    assert desired({"replicas": 5, **none}, none, _IDLE, none, behavior=_NOW) == [0, 0, 1, 1]


def test_an_api_that_does_not_answer_is_a_missing_metric() -> None:
    assert desired({"replicas": 2, **_BUSY, "failing": ["cpu"]}, {}) == [0, 4]


def test_no_pods_at_all_is_a_failure_and_not_zero() -> None:
    (decision,) = decided([{"replicas": 2, "pods": []}])
    assert decision.reasons["ScalingActive"] == "FailedGetResourceMetric"
    assert decision.target == 2


@pytest.mark.parametrize(("release", "ends"), [("1.34", 2), ("1.37", 1)])
def test_the_tolerance_field_counts_from_1_35_on(release: str, ends: int) -> None:
    """In 1.34 the API server drops it without a word."""
    behavior = {"scaleUp": {"tolerance": "0.5"}, "scaleDown": {"tolerance": "0"}}
    seen = {"replicas": 1, "pods": pods("80m")}
    assert desired(seen, release=release, behavior=behavior) == [ends]
    if release == "1.34":
        assert desired(seen, release=release, behavior=behavior, controller={"configurable_tolerance": True}) == [1]


def test_tolerances_may_differ_up_and_down_and_be_zero() -> None:
    behavior = {"scaleUp": {"tolerance": "0"}, "scaleDown": {"tolerance": "0.5", "stabilizationWindowSeconds": 0}}
    assert desired({"replicas": 2, "pods": pods("61m", "61m")}, behavior=behavior) == [3]
    assert desired({"replicas": 2, "pods": pods("31m", "31m")}, behavior=behavior) == [2]
    assert desired({"replicas": 2, "pods": pods("29m", "29m")}, behavior=behavior) == [1]


def test_the_tolerance_flag_is_for_both_ways() -> None:
    assert desired({"replicas": 2, "pods": pods("63m", "63m")}, controller={"tolerance": 0.03}) == [3]
    assert desired({"replicas": 2, "pods": pods("63m", "63m")}) == [2]


_QUEUE = named("External", averageValue="10")
_EMPTY: Json = {"pods": pods("1m"), "totals": {"load": "0"}}
_FULL: Json = {"pods": [], "totals": {"load": "35"}}


def test_scale_to_zero_is_there_and_back_by_an_external_metric() -> None:
    syncs: list[Json] = [{"replicas": 1, **_EMPTY}, _EMPTY | {"pods": []}, _FULL]
    found = decided(syncs, _QUEUE, least=0, behavior=_NOW)
    assert [each.desired for each in found] == [0, 0, 4]
    assert [each.reasons["ScaledToZero"] for each in found] == ["ScaledToZero", "ScaledToZero", "NotScaledToZero"]


def test_zero_by_hand_switches_it_off_in_1_37_and_in_1_34_only_where_the_minimum_is_not_zero() -> None:
    syncs: list[Json] = [{"replicas": 2, "pods": pods("1m", "1m"), "totals": {"load": "20"}}, {"replicas": 0, **_FULL}]
    on = {"scale_to_zero": True}
    assert desired(*syncs, metrics=[_QUEUE], least=0, controller=on) == [2, 0]
    assert desired(*syncs, metrics=[_QUEUE], least=0, controller=on, release="1.34") == [2, 4]
    for release in ("1.34", "1.37"):
        (_, off) = decided(syncs, _QUEUE, release=release)
        assert (off.desired, off.reasons["ScalingActive"]) == (0, "ScalingDisabled")


def test_with_cpu_beside_it_the_last_pod_stays() -> None:
    """CPU proposes one replica for as long as there is any use at all; and at zero it has no metric."""
    assert desired({"replicas": 1, **_EMPTY}, metrics=[cpu(), _QUEUE], least=0, behavior=_NOW) == [1]


def test_cpu_of_a_pod_that_uses_nothing_proposes_zero() -> None:
    seen = {"replicas": 1, "pods": pods("0"), "totals": {"load": "0"}}
    assert desired(seen, metrics=[cpu(), _QUEUE], least=0, behavior=_NOW) == [0]


def test_a_minimum_that_is_raised_while_it_sleeps_wakes_it() -> None:
    source = {"metric": {"name": "load"}, "target": {"type": "AverageValue", "averageValue": "10"}}
    spec = {"minReplicas": 3, "maxReplicas": 9, "metrics": [{"type": "External", "external": source}]}
    syncs: list[Json] = [{"replicas": 1, **_EMPTY}, _EMPTY | {"pods": [], "spec": spec}]
    assert desired(*syncs, metrics=[_QUEUE], least=0, behavior=_NOW) == [0, 3]


def test_without_the_gate_zero_is_off_whatever_it_did_before() -> None:
    (decision,) = decided([{"replicas": 0, **_FULL}], _QUEUE, controller={"scale_to_zero": False})
    assert decision.reasons["ScalingActive"] == "ScalingDisabled"


def test_from_zero_by_a_value_neither_tolerance_nor_pods_count() -> None:
    value = named("External", value="10")
    syncs: list[Json] = [{"replicas": 1, **_EMPTY}, {"pods": [], "totals": {"load": "10500m"}}]
    assert desired(*syncs, metrics=[value], least=0, behavior=_NOW) == [0, 2]
