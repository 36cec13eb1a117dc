"""What a service lets an experiment vary: a table of switches, and how `SWITCHES` overrides its defaults. Pure.

Each service declares its own table in `config/switches.py`, and repeats it in `variant.toml` for engines, which
start services in any language; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# What a switch can be: one of these words, or a whole number of this range.
Values = tuple[str, ...] | range
# name → (values, default)
Table = Mapping[str, tuple[Values, str]]

ON_OFF = ("on", "off")


class SwitchError(ValueError):
    """`SWITCHES` asks for what does not exist or cannot work; the message lists what would do."""


def whole(lowest: int, highest: int) -> range:
    """The whole numbers from `lowest` to `highest`."""
    return range(lowest, highest + 1)


def declared(values: Values) -> list[str] | str:
    """The values as `[values]` of variant.toml has them: a list of words, or `lowest..highest`."""
    return f"{values[0]}..{values[-1]}" if isinstance(values, range) else list(values)


@dataclass(frozen=True)
class Switches:
    """The value of every switch of this process."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str, table: Table) -> "Switches":
        """Read `name=value,…` over the table's defaults.

        Raises `SwitchError` for a name or value that the table does not have, and for a name given twice.
        """
        values = {name: default for name, (_, default) in table.items()}
        given: set[str] = set()
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (part.strip() for part in item.partition("="))
            if name not in table:
                known = f"the switches are {', '.join(table)}"
                raise SwitchError(f"SWITCHES: there is no switch {name!r}; {known}.")
            allowed = table[name][0]
            if not _allows(allowed, value):
                raise SwitchError(f"SWITCHES: {name} cannot be {value!r}; choose {_choice(allowed)}.")
            if name in given:
                raise SwitchError(f"SWITCHES: {name} is given twice; keep one of them.")
            given.add(name)
            values[name] = value
        return cls(tuple(values.items()))

    def __getitem__(self, name: str) -> str:
        return dict(self.values)[name]

    def on(self, name: str) -> bool:
        """Whether an on/off switch is on."""
        return self[name] == "on"

    def number(self, name: str) -> int:
        """The value of a switch that is a whole number."""
        return int(self[name])

    def __str__(self) -> str:
        """All switches as `name=value,…`, in the order of the table."""
        return ",".join(f"{name}={value}" for name, value in self.values)


def _allows(values: Values, value: str) -> bool:
    # One spelling a number, so that equal switches are equal text.
    return value in ([str(number) for number in values] if isinstance(values, range) else values)


def _choice(values: Values) -> str:
    if isinstance(values, range):
        return f"a whole number from {values[0]} to {values[-1]}"
    return f"one of {', '.join(values)}"
