"""What an experiment file is made of, and what is wrong with a part."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """A part of an experiment file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first of all: its dotted place, empty for the whole, and in pydantic's words what is wrong there."""
    first = error.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
