"""Dotted names of charts' values, and what two of them come to together."""

from typing import Any

import pytest

from scalebed.experiment.chart_values import both, dotted, merged, nested, way


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("replicas", ("replicas",)),
        ("env.POOL_SIZE", ("env", "POOL_SIZE")),
        (r"podAnnotations.prometheus\.io/scrape", ("podAnnotations", "prometheus.io/scrape")),
    ],
)
def test_a_name_is_the_way_to_a_value(name: str, keys: tuple[str, ...]) -> None:
    assert way(name) == keys
    assert dotted(keys) == name


@pytest.mark.parametrize("name", ["", ".", "a..b", "a.", "tolerations[0].key"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"name a value|give the whole list"):
        way(name)


def test_values_may_be_lists_and_mappings_whose_keys_are_taken_as_they_are() -> None:
    named = {
        "podAnnotations": {"prometheus.io/scrape": "true"},
        r"podAnnotations.prometheus\.io/port": "8000",
        "tolerations": [{"key": "slow", "operator": "Exists"}],
        "env.A": 1_000_000,
    }
    assert nested(named) == {
        "podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8000"},
        "tolerations": [{"key": "slow", "operator": "Exists"}],
        "env": {"A": 1_000_000},
    }


@pytest.mark.parametrize(
    "named", [{"env.A": 1, "env": {"A": 2}}, {"env.A": 1, "env.A.B": 2}, {"env.A.B": 1, "env.A": 2}]
)
def test_of_two_values_for_one_place_neither_wins_silently(named: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"env\.A is given twice; keep one"):
        nested(named)


def test_mappings_are_merged_and_all_else_is_replaced() -> None:
    assert merged({"a": {"b": 1, "c": [1]}, "d": 1}, {"a": {"c": [2]}, "d": None}) == {
        "a": {"b": 1, "c": [2]},
        "d": None,
    }


def test_what_both_give_is_found_wherever_it_is() -> None:
    ours = {"replicas": 1, "resources": {"limits": {"cpu": "250m"}}, "empty": {}}
    assert list(both(ours, {"resources": {"limits": {"memory": "1Gi"}}, "empty": {"a": 1}})) == []
    assert list(both(ours, {"resources": {"limits": {"cpu": 1}}})) == [("resources", "limits", "cpu")]
    # What is no mapping would take all that is below away.
    assert list(both(ours, {"resources": None})) == [("resources",)]
