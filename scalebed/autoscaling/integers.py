"""Integers of Go on amd64, which the controller calculates with: they wrap, and division cuts towards zero."""

from __future__ import annotations

import math

MAX_INT32 = 2**31 - 1
MIN_INT32 = -(2**31)
MAX_INT64 = 2**63 - 1


def wrapped32(value: int) -> int:
    """An integer's lowest 32 bits, signed."""
    return (value + 2**31) % 2**32 - 2**31


def wrapped64(value: int) -> int:
    """An integer's lowest 64 bits, signed."""
    return (value + 2**63) % 2**64 - 2**63


def cut(numerator: int, denominator: int) -> int:
    """The quotient without what is behind its point. Raises ZeroDivisionError."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def ceil32(value: float) -> int:
    """`value` rounded up, as int32(math.Ceil(value)): what does not fit becomes the least number there is."""
    if not math.isfinite(value) or not MIN_INT32 <= math.ceil(value) <= MAX_INT32:
        return MIN_INT32
    return math.ceil(value)


def ratio(numerator: float, denominator: float) -> float:
    """The quotient of two floats as IEEE 754 has it: over zero it is infinite, and zero over zero is no number."""
    if denominator == 0:
        return math.nan if numerator == 0 else math.copysign(math.inf, numerator)
    return numerator / denominator
