"""Kubernetes' quantities (`250m`, `320Mi`, `1e3`) as numbers, and CPU and memory as quantities."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$")
_DECIMAL = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_BINARY = {f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTP", 1)}
_SUFFIXES = _DECIMAL | _BINARY


def number(quantity: str | float | None) -> float:
    """Cores, bytes or a count; 0 of none. Raises ValueError for what is no quantity."""
    if quantity is None:
        return 0.0
    match = _NUMBER.match(str(quantity))
    if match is None or match[2] not in _SUFFIXES:
        raise ValueError(f"{quantity!r} is no quantity such as 250m or 320Mi")
    return float(match[1]) * _SUFFIXES[match[2]]


def millicores(cores: float) -> str:
    """`0.25` → `250m`, the finest that the scheduler knows."""
    return f"{max(1, round(cores * 1000))}m"


def quantity(size: int) -> str:
    """`320Mi`, and bytes where it is no whole number of those."""
    mebibytes, rest = divmod(size, 2**20)
    return str(size) if rest else f"{mebibytes}Mi"
