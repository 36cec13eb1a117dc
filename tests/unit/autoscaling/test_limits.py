"""How fast replicas may change, one behaviour a test."""

from __future__ import annotations

from autoscaled import Json, desired, pods

_BUSY: Json = {"pods": pods("2", "2")}
_IDLE: Json = {"pods": pods("1m", "1m")}
_NOW: Json = {"stabilizationWindowSeconds": 0}


def _policy(kind: str, value: int, period_s: int) -> dict[str, object]:
    return {"type": kind, "value": value, "periodSeconds": period_s}


def test_without_behavior_it_goes_to_four_or_the_double_at_every_sync() -> None:
    syncs: list[Json] = [{"at_s": 2.0 * number, **_BUSY} for number in range(6)]
    syncs[0]["replicas"] = 1
    assert desired(*syncs) == [4, 8, 16, 32, 64, 67]


def test_with_any_behavior_it_adds_four_or_doubles_per_15_seconds() -> None:
    syncs: list[Json] = [{"at_s": 2.0 * number, **_BUSY} for number in range(9)]
    syncs[0]["replicas"] = 1
    assert desired(*syncs, behavior={"scaleDown": {}}) == [5, 5, 5, 5, 5, 5, 5, 5, 10]


def test_a_period_has_its_first_moment_outside_and_counts_from_when_the_change_was_done() -> None:
    syncs: list[Json] = [{"replicas": 1, **_BUSY}, {"at_s": 15, **_BUSY}]
    behavior: Json = {"scaleUp": {}}
    assert desired(*syncs, behavior=behavior) == [5, 10]
    syncs[0]["rescaled_at_s"] = 0.01
    assert desired(*syncs, behavior=behavior) == [5, 5]


def test_per_cents_are_rounded_up_going_up_and_cut_going_down() -> None:
    up = {"scaleUp": {"policies": [_policy("Percent", 10, 60)]}}
    assert desired({"replicas": 3, **_BUSY}, behavior=up) == [4]
    down = {"scaleDown": _NOW | {"policies": [_policy("Percent", 10, 60)]}}
    assert desired({"replicas": 3, **_IDLE}, behavior=down) == [2]
    assert desired({"replicas": 10, **_IDLE}, behavior=down) == [9]


def test_ten_per_cent_more_than_fifty_are_fifty_six() -> None:
    """Calculated in floats, 50 × 1.1 is a little above 55."""
    up = {"scaleUp": {"policies": [_policy("Percent", 10, 60)]}}
    assert desired({"replicas": 50, **_BUSY}, behavior=up) == [56]


def test_select_policy_min_takes_the_smaller_change_either_way() -> None:
    policies = [_policy("Pods", 1, 60), _policy("Pods", 3, 60)]
    for select, ends in (("Max", [13, 7]), ("Min", [11, 9]), ("Disabled", [10, 10])):
        rules = _NOW | {"policies": policies, "selectPolicy": select}
        behavior = {"scaleUp": rules, "scaleDown": rules}
        found = [desired({"replicas": 10, **seen}, behavior=behavior)[0] for seen in (_BUSY, _IDLE)]
        assert found == ends, select


def test_what_was_removed_may_be_added_again_on_top_of_a_policy() -> None:
    """A policy counts from the replicas at the beginning of its period."""
    rules = _NOW | {"policies": [_policy("Pods", 2, 60)]}
    behavior = {"scaleUp": rules, "scaleDown": rules}
    assert desired({"replicas": 10, **_IDLE}, _BUSY, behavior=behavior) == [8, 12]


def test_a_removal_is_forgotten_after_the_longest_period_of_its_own_direction() -> None:
    """Though a policy of the other one looks back further: the second removal takes the first one's place."""
    behavior = {
        "scaleUp": _NOW | {"policies": [_policy("Pods", 1, 60)]},
        "scaleDown": _NOW | {"policies": [_policy("Pods", 2, 5)]},
    }
    assert desired({"replicas": 10, **_IDLE}, _IDLE, _BUSY, behavior=behavior) == [8, 6, 9]


def test_changes_by_hand_are_no_changes_to_a_policy() -> None:
    behavior = {"scaleUp": {"policies": [_policy("Pods", 1, 60)]}}
    assert desired({"replicas": 2, **_BUSY}, {"replicas": 8, **_BUSY}, behavior=behavior) == [3, 8]


def test_out_of_bounds_it_goes_back_at_once_past_every_policy_and_window_and_without_a_metric() -> None:
    slow = {"policies": [_policy("Pods", 1, 60)]}
    behavior = {"scaleUp": slow, "scaleDown": slow}
    for replicas, end in ((20, 8), (1, 4)):
        assert desired({"replicas": replicas, "pods": []}, least=4, most=8, behavior=behavior) == [end]
