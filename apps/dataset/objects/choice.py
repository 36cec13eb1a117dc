"""Which objects are wanted: by a service's switches, or by the name of a strategy."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dataset.objects import denormalised
from dataset.objects.definitions import INDEXES, SWITCHES, TRIGRAMS, VECTORS, WORDS, Choice, DatabaseObject

# In an order in which they can be made. Columns come first: adding one rewrites the table and every index that it has
# by then. The copies come before the vectors: an update of rows that this transaction has itself rewritten would check
# every foreign key again.
OBJECTS = (
    denormalised.COPIES,
    *VECTORS,
    *WORDS,
    *INDEXES,
    *TRIGRAMS,
    *denormalised.INDEXES,
    denormalised.KEEPERS,
)
STRATEGIES_FILE = Path(__file__).resolve().parents[1] / "strategies.toml"


class ChoiceError(Exception):
    """The switches or the strategy name what does not exist; the message lists what does."""


def wanted_sets(choice: Choice) -> set[str]:
    """The sets that a choice asks for."""
    sets = {name for name in ("trigram", "denormalised") if choice[name] == "on"}
    if choice["indexes"] == "on":
        sets.add("indexes")
    if choice["search"] != "substring":
        sets.add(choice["search"])
    return sets


def wanted(choice: Choice) -> list[DatabaseObject]:
    """The objects that a choice asks for, in the order in which they can be made."""
    sets = wanted_sets(choice)
    # With the trigram set there, the digits' two indexes would stand twice.
    return [item for item in OBJECTS if item.set in sets and not (item.name.endswith("_digits") and "trigram" in sets)]


def of_service(folder: Path, switches: str) -> dict[str, str]:
    """The choice of the service in `folder`: `SWITCHES` over the defaults of its `variant.toml`.

    Raises `ChoiceError` where there is no such file, and for a name or value that does not exist.
    """
    try:
        declared = tomllib.loads((folder / "variant.toml").read_text(encoding="utf-8")).get("switches", {})
    except FileNotFoundError:
        raise ChoiceError(
            f"{folder} has no variant.toml, which says what its objects are by default: "
            "run this in a service's folder, or name a strategy."
        ) from None
    values = {name: str(declared.get(name, default)) for name, (_, default) in SWITCHES.items()}
    for item in filter(None, (part.strip() for part in switches.split(","))):
        name, _, value = (part.strip() for part in item.partition("="))
        if name not in declared:
            raise ChoiceError(f"SWITCHES: there is no switch {name!r}; the switches are {', '.join(declared)}.")
        if name in SWITCHES:
            values[name] = value
    return checked(values)


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The choice itself; raises `ChoiceError` for a value that does not exist."""
    for name, (allowed, _) in SWITCHES.items():
        if values[name] not in allowed:
            raise ChoiceError(f"SWITCHES: {name} cannot be {values[name]!r}; choose one of {', '.join(allowed)}.")
    return dict(values)


def strategies() -> dict[str, Choice]:
    """Every strategy's choice, by its name, in the order of strategies.toml."""
    found: Mapping[str, Mapping[str, Any]] = tomllib.loads(STRATEGIES_FILE.read_text(encoding="utf-8"))
    return {name: checked({switch: str(entry[switch]) for switch in SWITCHES}) for name, entry in found.items()}


def of_strategy(name: str) -> Choice:
    """The choice of a strategy; raises `ChoiceError` for one that does not exist."""
    known = strategies()
    if name not in known:
        raise ChoiceError(f"There is no strategy {name!r}; the strategies are {', '.join(known)}.")
    return known[name]
