"""The experiment file: a strict YAML document. Unknown keys and impossible values are one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

_DURATION = r"^(\d+(?:\.\d+)?)(ms|s|m|h)$"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


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

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Dataset(_Strict):
    contacts: int = Field(100_000, ge=100, le=3_000_000)
    seed: int = Field(7, ge=0, le=2**31 - 1)


class Variant(_Strict):
    """A service with its switches. `name` is what the report calls it."""

    name: Name
    service: Name = Field(default_factory=lambda data: data["name"])
    """A folder in apps/; the name where none is given."""
    switches: Mapping[str, str] = {}


def _shorthand(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


NamedVariant = Annotated[Variant, BeforeValidator(_shorthand, json_schema_input_type=Name | Variant)]
"""In YAML also the bare name of its service."""


class Slo(_Strict):
    """Limits that a rate must meet: `percentile` of all latencies ≤ `latency_ms`, and errors ≤ `error_rate`.

    An error is a response of 5xx, an unexpected 4xx, or none at all.
    """

    percentile: float = Field(95, gt=0, lt=100)
    latency_ms: float = Field(1000, gt=0)
    error_rate: float = Field(0.01, ge=0, lt=1)


class Search(_Strict):
    precision: float = Field(0.05, ge=0.005, le=0.5)
    """Widest relative gap between the highest passing and the lowest failing rate."""
    max_trial: Duration = 60.0
    min_requests: int = Field(300, ge=30)
    max_trials: int = Field(14, ge=4, le=60)
    """Per cell and block."""
    max_rate: float = Field(5000, gt=0)


class Experiment(_Strict):
    """One experiment file."""

    name: Name
    description: str = ""
    kind: Literal["capacity", "fixed-rate", "closed"] = "capacity"
    engine: Literal["local", "kubernetes"] = "local"
    seed: int = Field(7, ge=0, le=2**31 - 1)
    dataset: Dataset = Dataset()
    variants: tuple[NamedVariant, ...] = Field(min_length=1)
    replicas: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field((1,), min_length=1)
    cpu_per_replica: float = Field(0.25, gt=0, le=64)
    """CPU quota of one replica, in cores."""
    workload: Literal["browse", "list", "deep-page", "search", "detail", "write-mix"] = "browse"
    slo: Slo = Slo()
    search: Search = Search()
    blocks: int = Field(5, ge=1, le=50)
    warm: bool = True
    """Warm caches at the start of each trial; False empties the service's cache before each."""
    rates: tuple[Annotated[float, Field(gt=0)], ...] = ()
    """`fixed-rate`: requests a second, each one trial."""
    duration: Duration | None = None
    """`fixed-rate` and `closed`: how long each trial lasts."""
    users: int | None = Field(None, ge=1, le=2000)
    """`closed`: users that each send the next request when the last is answered."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [v.name for v in self.variants]
        if len(set(names)) != len(names):
            raise ValueError("variants: two have the same name")
        if len(set(self.replicas)) != len(self.replicas):
            raise ValueError("replicas: one count is named twice")
        if self.kind == "fixed-rate" and not (self.rates and self.duration):
            raise ValueError("rates and duration: kind fixed-rate needs both")
        if self.kind == "closed" and not (self.users and self.duration):
            raise ValueError("users and duration: kind closed needs both")
        return self


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
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{where}: {key}{': ' if key else ''}{_wrong(first)}") from error


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
    models: dict[str, type[BaseModel]] = {"dataset": Dataset, "slo": Slo, "search": Search, "variants": Variant}
    model = models.get(str(loc[0]), Experiment) if len(loc) > 1 else Experiment
    return sorted(model.model_fields)


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
