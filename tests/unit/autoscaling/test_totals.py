"""What object and external metrics propose, one behaviour a test."""

from __future__ import annotations

import pytest
from autoscaled import decided, named, pods, proposed


@pytest.mark.parametrize("kind", ["Object", "External"])
def test_a_value_multiplies_with_ready_pods_and_an_average_with_none(kind: str) -> None:
    found = [*pods("1m"), *pods("1m", ready=False)]
    found[1]["name"] = "unready"
    seen = {"pods": found, "totals": {"load": "20"}}
    assert proposed(2, seen, named(kind, value="10")) == 2
    assert proposed(2, seen | {"totals": {"load": "40"}}, named(kind, value="10")) == 4
    assert proposed(2, seen | {"totals": {"load": "40"}}, named(kind, averageValue="10")) == 4
    assert proposed(2, seen | {"totals": {"load": "41"}}, named(kind, averageValue="10")) == 5


def test_an_average_holds_by_what_the_target_says_it_has() -> None:
    """Within the tolerance it proposes `status.replicas`, which may differ from what the target is told to have."""
    seen = {"pods": pods("1m"), "totals": {"load": "31"}, "status_replicas": 3}
    assert proposed(2, seen, named("External", averageValue="10")) == 3


def test_readiness_that_is_unknown_is_not_ready_to_a_total() -> None:
    found = [*pods("1m", "1m"), {"name": "x", "ready": "Unknown"}]
    assert proposed(3, {"pods": found, "totals": {"load": "20"}}, named("External", value="10")) == 4


def test_series_of_an_external_metric_are_added_up() -> None:
    seen = {"pods": pods("1m"), "totals": {"load": ["12", "9500m", "10"]}}
    assert proposed(1, seen, named("External", averageValue="10")) == 4


@pytest.mark.parametrize("kind", ["Object", "External"])
def test_a_value_beyond_32_bits_scales_down_in_1_34_and_up_in_1_37(kind: str) -> None:
    seen = {"replicas": 3, "pods": pods("1m", "1m", "1m"), "totals": {"load": "9e15"}}
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    ends = {
        release: decided([seen], named(kind, value="1"), release=release, behavior=behavior, most=9)[0].desired
        for release in ("1.34", "1.37")
    }
    assert ends == {"1.34": 1, "1.37": 7}


def test_an_average_of_an_object_beyond_32_bits_scales_down_in_both() -> None:
    seen = {"pods": pods("1m"), "totals": {"load": "9e15"}}
    for release in ("1.34", "1.37"):
        assert proposed(1, seen, named("Object", averageValue="1"), release=release) == -(2**31)
        assert proposed(1, seen, named("External", averageValue="1"), release=release) == 2**31 - 1


def test_a_sum_beyond_64_bits_wraps_in_1_34_and_is_bounded_in_1_37() -> None:
    seen = {"pods": pods("1m"), "totals": {"load": ["9e15", "9e15"]}}
    assert proposed(1, seen, named("External", value="1e12"), release="1.34") == -446
    assert proposed(1, seen, named("External", value="1"), release="1.37") == 2**31 - 1
