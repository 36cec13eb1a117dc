"""How figures are written for people: three significant digits, a thousands comma, units beside them."""

from __future__ import annotations

import math
from collections.abc import Callable

from scalebed.statistics.intervals import Interval

DASH = "–"
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def decimals(value: float, digits: int = 3) -> int:
    """Decimal places that show `value` with `digits` significant digits; never negative."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def figure(value: float | None, digits: int = 3, *, like: float | None = None) -> str:
    """`value` with `digits` significant digits, or with as many decimals as `like` would get."""
    if value is None or not math.isfinite(value):
        return "∞" if value == math.inf else DASH
    places = decimals(value if like is None else like, digits)
    text = f"{value:,.{places}f}"
    # 9.996 rounds to 10.00: a digit too many.
    if like is None and decimals(float(text.replace(",", "")), digits) < places:
        text = f"{value:,.{places - 1}f}"
    return text


def span(low: float | None, high: float | None, *, like: float, digits: int = 3) -> str:
    """`low–high`, in the decimals of the estimate between them; empty without an interval."""
    return bounds(low, high, lambda value: figure(value, digits, like=like))


def span_to(low: float | None, high: float | None, places: int, unit: str = "") -> str:
    """The same with as many decimals as told."""
    return bounds(low, high, lambda value: f"{value:.{places}f}", unit)


def bounds(low: float | None, high: float | None, write: Callable[[float], str], unit: str = "") -> str:
    """An interval; one that is open above or below says so. Nothing of one from 0 to 0: it tells no more than the 0."""
    if low is None or high is None or (low == 0 and (high == 0 or math.isinf(high))):
        return ""
    if math.isinf(high):
        return f"{write(low)}{unit} or more"
    if low == 0:
        return f"at most {write(high)}{unit}"
    return f"{write(low)}{DASH}{write(high)}{unit}"


def times(value: float | None) -> str:
    """A ratio, as `63 ×`."""
    return DASH if value is None else f"{figure(value, ratio_digits(value))} ×"


def ratio_digits(value: float) -> int:
    """Two digits tell a ratio, three where it is close to one or above a hundred."""
    return 3 if value < 2 or value >= 100 else 2


def interval(estimate: Interval | None, digits: int = 3, unit: str = "") -> str:
    """`12.3 (11.9–12.7)`; with a unit `12.3 s (11.9–12.7)`."""
    return DASH if estimate is None else f"{figure(estimate.estimate, digits)}{unit}{_bracketed(estimate, digits)}"


def ratio(estimate: Interval) -> str:
    """`0.55 × (0.52–0.58)`."""
    return f"{times(estimate.estimate)}{_bracketed(estimate, ratio_digits(estimate.estimate))}"


def ratio_interval(estimate: Interval) -> str:
    """`(0.52–0.58)`, as `ratio` has it; empty without one."""
    return _bracketed(estimate, ratio_digits(estimate.estimate)).strip()


def tabled_ratio(estimate: Interval) -> str:
    """`0.55 (0.52–0.58)`, and `≈ 1.02 (0.97–1.07)` where the interval holds 1, or there is none."""
    digits = ratio_digits(estimate.estimate)
    known = estimate.lower is not None and estimate.upper is not None and not estimate.lower <= 1 <= estimate.upper
    return f"{'' if known else '≈ '}{figure(estimate.estimate, digits)}{_bracketed(estimate, digits)}"


def _bracketed(estimate: Interval, digits: int) -> str:
    within = span(estimate.lower, estimate.upper, like=estimate.estimate, digits=digits)
    return f" ({within})" if within else ""


def bound(share: float) -> str:
    """A share that is not exceeded, with two digits however small it is: `0.0012%`."""
    return f"{figure(share * 100, 2)}%"


def percent(share: float | None, places: int = 0) -> str:
    if share is None or not math.isfinite(share):
        return DASH
    if 0 < share < 0.5 * 10 ** -(places + 2):
        return f"< {10.0**-places:.{places}f}%"
    return f"{share * 100:.{places}f}%"


def with_unit(value: float | None, unit: str) -> str:
    """`12.3 ms`, `45.6/s`."""
    return f"{figure(value)}{'' if unit.startswith('/') else ' '}{unit}"


def milliseconds(value: float | None) -> str:
    """A latency in milliseconds, from ten seconds on in seconds; an infinite one is that of requests that failed."""
    if value is None or not math.isfinite(value):
        return "beyond any limit" if value == math.inf else DASH
    return f"{figure(value / 1000)} s" if value >= 10_000 else f"{figure(value)} ms"


def mebibytes(size: float | None) -> str:
    """Bytes in MiB, without the unit."""
    return DASH if size is None else figure(size / 2**20)


def limit(value: float) -> str:
    """An SLO's latency as people write it: `1 s`, `250 ms`."""
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"


def percentile_name(percentile: float) -> str:
    return f"p{percentile:g}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`one replica`, `4 replicas`, `no trials`."""
    word = WORDS[number] if number < 2 else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def listing(items: list[str] | tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
