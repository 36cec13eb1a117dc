"""What a request costs without a database: items of a list, and work for the processor. Pure."""

import re
from collections.abc import Mapping

from .errors import InvalidError
from .parameters import only

ITEMS = ("items", 50, 1000)
N = ("n", 2000, 100_000)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def items(number: int) -> list[dict[str, object]]:
    """The items 1 to `number`, in the contract's order of keys."""
    return [
        {"id": item, "name": f"Item {item}", "price": item * 37 % 1000, "available": item % 3 != 0}
        for item in range(1, number + 1)
    ]


def prime_count(n: int) -> int:
    """How many primes there are up to `n`, by the contract's loop, which is not meant to be fast."""
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
    number = int(value.lstrip("0")[:9] or "0") if _DIGITS.fullmatch(value) else 0
    if not 1 <= number <= most:
        raise InvalidError({name: [f"Enter a whole number from 1 to {most}."]})
    return number
