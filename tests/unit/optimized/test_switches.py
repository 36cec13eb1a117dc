"""Switches: defaults, overrides, and refusals that list what would do."""

import tomllib
from pathlib import Path

import pytest
from optimized.config.switches import TABLE, SwitchError, Switches

ROOT = Path(__file__).resolve().parents[3]


def test_nothing_given_is_the_defaults() -> None:
    switches = Switches.parse("")
    assert {name: switches[name] for name in TABLE} == {name: default for name, (_, default) in TABLE.items()}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, (values, _) in TABLE.items() for value in values])
def test_every_value_can_be_given_and_is_written_back(name: str, value: str) -> None:
    text = f" {name} = {value} ," + ("server=uvicorn" if (name, value) == ("async", "on") else "")
    switches = Switches.parse(text)
    assert switches[name] == value
    assert Switches.parse(str(switches)) == switches


@pytest.mark.parametrize("text", ["speed=on", "cache", "cache=", "cache=redis", "cache=off,cache=keys", "=on"])
def test_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(SwitchError, match="SWITCHES"):
        Switches.parse(text)


def test_refusals_list_what_does_exist() -> None:
    with pytest.raises(SwitchError, match=", ".join(TABLE)):
        Switches.parse("speed=on")
    with pytest.raises(SwitchError, match="off, keys, bytes"):
        Switches.parse("cache=redis")


def test_async_endpoints_want_an_asgi_server() -> None:
    with pytest.raises(SwitchError, match="granian-asgi or server=uvicorn"):
        Switches.parse("async=on")


def test_the_engine_is_told_the_same_defaults() -> None:
    declared = tomllib.loads((ROOT / "apps/optimized/variant.toml").read_text(encoding="utf-8"))
    assert declared["switches"] == {name: default for name, (_, default) in TABLE.items()}
    assert set(declared["object_switches"]) <= set(TABLE)
