"""The experiment file: a strict YAML document. Unknown keys and impossible values are one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from scalebed.comparison import Ablation, Change, Matrix, compared
from scalebed.variant import Name, NamedVariant, Pooling, Strict, Variant
from scalebed.workloads import workloads

_DURATION = r"^(\d+(?:\.\d+)?)(ms|s|m|h)$"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


LONGEST_NAME = 63


class SpecError(ValueError):
    """One sentence: which file, which key, what is wrong, what would do."""


def _seconds(value: object) -> object:
    if isinstance(value, str):
        match = re.fullmatch(_DURATION, value.strip())
        if match is None:
            raise ValueError("must be a duration such as 500ms, 60s or 2m")
        return float(match[1]) * _SECONDS[match[2]]
    return value


Duration = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(
        _seconds, json_schema_input_type=Annotated[float, Field(gt=0)] | Annotated[str, Field(pattern=_DURATION)]
    ),
]
"""Seconds; in YAML `60s`, `2m`, `500ms` or a number."""


class Dataset(Strict):
    contacts: int = Field(100_000, ge=100, le=3_000_000)
    seed: int = Field(7, ge=0, le=2**31 - 1)


class Slo(Strict):
    """Limits that a rate must meet: `percentile` of all latencies ≤ `latency_ms`, and errors ≤ `error_rate`.

    An error is a response of 5xx, an unexpected 4xx, or none at all.
    """

    percentile: float = Field(95, gt=0, lt=100)
    latency_ms: float = Field(1000, gt=0)
    error_rate: float = Field(0.01, ge=0, lt=1)


class Search(Strict):
    precision: float = Field(0.05, ge=0.005, le=0.5)
    """Widest relative gap between the highest passing and the lowest failing rate."""
    max_trial: Duration = 60.0
    min_requests: int = Field(300, ge=30)
    max_trials: int = Field(14, ge=4, le=60)
    """Per cell and block."""
    max_rate: float = Field(5000, gt=0)


class Stage(Strict):
    """So many users for so long."""

    users: int = Field(ge=1, le=2000)
    duration: Duration


class Experiment(Strict):
    """One experiment file."""

    name: Name
    description: str = ""
    advice: str = ""
    """What a developer should do about the result, as a sentence for the report."""
    kind: Literal["capacity", "fixed-rate", "closed", "ablation", "matrix"] = "capacity"
    engine: Literal["local", "kubernetes"] = "local"
    seed: int = Field(7, ge=0, le=2**31 - 1)
    dataset: Dataset = Dataset()
    ablation: Ablation | None = None
    matrix: Matrix | None = None
    control: bool = False
    """`ablation` and `matrix`: measure the baseline twice, under two names, as a floor for differences."""
    variants: tuple[NamedVariant, ...] = Field(
        default_factory=lambda data: compared(data["ablation"], data["matrix"], control=data["control"]), min_length=1
    )
    """`ablation` and `matrix` make them."""
    replicas: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field((1,), min_length=1)
    cpu_per_replica: float = Field(0.25, gt=0, le=64)
    """CPU quota of one replica, in cores."""
    workload: Name = "browse"
    """A script of loadtest/k6/."""
    slo: Slo = Slo()
    search: Search = Search()
    blocks: int = Field(5, ge=1, le=50)
    warm: bool = True
    """Warm caches at the start of each trial; False empties the service's cache before each."""
    rates: tuple[Annotated[float, Field(gt=0)], ...] = ()
    """`fixed-rate`: requests a second, each one trial."""
    rate: float | None = Field(None, gt=0)
    """`ablation` and `matrix`: requests a second, the same for every variant; the slowest must bear it."""
    stages: tuple[Stage, ...] = ()
    """`closed`: users that come and go, one stage after another, in the place of users and duration."""
    duration: Duration | None = Field(
        default_factory=lambda data: sum(stage.duration for stage in data.get("stages", ())) or None
    )
    """How long each trial lasts, where none is a search's."""
    users: int | None = Field(
        default_factory=lambda data: max((stage.users for stage in data.get("stages", ())), default=None), ge=1, le=2000
    )
    """`closed`, and `ablation` and `matrix` instead of a rate: users that each send the next request when the last
    is answered."""
    capacity: tuple[Name, ...] = ()
    """`ablation` and `matrix`: variants whose capacity is sought as well."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.variants:
            raise ValueError(f"{self.kind if self.compares else 'variants'}: is missing")
        names = [v.name for v in self.variants]
        if len(set(names)) != len(names):
            raise ValueError("variants: two have the same name")
        if len(set(self.replicas)) != len(self.replicas):
            raise ValueError("replicas: one count is named twice")
        if self.kind == "fixed-rate" and not (self.rates and self.duration):
            raise ValueError("rates and duration: kind fixed-rate needs both")
        if self.kind == "closed" and not (self.users and self.duration):
            raise ValueError("users and duration: kind closed needs both, or stages")
        if self.stages:
            self._staged()
        if self.compares:
            self._comparable()
        else:
            for key in ("ablation", "matrix", "control", "rate", "capacity"):
                if getattr(self, key):
                    raise ValueError(f"{key}: belongs to kinds ablation and matrix, not to {self.kind}")
        return self

    def _staged(self) -> None:
        """Raises ValueError with the rest of a sentence."""
        if self.kind != "closed":
            raise ValueError(f"stages: belong to kind closed, not to {self.kind}")
        seconds, most = sum(stage.duration for stage in self.stages), max(stage.users for stage in self.stages)
        if (self.duration, self.users) != (seconds, most):
            raise ValueError("stages: say how many users there are and for how long; leave out users and duration")

    def _comparable(self) -> None:
        """Raises ValueError with the rest of a sentence."""
        if (self.ablation is None) == (self.kind == "ablation") or (self.matrix is None) == (self.kind == "matrix"):
            raise ValueError(f"{self.kind}: kind {self.kind} needs this key, and only this")
        if self.variants != compared(self.ablation, self.matrix, control=self.control):
            raise ValueError(f"variants: kind {self.kind} makes them; leave them out")
        if long := [v.name for v in self.variants if len(v.name) > LONGEST_NAME]:
            raise ValueError(f"variants: {long[0]} is more than {LONGEST_NAME} letters; give it a shorter name")
        if self.rates:
            raise ValueError(f"rates: kind {self.kind} compares at one; give rate")
        if sum((self.rate is not None, self.users is not None, self.levels != (self.users,))) != 1:
            raise ValueError(f"rate and users: kind {self.kind} needs one of the two")
        if self.duration is None:
            raise ValueError(f"duration: kind {self.kind} needs it")
        if unknown := [name for name in self.capacity if name not in {v.name for v in self.variants}]:
            raise ValueError(
                f"capacity: {unknown[0]} is no variant; they are {', '.join(v.name for v in self.variants)}"
            )

    @property
    def compares(self) -> bool:
        """Whether every variant is measured under one common load."""
        return self.kind in ("ablation", "matrix")

    @property
    def crowd(self) -> str:
        """Of a closed model, in words: `50 users`, `10, 100 and 10 users`."""
        *others, last = (str(stage.users) for stage in self.stages) if self.stages else (str(self.users),)
        return f"{', '.join(others)}{' and ' if others else ''}{last} user{'' if last == '1' else 's'}"

    @property
    def levels(self) -> tuple[int | None, ...]:
        """Of a comparison: how many users send requests; None at a rate."""
        return (self.matrix.users if self.matrix else ()) or (self.users,)


def load_experiment(path: Path, overrides: Iterable[str] = ()) -> Experiment:
    """Read an experiment file; `overrides` are `key=value` with dotted keys and YAML values.

    Raises `SpecError` with one sentence.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror}); name an experiment file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise SpecError(f"{path}: must be a mapping of keys such as name, variants and replicas")
    for override in overrides:
        _override(data, override)
    return parse_experiment(data, str(path))


def parse_experiment(data: Mapping[str, object], where: str) -> Experiment:
    """An experiment from its keys; raises `SpecError` with one sentence, which begins with `where`."""
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{where}: {key}{': ' if key else ''}{_wrong(first)}") from error
    # Not where a run directory is read: a report needs no script.
    if experiment.workload not in workloads():
        known = ", ".join(workloads())
        raise SpecError(f"{where}: workload: must be one of {known}, not {experiment.workload!r}")
    return experiment


_WRONG = {
    "missing": "is missing",
    "model_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
    "tuple_type": "must be a list",
    "too_short": "must name at least one",
    "string_type": "must be text (a number, on or off in quotes)",
    "string_pattern_mismatch": "must be lower-case letters, digits and hyphens",
}
"""Pydantic's words for programs, in words for people."""


def _wrong(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return f"is not a key here; the keys are {', '.join(_keys_at(error['loc']))}"
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    said = _WRONG.get(error["type"], error["msg"].replace("Input should be", "must be"))
    given = error["input"]
    return f"{said}, not {given!r}" if isinstance(given, str | int | float) else said


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Experiment
    for part in loc[:-1]:
        model = _MODELS.get(part, model)
    return sorted(model.model_fields)


_MODELS: Mapping[int | str, type[BaseModel]] = {
    "dataset": Dataset, "slo": Slo, "search": Search, "variants": Variant, "base": Variant, "pooler": Pooling,
    "ablation": Ablation, "steps": Change, "matrix": Matrix,
}  # fmt: skip


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise SpecError(f"--set {override}: must be key=value, such as search.precision=0.1")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SpecError(f"--set {override}: {text} is not YAML; put it in quotes") from error
    *path, last = key.split(".")
    place = data
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise SpecError(f"--set {override}: {part} holds no keys")
    place[last] = value
