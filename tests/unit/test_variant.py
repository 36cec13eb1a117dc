"""Variants: what a pooler may be, and the names that settings make."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from scalebed.variant import Variant, label


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
