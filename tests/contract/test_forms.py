"""The contract tests' forms of a service take every value of every switch; of numbers, the default and another."""

import pytest
from naive.config.switches import TABLE as NAIVE
from optimized.config.switches import TABLE as OPTIMIZED
from peers.bolt.config.switches import TABLE as BOLT
from peers.fastapi.config.switches import TABLE as FASTAPI
from switchboard import Table

from .variants import VARIANTS


@pytest.mark.parametrize(
    ("service", "table"), [("naive", NAIVE), ("optimized", OPTIMIZED), ("fastapi", FASTAPI), ("bolt", BOLT)]
)
def test_every_value_of_every_switch_is_held_to_the_contract(service: str, table: Table) -> None:
    forms = [entry.switches for name, entry in VARIANTS.items() if name.split("-")[0] == service]
    for name, (values, default) in table.items():
        taken = {form.get(name, default) for form in forms}
        if isinstance(values, range):
            assert len(taken) > 1, name
        else:
            assert taken == set(values), name
