"""Variants: what a pooler may be, and the names that settings make."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from scalebed.experiment.variant import Variant, label


def pooler(written: object) -> tuple[str, int | None]:
    variant = Variant.model_validate({"name": "tried", "pooler": written})
    return variant.pooler.mode, variant.pooler.size


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("session", ("session", None)),
        ("off", ("off", None)),
        (False, ("off", None)),  # how YAML reads a bare off
        ({"mode": "session", "size": 20}, ("session", 20)),
        ({"size": 5}, ("transaction", 5)),
    ],
)
def test_a_pooler_may_be_its_bare_mode(written: object, meant: tuple[str, int | None]) -> None:
    assert pooler(written) == meant
    assert pooler({"mode": meant[0], "size": meant[1]}) == meant


@pytest.mark.parametrize("written", [True, "statement", 5, {"mode": "off", "size": 3}, {"size": 0}])
def test_what_is_no_pooler_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        pooler(written)


def test_a_switch_may_be_a_number_and_is_text() -> None:
    assert Variant.model_validate({"name": "tried", "switches": {"workers": 4}}).switches == {"workers": "4"}
    with pytest.raises(ValidationError, match="valid string"):
        Variant.model_validate({"name": "tried", "switches": {"pool": True}})


def test_values_of_a_chart_may_be_lists_and_mappings() -> None:
    values = {"env.RATIO": 0.25, "podAnnotations": {"a.b/c": "d"}, "tolerations": [{"operator": "Exists"}]}
    assert Variant.model_validate({"name": "tried", "values": values}).values == values


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"env.A": 1, "env": {"A": 2}}, "env.A is given twice"),
        ({"tolerations[0].key": "a"}, "give the whole list"),
        ({"env.A": float("inf")}, "finite number"),
        ({"env": {"A": [float("nan")]}}, "finite number"),
    ],
)
def test_values_that_no_chart_can_have_are_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Variant.model_validate({"name": "tried", "values": values})


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"workers": "2"}, "workers-2"),
        ({"cache": "off"}, "cache-off"),
        ({"json": "orjson"}, "orjson"),
        ({"pool_size": "5", "pooler": "session"}, "pool-size-5-session"),
    ],
)
def test_a_label_says_the_setting_where_its_value_does_not(settings: dict[str, str], name: str) -> None:
    assert label(settings) == name


def test_a_whole_label_says_every_setting() -> None:
    assert label({"json": "orjson", "sql": "orm"}, whole=True) == "json-orjson-sql-orm"
