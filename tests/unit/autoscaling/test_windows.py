"""Stabilisation, one behaviour a test."""

from __future__ import annotations

from autoscaled import Json, desired, pods

_IDLE: Json = {"pods": pods("1m", "1m")}
_EVEN: Json = {"pods": pods("120m", "120m")}


def test_the_number_at_the_first_look_holds_for_a_whole_window() -> None:
    """It counts as recommended, though nobody recommended it: 300 s without a word."""
    syncs: list[Json] = [{"at_s": 60.0 * number, **_IDLE} for number in range(7)]
    syncs[0]["replicas"] = 5
    assert desired(*syncs) == [5, 5, 5, 5, 5, 5, 1]


def test_without_behavior_a_window_includes_its_edge_and_with_it_leaves_that_out() -> None:
    syncs: list[Json] = [{"replicas": 5, **_IDLE}, {"at_s": 300, **_IDLE}]
    assert desired(*syncs) == [5, 5]
    assert desired(*syncs, behavior={"scaleUp": {}}) == [5, 1]


def test_a_window_down_that_is_not_given_is_the_flags() -> None:
    syncs: list[Json] = [{"replicas": 5, **_IDLE}, {"at_s": 16, **_IDLE}]
    controller = {"downscale_stabilization_s": 15}
    assert desired(*syncs) == [5, 5]
    assert desired(*syncs, controller=controller) == [5, 1]
    assert desired(*syncs, controller=controller, behavior={"scaleUp": {}}) == [5, 1]
    given = {"scaleDown": {"stabilizationWindowSeconds": 60}}
    assert desired(*syncs, controller=controller, behavior=given) == [5, 5]


def test_a_window_up_waits_for_the_lowest_of_it() -> None:
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 20}}
    syncs: list[Json] = [{"replicas": 2, **_IDLE}, _EVEN, _EVEN, _EVEN]
    assert desired(*syncs, behavior=behavior) == [2, 2, 4, 4]


def test_a_window_down_goes_to_the_highest_of_it_and_not_only_stays() -> None:
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 20}}
    syncs: list[Json] = [{"replicas": 9, **_IDLE}, _EVEN, _IDLE, _IDLE]
    assert desired(*syncs, behavior=behavior) == [9, 9, 4, 1]


def test_without_behavior_one_busy_sync_goes_on_adding_after_it_is_over() -> None:
    """What it asked for is remembered uncut, and is the highest of the window: 67, reached by doubling while idle."""
    syncs: list[Json] = [{"replicas": 1, "pods": pods("2", "2")}, *[_IDLE] * 5]
    assert desired(*syncs) == [4, 8, 16, 32, 64, 67]
    assert desired(*syncs, behavior={"scaleUp": {}}) == [5, 5, 5, 5, 5, 5]


def test_the_number_at_the_first_look_is_in_the_window_up_too() -> None:
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 60}}
    syncs: list[Json] = [{"replicas": 1, **_EVEN}, *[_EVEN] * 4]
    assert desired(*syncs, behavior=behavior) == [1, 1, 1, 1, 4]


def test_a_longer_window_later_finds_what_is_still_kept() -> None:
    """Recommendations beyond the window stay until a newer one takes their place, the last of them first."""
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 1}}
    longer = {"scaleDown": {"stabilizationWindowSeconds": 600}}
    source = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}
    spec = {"maxReplicas": 100, "metrics": [{"type": "Resource", "resource": source}], "behavior": longer}
    syncs: list[Json] = [{"replicas": 7, **_IDLE}, {"replicas": 3, **_IDLE}, {"replicas": 3, **_IDLE, "spec": spec}]
    assert desired(*syncs, behavior=behavior) == [7, 1, 3]


def test_windows_of_no_length_forget_the_number_at_the_first_look() -> None:
    """Seen of 1.34.4: it is older than the metrics of the same sync, which take its place. A longer window later does
    not find it."""
    none = {"scaleUp": {"stabilizationWindowSeconds": 0}, "scaleDown": {"stabilizationWindowSeconds": 0}}
    source = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}
    spec = {"maxReplicas": 100, "metrics": [{"type": "Resource", "resource": source}]}
    syncs: list[Json] = [{"replicas": 6, **_EVEN}, {"replicas": 5, **_EVEN, "spec": spec}]
    first, second = desired(*syncs, behavior=none)
    assert first < 6
    assert second < 6
    # Without behavior, a window of no length by the flag does so as well.
    assert desired({"replicas": 6, **_EVEN}, controller={"downscale_stabilization_s": 0}) == [first]
