"""Durations as experiment files write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_DURATION = r"^(\d+(?:\.\d+)?)(ms|s|m|h)$"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Of `500ms`, `60s` or `2m`. Raises ValueError with the rest of a sentence."""
    match = re.fullmatch(_DURATION, text.strip())
    if match is None:
        raise ValueError("must be a duration such as 500ms, 60s or 2m")
    return float(match[1]) * _SECONDS[match[2]]


def _seconds(value: object) -> object:
    return seconds(value) if isinstance(value, str) else value


Duration = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(
        _seconds, json_schema_input_type=Annotated[float, Field(gt=0)] | Annotated[str, Field(pattern=_DURATION)]
    ),
]
"""Seconds; in YAML `60s`, `2m`, `500ms` or a number."""
