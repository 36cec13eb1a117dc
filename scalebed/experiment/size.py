"""Sizes of memory as experiment files and Kubernetes write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_SIZE = r"^(\d+(?:\.\d+)?) ?(Ki|Mi|Gi|KiB|MiB|GiB|k|M|G|kB|MB|GB)$"
_BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}
LEAST = 4 * 2**20
"""Bytes in which no program that serves starts; fewer are a number whose unit was forgotten."""
_MOST = 2**42


def _bytes(value: object) -> object:
    if isinstance(value, str):
        match = re.fullmatch(_SIZE, value.strip())
        if match is None:
            raise ValueError(f"must be a size such as 512MiB, 0.5GiB or 512Mi, not {value!r}")
        value = round(float(match[1]) * _BYTES[match[2].removesuffix("B")])
    if isinstance(value, int) and not isinstance(value, bool) and not LEAST <= value <= _MOST:
        raise ValueError(f"must be from 4MiB to 4096GiB, not {value:,} bytes; name a size such as 512MiB")
    return value


Size = Annotated[
    int,
    BeforeValidator(
        _bytes, json_schema_input_type=Annotated[int, Field(ge=LEAST, le=_MOST)] | Annotated[str, Field(pattern=_SIZE)]
    ),
]
"""Bytes; in YAML `512MiB`, `0.5GiB`, `512Mi`, or a number of bytes."""


def in_words(size: float) -> str:
    """`512 MiB`, `1.5 GiB`, for people."""
    return f"{size / 2**30:.4g} GiB" if size >= 2**30 else f"{size / 2**20:.4g} MiB"
