"""The switchboard: defaults, overrides, whole numbers, and refusals that list what would do."""

import pytest
from switchboard import ON_OFF, SwitchError, Switches, Table, declared, whole

TABLE: Table = {
    "cache": (("off", "keys"), "off"),
    "pool": (ON_OFF, "on"),
    "threads": (whole(1, 12), "2"),
}


def test_nothing_given_is_the_defaults() -> None:
    switches = Switches.parse("", TABLE)
    assert (switches["cache"], switches.on("pool"), switches.number("threads")) == ("off", True, 2)
    assert str(switches) == "cache=off,pool=on,threads=2"


def test_what_is_given_overrides_them() -> None:
    switches = Switches.parse(" cache = keys ,, threads=12,pool=off,", TABLE)
    assert (switches["cache"], switches.on("pool"), switches.number("threads")) == ("keys", False, 12)
    assert Switches.parse(str(switches), TABLE) == switches


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("speed=on", "there is no switch 'speed'; the switches are cache, pool, threads."),
        ("=on", "there is no switch ''; the switches are"),
        ("cache", "cache cannot be ''; choose one of off, keys."),
        ("cache=redis", "cache cannot be 'redis'; choose one of off, keys."),
        ("cache=off,cache=keys", "cache is given twice; keep one of them."),
        *(
            (f"threads={value}", f"threads cannot be '{value}'; choose a whole number from 1 to 12.")
            for value in ("0", "13", "-1", "02", "1.0", "+1", "two", "٣", "")
        ),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(text: str, sentence: str) -> None:
    with pytest.raises(SwitchError) as refusal:
        Switches.parse(text, TABLE)
    assert str(refusal.value).startswith(f"SWITCHES: {sentence}")


def test_values_are_declared_as_engines_read_them() -> None:
    assert {name: declared(values) for name, (values, _) in TABLE.items()} == {
        "cache": ["off", "keys"],
        "pool": ["on", "off"],
        "threads": "1..12",
    }
