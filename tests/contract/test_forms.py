"""The contract tests' forms of a service take every value of every switch; of numbers, the default and another."""

import tomllib
from pathlib import Path

import pytest

from .variants import VARIANTS

APPS = Path(__file__).parents[2] / "apps"
SERVICES = sorted([*APPS.glob("*/variant.toml"), *APPS.glob("peers/*/variant.toml")])


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.parent.name)
def test_every_value_of_every_switch_is_held_to_the_contract(file: Path) -> None:
    service, data = file.parent.name, tomllib.loads(file.read_text())
    forms = [entry.switches for name, entry in VARIANTS.items() if name.split("-")[0] == service]
    assert data["values"].keys() == data["switches"].keys()
    for name, values in data["values"].items():
        taken = {form.get(name, data["switches"][name]) for form in forms}
        if isinstance(values, str):
            assert len(taken) > 1, name
        else:
            assert taken == set(values), name
