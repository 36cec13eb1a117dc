"""What a request costs without a database: items of a list, and work for the processor. Pure."""

import re
from collections.abc import Mapping

from ..domain.errors import InvalidError
from .parameters import only

MAX_ITEMS = 1000
MAX_N = 100_000

_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def items(number: int) -> list[dict[str, object]]:
    """The items 1 to `number`, in the contract's order of keys."""
    return [
        {"id": item, "name": f"Item {item}", "price": item * 37 % 1000, "available": item % 3 != 0}
        for item in range(1, number + 1)
    ]


def prime_count(n: int) -> int:
    """How many primes there are up to `n`, by trial division by the odd numbers up to the square root.

    The loop is the contract's, the same in every service; it is not meant to be fast.
    """
    primes = 1 if n >= 2 else 0
    for candidate in range(3, n + 1, 2):
        divisor = 3
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 2
        primes += divisor * divisor > candidate
    return primes


def whole_parameter(parameters: Mapping[str, str], name: str, default: int, most: int) -> int:
    """The one parameter that there may be, from 1 to `most`; raises `InvalidError` naming what is wrong.

    `parameters` maps each name to its last value; an empty one counts as absent.
    """
    value = only(parameters, name)
    if not value:
        return default
    # Any number of digits is a number, but int() refuses thousands of them.
    if not _DIGITS.fullmatch(value) or not 1 <= int(value.lstrip("0")[:9] or "0") <= most:
        raise InvalidError({name: [f"Enter a whole number from 1 to {most}."]})
    return int(value.lstrip("0"))
