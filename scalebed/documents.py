"""What commands print for programs: JSON objects, each with a version and a schema of its own."""

from __future__ import annotations

import json
import math
import os
import sys
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Part(BaseModel):
    """What a document consists of. What is no finite number is null."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        ser_json_inf_nan="null",
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Document(Part):
    """One object, which is all that a command prints on stdout."""

    schema_version: Literal[1] = 1
    """Another one where a key is gone or means something else."""


def _in_unicode(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


PathText = Annotated[str, BeforeValidator(_in_unicode)]
"""A path. Bytes that are no UTF-8, which a file's name may have and JSON may not, are replaced."""


class Estimated(Protocol):
    """What is needed of an interval (`scalebed.statistics.intervals.Interval`)."""

    @property
    def estimate(self) -> float: ...
    @property
    def lower(self) -> float | None: ...
    @property
    def upper(self) -> float | None: ...
    @property
    def n(self) -> int: ...


class Estimate(Part):
    """A mean over blocks with its 95% interval; a geometric one, but for what an episode of a fault cost."""

    estimate: float
    lower: float | None
    """Null without an interval: it takes three blocks."""
    upper: float | None
    """Null without an interval, and where nothing is known above."""
    blocks: int

    @classmethod
    def of(cls, interval: Estimated) -> Self:
        """Of an interval."""
        upper = None if interval.upper is None or math.isinf(interval.upper) else interval.upper
        return cls(estimate=interval.estimate, lower=interval.lower, upper=upper, blocks=interval.n)


def estimate(interval: Estimated | None) -> Estimate | None:
    """None of none."""
    return None if interval is None else Estimate.of(interval)


def show(document: Document) -> None:
    """Print it on stdout, in UTF-8 whatever the locale is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{document.model_dump_json(indent=2)}\n".encode())
    sys.stdout.buffer.flush()


def schema(document: type[Document]) -> str:
    """The JSON Schema of a document, as text that ends with a line break."""
    said = {"$schema": DIALECT, **document.model_json_schema(mode="serialization")}
    return json.dumps(said, indent=2) + "\n"
