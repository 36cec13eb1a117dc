"""The experiment file: a strict YAML document. Unknown keys and impossible values are one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from scalebed import yaml_reader
from scalebed.experiment.application import Application, Database, Header, Secret, with_applications
from scalebed.experiment.autoscaler import MOST_REPLICAS, Autoscaler, Behavior, Policy, Rules
from scalebed.experiment.design import Ablation, Change, Matrix, compared
from scalebed.experiment.doubts import doubts
from scalebed.experiment.duration import Duration
from scalebed.experiment.faults import Episodes, Fault, NamedFault
from scalebed.experiment.kinds import KINDS, KindName, require
from scalebed.experiment.kinds.kind import Kind
from scalebed.experiment.level import Level, told
from scalebed.experiment.own import require_own
from scalebed.experiment.requests import Expect, Request, Values
from scalebed.experiment.script import Script
from scalebed.experiment.size import Size
from scalebed.experiment.slo import Limit, NamedSlo, Slo
from scalebed.experiment.strict import Strict
from scalebed.experiment.variant import Name, NamedVariant, Pooling, Variant, cell_id
from scalebed.experiment.workloads import changes_rows, workloads
from scalebed.messages import UserError
from scalebed.statistics import sample_size

_Model = TypeVar("_Model", bound=BaseModel)


class SpecError(UserError, ValueError):
    """One sentence: which file, which key, what is wrong, what would do; `others` are further ones of the same file."""

    others: tuple[str, ...] = ()


class Dataset(Strict):
    contacts: int = Field(100_000, ge=100, le=3_000_000)
    seed: int = Field(7, ge=0, le=2**31 - 1)


class Search(Strict):
    precision: float = Field(0.05, ge=0.005, le=0.5)
    """Widest relative gap between the highest passing and the lowest failing rate."""
    max_trial: Duration = 60.0
    """Longer where too few requests would come for a verdict to rest on (`scalebed.statistics.sample_size`)."""
    confirm: Duration = 60.0
    """That must count before a rate passes that may be the answer; `max_trial` where that is shorter. A queue near its
    capacity takes many times the SLO's latency to become as long as it will be."""
    spread: float = Field(3.0, ge=1, le=10)
    """Over as many times the precision, up to a third, the first rate of a block is spread about what earlier ones
    found. What few trials near each other say stays near them, so that blocks which began at one place would err alike,
    and an interval over them would be too narrow."""
    min_requests: int = Field(sample_size.USUAL, ge=30)
    """That must count before a trial may pass early. Where a file leaves it out, at least those that tell the SLO's
    percentile and error rate with 95% certainty: 2,995 for p99.9, or for an error rate of 0.1%."""
    max_trials: int = Field(14, ge=4, le=60)
    """Per cell and block."""
    max_rate: float = Field(5000, gt=0)
    around: Mapping[str, Annotated[float, Field(gt=0)]] = {}
    """By cell, such as `naive-x1`: a rate near which its capacity is looked for, at `shares` of it."""
    shares: tuple[Annotated[float, Field(gt=0, le=10)], ...] = Field((0.7, 0.8, 0.9, 1.0, 1.1, 1.25), min_length=2)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if list(self.shares) != sorted(set(self.shares)):
            raise ValueError("shares: must ascend, each once")
        return self


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
    kind: KindName = "capacity"
    engine: Literal["local", "kubernetes"] = "local"
    seed: int = Field(7, ge=0, le=2**31 - 1)
    dataset: Dataset = Dataset()
    ablation: Ablation | None = None
    matrix: Matrix | None = None
    control: bool = False
    """`ablation` and `matrix`: measure the baseline twice, under two names, as a floor for differences."""
    duet: bool = False
    """`ablation` and `matrix`: measure each variant and what it is compared with at the same time, side by side, so
    that whatever disturbs the host meets both."""
    variants: tuple[NamedVariant, ...] = Field(
        default_factory=lambda data: compared(data["ablation"], data["matrix"], control=data["control"]), min_length=1
    )
    """`ablation` and `matrix` make them. With a key `service` they are applications of the user's own."""
    database: Database | None = None
    """Of applications that are started by a command; without it a database is their own affair."""
    cache: Annotated[
        Literal["none", "valkey"],
        BeforeValidator(
            lambda value: "none" if value is False else value,
            json_schema_input_type=Literal["none", "valkey", False],
        ),
    ] = "none"
    """The same of a cache."""
    replicas: tuple[Annotated[int, Field(ge=1, le=MOST_REPLICAS)], ...] = Field((1,), min_length=1)
    cpu_per_replica: float = Field(0.25, gt=0, le=64)
    """CPU quota of one replica, in cores."""
    memory_per_replica: Size | None = None
    """What one replica may take, such as `512MiB` or `0.5GiB`; the kernel kills what takes more. None: no limit."""
    load: Script | None = None
    """A k6 script of the user's own, or requests in its place."""
    workload: Name = Field(default_factory=lambda data: load.name if (load := data.get("load")) else "browse")
    """A script of loadtest/k6/; with `load` what that is called."""
    slo: NamedSlo = Slo()
    search: Search = Search()
    at_least: float | None = Field(None, gt=0)
    """`capacity`: requests a second that every cell is to serve within the SLO; the exit code says whether it does."""
    blocks: int = Field(5, ge=1, le=50)
    warm: bool = True
    """Warm caches at the start of each trial; False empties the service's cache before each."""
    rates: tuple[Annotated[float, Field(gt=0)], ...] = ()
    """`fixed-rate`: requests a second, each one trial."""
    rate: float | None = Field(None, gt=0)
    """`ablation`, `matrix` and `fault`: requests a second, the same for every variant; the slowest must sustain it."""
    share: float | None = Field(None, gt=0, lt=1)
    """`ablation`, `matrix` and `fault`, in the place of rate: a share of what each variant sustains, by
    `capacity_per_replica`."""
    faults: tuple[NamedFault, ...] = ()
    """`fault`: what is made to fail, each in cells of its own, beside those in which nothing does."""
    episodes: Episodes | None = None
    """`fault`: when it happens within a trial, and how often."""
    failover: bool | None = None
    """`fault`: whether the balancer sends a request that a replica did not take to another one, as most do: yes, unless
    it is false. What is not idempotent is never sent twice."""
    stages: tuple[Stage, ...] = ()
    """`closed` and `hpa`: users that come and go, one stage after another, in the place of users and duration."""
    profile: tuple[Level, ...] = ()
    """`profile`: rates over time, one level after another. `hpa`: the same, in the place of stages."""
    autoscaler: Autoscaler | None = None
    """`hpa`: in the place of replicas."""
    capacity_per_replica: Mapping[Name, Annotated[float, Field(gt=0)]] = {}
    """`hpa` with a profile, and `ablation`, `matrix` and `fault` with a share: by variant, the rate that one replica
    sustains within the SLO, from which are reckoned the replicas that a rate needs, or the rate."""
    duration: Duration | None = Field(default_factory=lambda data: _duration(data))  # noqa: PLW0108 - made below
    """How long each trial lasts, where none is a search's."""
    users: int | None = Field(
        default_factory=lambda data: max((stage.users for stage in data.get("stages", ())), default=None), ge=1, le=2000
    )
    """`closed`, and `ablation` and `matrix` instead of a rate: users that each send the next request when the last
    is answered."""
    capacity: tuple[Name, ...] = ()
    """`ablation` and `matrix`: variants whose capacity is sought as well."""

    @model_validator(mode="before")
    @classmethod
    def _applications(cls, data: Any) -> Any:
        return with_applications(data)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.variants:
            raise ValueError(f"{self.kind if self.compares else 'variants'}: is missing")
        names = [v.name for v in self.variants]
        if len(set(names)) != len(names):
            raise ValueError("variants: two have the same name")
        if len(set(self.replicas)) != len(self.replicas):
            raise ValueError("replicas: one count is named twice")
        require(self)
        require_own(self)
        return self

    @property
    def writes(self) -> bool:
        """Whether rows are put back before each trial, since the load changes them."""
        return self.load is None and changes_rows(self.workload)

    @property
    def renews(self) -> bool:
        """Whether rows are put back, and the cache emptied with them, before each trial. A cell of faults has one trial
        in each deployment, and its rows are its own."""
        return self.writes and not self.traits.disrupts

    @property
    def unit(self) -> str:
        """What a rate counts: a script of the user's own may make several requests a journey."""
        return "journeys" if self.load is not None and self.load.script is not None else "requests"

    @property
    def cell_ids(self) -> tuple[str, ...]:
        """The ids of all cells, variants first, as the file lists them."""
        return tuple(
            cell_id(variant.name, None if self.autoscaler else replicas, users, None if fault is None else fault.name)
            for variant in self.variants
            for replicas in self.replicas
            for users in (self.levels if self.compares else (None,))
            for fault in self.cases
        )

    @property
    def cases(self) -> tuple[Fault | None, ...]:
        """What happens in a variant's cells: None is the one in which nothing does."""
        return (None, *self.faults)

    def rate_given(self, variant: str, replicas: int) -> float | None:
        """The rate of a cell, where one is given for each."""
        if self.share is None:
            return self.rate
        # A control is the base once more.
        known = variant if variant in self.capacity_per_replica else self.variants[0].name
        return self.share * self.capacity_per_replica[known] * replicas

    @property
    def traits(self) -> Kind:
        """What its kind is like."""
        return KINDS[self.kind]

    @property
    def compares(self) -> bool:
        """Whether every variant is measured under one load that all can bear."""
        return self.traits.compares

    @property
    def is_ladder(self) -> bool:
        """Whether each step is upon those before it, and compared with the one before."""
        return self.ablation is not None and self.ablation.mode == "ladder"

    def seeks(self, variant: str) -> bool:
        """Whether the capacity of this variant's cells is sought."""
        return self.traits.seeks or variant in self.capacity

    @property
    def crowd(self) -> str:
        """A load that is not sought, in words: `50 users`, `10, 100 and 10 users`, `5 and 50 requests a second`."""
        if self.profile:
            return told(self.profile)
        *others, last = (str(stage.users) for stage in self.stages) if self.stages else (str(self.users),)
        return f"{', '.join(others)}{' and ' if others else ''}{last} user{'' if last == '1' else 's'}"

    def unlike(self, other: Experiment) -> tuple[str, ...]:
        """Keys in which the other measures something else; what is only said about it may change."""
        ours, theirs = (each.model_dump(exclude={"description", "advice"}) for each in (self, other))
        return tuple(sorted(key for key in ours if ours[key] != theirs[key]))

    @property
    def levels(self) -> tuple[int | None, ...]:
        """How many users send requests in a comparison; None at a rate."""
        return (self.matrix.users if self.matrix else ()) or (self.users,)


def _duration(data: Mapping[str, Any]) -> float | None:
    """Of a trial whose parts say it."""
    if data.get("faults"):
        return (data.get("episodes") or Episodes()).duration
    return sum(stage.duration for stage in (*data.get("stages", ()), *data.get("profile", ()))) or None


def compose_experiment(overrides: Iterable[str], folder: Path) -> Experiment:
    """An experiment of `key=value` alone, as `load_experiment` reads them; named after its script."""
    data: dict[str, Any] = {}
    for override in overrides:
        _override(data, override)
    load = data.get("load")
    if "name" not in data and isinstance(load, dict) and load.get("script"):
        data["name"] = Script(script=str(load["script"])).name
    return parse_experiment(data, "the command line", folder=folder)


def load_experiment(path: Path, overrides: Iterable[str] = (), begun: Experiment | None = None) -> Experiment:
    """Read an experiment file; `overrides` are `key=value` with dotted keys and YAML values.

    `begun` is what a run directory holds that is to be gone on with. Raises `SpecError` with one sentence.
    """
    try:
        data = yaml_reader.read(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror}); name an experiment file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: {yaml_reader.sentence(error)}") from error
    if not isinstance(data, dict):
        raise SpecError(f"{path}: must be a mapping of keys such as name, variants and replicas")
    if data.get("database", ...) is None:
        data["database"] = {}  # its heading alone asks for one as well
    for override in overrides:
        _override(data, override)
    return parse_experiment(data, str(path), begun, path.parent)


def parse_experiment(
    data: Mapping[str, object], where: str, begun: Experiment | None = None, folder: Path | None = None
) -> Experiment:
    """An experiment from its keys; raises `SpecError` with one sentence, which begins with `where`.

    One that was begun as it stands is taken as it stands: what is doubted of it today, an earlier version took. Places
    in it are counted from `folder`.
    """
    experiment = _valid(Experiment, data, where, folder=folder)
    if begun is not None and not experiment.unlike(begun):
        return experiment
    if experiment.autoscaler is not None:
        _valid(Behavior, dict(experiment.autoscaler.behavior), where, "autoscaler", "behavior")
    experiment = _sampled(experiment)
    # Not where a run directory is read: a report needs no script.
    if experiment.load is not None:
        if experiment.workload != experiment.load.name:
            raise SpecError(f"{where}: workload: is what load names; leave it out")
        if not experiment.load.file.is_file():
            raise SpecError(f"{where}: load.script: {experiment.load.file} is no file; name a k6 script")
    elif experiment.workload not in workloads():
        known = ", ".join(workloads())
        raise SpecError(f"{where}: workload: must be one of {known}, not {experiment.workload!r}")
    for doubt in doubts(experiment):
        raise SpecError(f"{where}: {doubt}")
    return experiment


def _valid(model: type[_Model], data: object, where: str, *place: str, folder: Path | None = None) -> _Model:
    try:
        return model.model_validate(data, context={} if folder is None else {"folder": folder})
    except ValidationError as error:
        wrong, *others = (f"{where}: {_sentence(each, place, data)}" for each in _of_their_own(error.errors(), data))
        refused = SpecError(wrong)
        refused.others = tuple(others)
        raise refused from error


def _of_their_own(errors: list[ErrorDetails], data: object) -> list[ErrorDetails]:
    """Those that do not come of others: of what a list holds, or of a key that a default is made from."""
    named = isinstance(data, dict) and "variants" in data
    places = [error["loc"] for error in errors]

    def follows(error: ErrorDetails) -> bool:
        loc = error["loc"]
        inner = any(other[: len(loc)] == loc and len(other) > len(loc) for other in places)
        made = not named and loc[:1] == ("variants",) and loc[2:] == ("name",)
        return error["type"] == "default_factory_not_called" or (error["type"] == "too_short" and inner) or made

    return [error for error in errors if not follows(error)] or errors


def _sentence(error: ErrorDetails, place: tuple[str, ...], data: object) -> str:
    error["loc"] = (*place, *error["loc"])
    key = ".".join(_as_written(error["loc"], data))
    return f"{key}{': ' if key else ''}{_wrong(error)}"


def _as_written(loc: tuple[int | str, ...], data: object) -> Iterator[str]:
    """The place in words of the file, where an application's keys stand under `service` or in the variant."""
    parts = list(loc)
    if "application" in parts[:3]:
        at = parts.index("application")
        shared = data.get("service") if isinstance(data, dict) else None
        own = isinstance(shared, dict) and (len(parts) == at + 1 or parts[at + 1] in shared)
        parts = ["service", *parts[at + 1 :]] if own else [*parts[:at], *parts[at + 1 :]]
    return map(str, parts)


def _sampled(experiment: Experiment) -> Experiment:
    """With as many requests to a trial as the SLO needs, where the file does not say how many."""
    search, slo = experiment.search, experiment.slo
    if "min_requests" in search.model_fields_set:
        return experiment
    requests = max(search.min_requests, sample_size.needed(slo.highest, slo.error_rate))
    return experiment.model_copy(update={"search": search.model_copy(update={"min_requests": requests})})


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
    secret = bool({"secrets", "headers"} & set(error["loc"]))
    if "secrets" in error["loc"][:-1] and error["type"] in ("model_type", "model_attributes_type"):
        return "must say where it is read from, as {variable: NAME} or {file: FILE}; the secret itself stands nowhere"
    if error["type"] == "extra_forbidden":
        return f"is not a key here; the keys are {', '.join(_keys_at(error['loc']))}"
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    said = _WRONG.get(error["type"], error["msg"].replace("Input should be", "must be"))
    given = error["input"]
    if secret or not isinstance(given, str | int | float):
        return said
    return f"{said}, not {given!r}{_meant(error)}"


_SHARES = ("slo.error_rate", "search.precision", "search.shares", "share")


def _meant(error: ErrorDetails) -> str:
    """The share, where percent were written for one."""
    given, place = error["input"], ".".join(str(part) for part in error["loc"])
    if not place.startswith(_SHARES) or not isinstance(given, int | float) or not 1 <= given <= 1000:
        return ""
    return f"; it is a share: write {given / 100:.10g} for {given:g}%"


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Experiment
    for part in loc[:-1]:
        model = _MODELS.get(part, model)
    return sorted(model.model_fields)


_MODELS: Mapping[int | str, type[BaseModel]] = {
    "dataset": Dataset, "slo": Slo, "search": Search, "autoscaler": Autoscaler, "profile": Level, "variants": Variant,
    "base": Variant, "behavior": Behavior, "scaleUp": Rules, "scaleDown": Rules, "policies": Policy,
    "pooler": Pooling, "ablation": Ablation, "steps": Change, "matrix": Matrix, "application": Application,
    "database": Database, "load": Script, "secrets": Secret, "headers": Header,
    "further": Limit, "faults": Fault, "episodes": Episodes, "requests": Request, "expect": Expect, "values": Values,
}  # fmt: skip


def _override(data: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise SpecError(f"--set {override}: must be key=value, such as search.precision=0.1")
    *path, last = key.split(".")
    if {"secrets", "headers"} & {*path, last}:
        override, shown = f"{key}=…", "it"
    else:
        shown = text
    try:
        value = {} if key == "database" and not text.strip() else yaml_reader.read(text)
    except yaml_reader.RepeatedKeyError as error:
        told = "a key is given twice" if shown == "it" else str(error)
        raise SpecError(f"--set {override}: {told}") from error
    except yaml.YAMLError as error:
        raise SpecError(f"--set {override}: {shown} is not YAML; put it in quotes") from error
    place = data
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise SpecError(f"--set {override}: {part} holds no keys")
    place[last] = value
