"""The numbered scenarios: which there are, and the experiment that one comes to with the variants asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from scalebed.experiment.shipped import EXPERIMENTS
from scalebed.experiment.spec import Experiment, SpecError, load_experiment
from scalebed.experiment.variant import Variant, label

FOLDER = EXPERIMENTS / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """An experiment file of `scenarios/`. Its first variant is the before, its last the after."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def key(self) -> str:
        """What people call it by: its number, or its name where it has none."""
        number = self.name.partition("-")[0]
        return number if number.isdecimal() else self.name

    def is_called(self, name: str) -> bool:
        """By its number, with a leading zero or without, or by its whole name."""
        return name in (self.name, self.key) or (
            name.isdecimal() and self.key.isdecimal() and int(name) == int(self.key)
        )


def scenarios(folder: Path = FOLDER) -> tuple[Scenario, ...]:
    """All, by number; those without one come last."""
    return tuple(Scenario(path) for path in sorted(folder.glob("*.yaml")))


def choose(names: Sequence[str], first: str | None, *, every: bool) -> tuple[Scenario, ...]:
    """Those named, or every one, or all from `first` onward; none where nothing is asked for.

    Raises `SpecError` for a name that no scenario has, and for more than one of the three.
    """
    if sum((bool(names), first is not None, every)) > 1:
        raise SpecError("scenario: name scenarios, or --from one of them, or --all; not several of these")
    there = scenarios()
    if first is not None:
        return there[there.index(_called(first, there)) :]
    return there if every else tuple(dict.fromkeys(_called(name, there) for name in names))


def _called(name: str, there: Sequence[Scenario]) -> Scenario:
    for scenario in there:
        if scenario.is_called(name):
            return scenario
    raise SpecError(f"{name}: there is no such scenario; they are {', '.join(each.name for each in there)}")


def experiment(scenario: Scenario, variants: Sequence[str] = (), settings: Sequence[str] = ()) -> Experiment:
    """Its file with `settings` (`key=value`), and with these variants in the place of its own.

    A variant is one of the file's by its name, or a service in its defaults; switches may follow a colon:
    `optimized:cache=off,json=stdlib`. Raises `SpecError`.
    """
    own = load_experiment(scenario.path, settings)
    if not variants:
        return own
    known = {variant.name: variant for variant in own.variants}
    chosen = [_variant(written, known, scenario) for written in variants]
    written = yaml.safe_dump([each.model_dump(mode="json") for each in chosen], default_flow_style=True, width=10**6)
    return load_experiment(scenario.path, [*settings, f"variants={written}"])


def _variant(written: str, known: Mapping[str, Variant], scenario: Scenario) -> Variant:
    name, _, rest = written.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",")] if rest else []
    if not all(key and value for key, _, value in pairs):
        raise SpecError(f"--variant {written}: switches are written SWITCH=VALUE, with commas between them")
    switches = {key: value for key, _, value in pairs}
    try:
        variant = known.get(name) or Variant(name=name)
    except ValueError:
        raise SpecError(f"--variant {written}: {name} must be a service, or a variant of {scenario.path}") from None
    if not switches:
        return variant
    update = {"name": f"{name}-{label(switches)}", "switches": {**variant.switches, **switches}}
    return variant.model_copy(update=update)


def require(base: str | None, specs: Sequence[Experiment]) -> None:
    """That the variant is in each of them, if one is named. Raises `SpecError`."""
    for spec in specs:
        names = [variant.name for variant in spec.variants]
        if base is not None and base not in names:
            raise SpecError(f"--base {base}: {spec.name} has no such variant; it has {', '.join(names)}")
