"""A variant: a service under test with its switches and its pooler."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from scalebed.experiment.application import Application, ChartValues
from scalebed.experiment.strict import Strict

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


def _digits(value: object) -> object:
    """Whole numbers as text; a YAML `on` is a truth value, and whether `on` or `true` was meant nobody can tell."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


SwitchValue = Annotated[str, BeforeValidator(_digits, json_schema_input_type=str | int)]


class Pooling(Strict):
    """What stands between the replicas and Postgres."""

    mode: Literal["transaction", "session", "off"] = "transaction"
    """`off`: every connection of a replica is one of Postgres."""
    size: int | None = Field(None, ge=1, le=1000)
    """Connections to Postgres, at most; as many as the engine finds fit for the host where none is given."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.mode == "off" and self.size is not None:
            raise ValueError("size: there is no pool with the pooler off; leave it out")
        return self


def _mode(value: object) -> object:
    return {"mode": "off" if value is False else value} if isinstance(value, str | bool) else value


NamedPooling = Annotated[
    Pooling, BeforeValidator(_mode, json_schema_input_type=Pooling | Literal["transaction", "session", "off", False])
]
"""In YAML also the bare mode; YAML reads a bare `off` as false."""


class Variant(Strict):
    """A service with its switches, or an application of the user's own. `name` is what the report calls it."""

    name: Name
    service: Name = Field(default_factory=lambda data: data["name"])
    """A folder in apps/; the name where none is given."""
    application: Application | None = None
    """What is measured in the place of a folder in apps/."""
    switches: Mapping[str, SwitchValue] = {}
    pooler: NamedPooling = Pooling()
    values: ChartValues = Field(default_factory=dict)
    """Engine kubernetes: further values of the service's chart by their dotted names, such as `env.POOL_MAX_SIZE`, and
    with `datastore.` before them those of the datastore's. A value may be a list or a mapping, whose keys are taken as
    they are; in a dotted name `\\.` is a dot of the key itself."""

    @property
    def runs_here(self) -> bool:
        """Whether it is started for the experiment, and did not run before."""
        return self.application is None or bool(self.application.command or self.application.image)

    @property
    def scales(self) -> bool:
        """Whether the experiment sets the number of its replicas."""
        return self.runs_here or (self.application is not None and bool(self.application.deployment))

    @model_validator(mode="after")
    def _own(self) -> Self:
        for key in ("switches", "values"):
            if self.application is not None and getattr(self, key):
                raise ValueError(f"{key}: belong to the shipped services; an application takes env")
        return self


def has_own(variants: Iterable[Variant]) -> bool:
    """Whether one of them is an application of the user's own."""
    return any(variant.application is not None for variant in variants)


def _shorthand(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


NamedVariant = Annotated[Variant, BeforeValidator(_shorthand, json_schema_input_type=Name | Variant)]
"""In YAML also the bare name of its service."""


def cell_id(variant: str, replicas: int | None, users: int | None, fault: str | None = None) -> str:
    """Unique within an experiment, fit for a file name; `replicas` is None where an autoscaler owns their number."""
    scale = "hpa" if replicas is None else f"x{replicas}"
    return f"{variant}-{scale}" + (f"-u{users}" if users else "") + (f"-{fault}" if fault else "")


def label(settings: Mapping[str, str], *, whole: bool = False) -> str:
    """A name made of settings: `workers-2`, `cache-off`, and of a word that speaks for itself the word: `orjson`.

    `whole` names every setting, for where two would come out alike.
    """
    said = [
        value if value[:1].isalpha() and value not in ("on", "off") and not whole else f"{key}-{value}"
        for key, value in settings.items()
    ]
    return as_name("-".join(said))


def as_name(text: str) -> str:
    """As much of a text as a name may hold; empty where that is nothing."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
