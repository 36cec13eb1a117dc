"""The contract tests' forms of the service take every value of every switch."""

from optimized.config.switches import TABLE

from .variants import VARIANTS


def test_every_value_of_every_switch_is_held_to_the_contract() -> None:
    forms = [entry.switches for name, entry in VARIANTS.items() if name.startswith("optimized")]
    taken = {(name, form.get(name, default)) for form in forms for name, (_, default) in TABLE.items()}
    assert taken == {(name, value) for name, (values, _) in TABLE.items() for value in values}
