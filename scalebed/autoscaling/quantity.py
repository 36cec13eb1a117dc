"""Quantities as Kubernetes writes them: `250m`, `1.5`, `64Mi`, `119500123n`, `1e3`."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

_FORM = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]?))")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {unit: 10 * power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)}
_NANO = 10**9


def _checked(given: object) -> object:
    text = str(given)
    if isinstance(given, bool) or not isinstance(given, str | int | float) or _FORM.fullmatch(text) is None:
        raise ValueError(f"{given!r} is no quantity, such as 250m, 1.5 or 64Mi")
    return text


Quantity = Annotated[str, BeforeValidator(_checked)]
"""Text, or a plain number in JSON."""


def milli(quantity: str) -> int:
    """Thousandths, rounded away from zero (apimachinery 1.34.4 and 1.37.2, pkg/api/resource, MilliValue)."""
    return _away(_exact(quantity) * 1000)


def approximate(quantity: str) -> float:
    """What AsApproximateFloat64 makes of it: a whole number times a power of a thousand, multiplied as floats.

    The API server keeps a quantity in its canonical form, so 0.05 is 50 × 10⁻³.
    """
    value = _exact(quantity)
    for exponent in (0, -3, -6, -9):
        scaled = value * 10**-exponent
        if scaled.denominator == 1:
            return float(scaled.numerator) * 10.0**exponent if exponent else float(scaled.numerator)
    raise AssertionError("a quantity is a whole number of billionths")


def _exact(quantity: str) -> Fraction:
    match = _FORM.fullmatch(quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is no quantity, such as 250m, 1.5 or 64Mi")
    sign, number, exponent, unit = match.groups()
    value = Fraction(number.rstrip("."))
    if unit in _BINARY:
        value *= 2 ** _BINARY[unit]
    else:
        value *= Fraction(10) ** (int(exponent[1:]) if exponent else _DECIMAL[unit])
    # Nothing is finer than a billionth.
    return Fraction(_away(value * _NANO), _NANO) * (-1 if sign == "-" else 1)


def _away(value: Fraction) -> int:
    return math.ceil(value) if value > 0 else math.floor(value)
