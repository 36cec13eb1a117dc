"""Which variants an ablation or a matrix compares, made from a base and what changes.

The first variant is the baseline, whatever made them. The control, where one is asked for, is the baseline once
more under another name, and comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Annotated, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, model_validator

from scalebed.experiment.strict import Strict
from scalebed.experiment.variant import Name, NamedPooling, NamedVariant, Pooling, SwitchValue, Variant, label

POOLER_MODE, POOLER_SIZE, USERS = "pooler.mode", "pooler.size", "users"
VALUES = "values."
"""Factors that are no switch; what follows `values.` is a value of a chart."""
_MODES = ("transaction", "session", "off")


def settings(service: str | None, switches: Mapping[str, str], pooler: Pooling | None) -> dict[str, str]:
    """What a change sets, as setting → value."""
    said = {} if service is None else {"service": service}
    said |= switches
    if pooler is not None:
        said["pooler"] = pooler.mode
        if pooler.size is not None:
            said["pooler_size"] = str(pooler.size)
    return said


class Change(Strict):
    """One step of an ablation. A new service begins with its own defaults, as its switches are others."""

    service: Name | None = None
    switches: Mapping[str, SwitchValue] = {}
    pooler: NamedPooling | None = None
    name: Name = Field(default_factory=lambda data: label(settings(data["service"], data["switches"], data["pooler"])))
    """The name of what the step comes to; made of what it sets where none is given."""

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if not self.settings:
            raise ValueError("changes nothing; name switches, a pooler or a service")
        return self

    @property
    def settings(self) -> dict[str, str]:
        return settings(self.service, self.switches, self.pooler)

    def of(self, variant: Variant, name: str) -> Variant:
        """The variant, changed and under this name."""
        moved = self.service is not None and self.service != variant.service
        return variant.model_copy(
            update={
                "name": name,
                "service": self.service or variant.service,
                "switches": self.switches if moved else {**variant.switches, **self.switches},
                "pooler": variant.pooler if self.pooler is None else self.pooler,
            }
        )


class Ablation(Strict):
    """A base, and steps that change it: each upon the last (`ladder`), or each alone."""

    base: NamedVariant
    mode: Literal["ladder", "alone"] = "ladder"
    steps: tuple[Change, ...] = Field(min_length=1)
    pairs: tuple[tuple[Name, Name], ...] = ()
    """Pairs of steps, in mode `alone`: both at once, to see whether their gains multiply."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pairs and self.mode != "alone":
            raise ValueError("pairs: belong to mode alone, where each of the two is measured on its own as well")
        names = [step.name for step in self.steps]
        for pair in self.pairs:
            if unknown := [name for name in pair if name not in names]:
                raise ValueError(f"pairs: {unknown[0]} is no step; the steps are {', '.join(names)}")
            one, other = (self.step(name).settings for name in pair)
            if one.keys() & other.keys():
                raise ValueError(f"pairs: {pair[0]} and {pair[1]} change the same thing, so there is no both")
        return self

    def step(self, name: str) -> Change:
        return next(step for step in self.steps if step.name == name)

    def variants(self) -> tuple[Variant, ...]:
        made = [self.base]
        for step in self.steps:
            made.append(step.of(made[-1] if self.mode == "ladder" else self.base, step.name))
        made += [self.step(b).of(self.step(a).of(self.base, a), both(a, b)) for a, b in self.pairs]
        return tuple(made)


def both(one: str, other: str) -> str:
    """The name of the variant that has both of a pair's steps."""
    return f"{one}-and-{other}"


def _texts(value: object) -> object:
    """Values as text; YAML reads a bare `off` as false, and for the pooler that can mean one thing only."""
    if not isinstance(value, Mapping):
        return value

    def text(key: object, item: object) -> object:
        if key == POOLER_MODE and item is False:
            return "off"
        return str(item) if isinstance(item, int) and not isinstance(item, bool) else item

    return {
        key: [text(key, item) for item in items] if isinstance(items, list | tuple) else items
        for key, items in value.items()
    }


Values = Annotated[tuple[str, ...], Field(min_length=1)]
Factors = Annotated[
    Mapping[str, Values],
    BeforeValidator(
        _texts, json_schema_input_type=Mapping[str, Annotated[list[str | int | Literal[False]], Field(min_length=1)]]
    ),
]


class Matrix(Strict):
    """Every combination of the factors' values upon a base, or a list of variants."""

    base: NamedVariant | None = None
    factors: Factors = Field(default_factory=dict)
    """Switches, `pooler.mode`, `pooler.size`, `users` and `values.NAME` → values; the first of each makes the
    baseline."""
    variants: tuple[NamedVariant, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.variants) == (self.base is not None):
            raise ValueError("needs a base with factors, or variants; one of the two")
        if self.base is not None and not self.factors:
            raise ValueError("factors: is missing; name switches with their values")
        if self.variants and self.factors.keys() - {USERS}:
            raise ValueError("factors: variants are listed, so users can be the only factor")
        for key, values in self.factors.items():
            if len(set(values)) != len(values):
                raise ValueError(f"factors.{key}: one value is named twice")
            if key == POOLER_MODE and (unknown := set(values) - set(_MODES)):
                raise ValueError(f"factors.{key}: must be of {', '.join(_MODES)}, not {min(unknown)!r}")
            if key in (POOLER_SIZE, USERS) and not all(v.isdecimal() and 1 <= int(v) <= 1000 for v in values):
                raise ValueError(f"factors.{key}: must be whole numbers from 1 to 1000")
        return self

    @property
    def users(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.factors.get(USERS, ()))

    def crossed(self) -> tuple[Variant, ...]:
        if self.base is None:
            return self.variants
        keys = [key for key in self.factors if key != USERS]
        made: list[tuple[dict[str, str], Variant]] = []
        for values in product(*(self.factors[key] for key in keys)):
            said, variant = _set(self.base, dict(zip(keys, values, strict=True)))
            if all(variant != other for _, other in made):  # without a pooler, all its sizes are one
                made.append((said, variant))
        names = [label(said) or self.base.name for said, _ in made]
        if len(set(names)) != len(names):
            names = [label(said, whole=True) for said, _ in made]
        return tuple(v.model_copy(update={"name": name}) for name, (_, v) in zip(names, made, strict=True))


def _set(base: Variant, values: Mapping[str, str]) -> tuple[dict[str, str], Variant]:
    """What was set, and the base with it."""
    mode = values.get(POOLER_MODE, base.pooler.mode)
    size = None if mode == "off" else values.get(POOLER_SIZE, base.pooler.size)
    said = {
        key.removeprefix(VALUES).replace(POOLER_MODE, "pooler"): value
        for key, value in values.items()
        if key != POOLER_SIZE or size is not None
    }
    switches = {
        key: value
        for key, value in values.items()
        if key not in (POOLER_MODE, POOLER_SIZE) and not key.startswith(VALUES)
    }
    charted = {key.removeprefix(VALUES): value for key, value in values.items() if key.startswith(VALUES)}
    pooler = Pooling.model_validate({"mode": mode, "size": size})
    update = {
        "switches": {**base.switches, **switches},
        "pooler": pooler,
        "values": {**base.values, **{key: _typed(value) for key, value in charted.items()}},
    }
    return said, base.model_copy(update=update)


def _typed(value: str) -> str | int | float | bool:
    """As YAML reads it, since a chart tells numbers from text."""
    read = yaml.safe_load(value)
    return read if isinstance(read, str | int | float | bool) else value


def compared(ablation: Ablation | None, matrix: Matrix | None, *, control: bool) -> tuple[Variant, ...]:
    """Every variant to measure, the baseline first and the control last; none where neither is given."""
    made = ablation.variants() if ablation else matrix.crossed() if matrix else ()
    if control and made:
        made = (*made, made[0].model_copy(update={"name": f"{made[0].name}-again"}))
    return made
