"""How much worse is allowed: `capacity < -5 %`, and whether a change is beyond that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scalebed.comparison.change import Change
from scalebed.comparison.quantities import QUANTITIES, Quantity, is_quantity
from scalebed.messages import UserError
from scalebed.report.findings.conclusion import Conclusion

_LIMIT = re.compile(
    r"\s*(?P<quantity>[a-z0-9_]+)\s*(?P<side>[<>])\s*(?P<sign>[-+−]?)\s*(?P<percent>\d+(\.\d+)?)\s*%\s*"
)


class LimitError(UserError, ValueError):
    """One sentence: what of a limit cannot be read."""


@dataclass(frozen=True)
class Limit:
    """Fails where the quantity has surely changed by less, or more, than so much."""

    text: str
    quantity: Quantity
    side: Literal["<", ">"]
    change: float
    """A share: -0.05 where it reads -5 %."""


@dataclass(frozen=True)
class Judgement:
    """What one limit comes to at one place."""

    limit: Limit
    change: Change
    conclusion: Conclusion
    reason: str
    """A clause: why there is no ratio to judge by, or why it is none that counts; empty otherwise."""
    maybe: bool = False
    """It is not broken for sure, but the interval reaches beyond the limit."""


def parse(text: str) -> Limit:
    """Raises LimitError."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise LimitError(f"--fail-if {text!r}: must be a quantity, < or >, and percent, such as 'capacity < -5 %'")
    quantity = match["quantity"]
    if not is_quantity(quantity):
        raise LimitError(f"--fail-if {text!r}: {quantity} is none of {', '.join(QUANTITIES)}")
    share = float(match["percent"]) / 100 * (-1 if match["sign"] in ("-", "−") else 1)
    if share <= -1:
        raise LimitError(f"--fail-if {text!r}: nothing can fall by 100% or more; name less")
    return Limit(text, quantity, "<" if match["side"] == "<" else ">", share)


def require_told(limits: Sequence[Limit], name: str, told: Sequence[Quantity]) -> None:
    """Raises LimitError where what is called so does not tell a limit's quantity, but these."""
    for limit in limits:
        if limit.quantity not in told:
            raise LimitError(
                f"--fail-if {limit.text!r}: {name} does not tell {limit.quantity}, but {', '.join(told) or 'nothing'}"
            )


def judge(limits: Sequence[Limit], changes: Sequence[Change]) -> tuple[Judgement, ...]:
    """Each limit at each place that has its quantity. A limit whose quantity is nowhere is a `LimitError`, since it
    could never fail."""
    found: list[Judgement] = []
    for limit in limits:
        told = [_judged(limit, change) for change in changes if change.quantity == limit.quantity]
        if not told:
            known = ", ".join(dict.fromkeys(change.quantity for change in changes)) or "nothing"
            raise LimitError(f"--fail-if {limit.text!r}: these have no {limit.quantity} in common, but {known}")
        found += told
    return tuple(found)


def _judged(limit: Limit, change: Change) -> Judgement:
    if change.lost and change.worse is not None:
        # A capacity that is no longer there is below any limit; one that came to be is above any.
        beyond = change.worse == (limit.side == "<")
        return Judgement(limit, change, Conclusion.NO if beyond else Conclusion.YES, change.lost)
    ratio, floor, at = change.ratio, change.floor, 1 + limit.change
    if change.lost or ratio is None or ratio.lower is None or ratio.upper is None or floor is None:
        return Judgement(limit, change, Conclusion.NO_VALID_ANSWER, _untold(change))
    below = limit.side == "<"
    surely, maybe = (ratio.upper < at, ratio.lower < at) if below else (ratio.lower > at, ratio.upper > at)
    if not surely:
        return Judgement(limit, change, Conclusion.YES, "", maybe)
    if _beyond_floor(limit, ratio.estimate, floor):
        return Judgement(limit, change, Conclusion.NO, "")
    told = f"the same thing differs by up to {floor:.3g} ×, measured twice"
    return Judgement(limit, change, Conclusion.YES, told)


def _untold(change: Change) -> str:
    """Why there is nothing to judge by, as a clause."""
    if change.lost or change.ratio is None:
        return change.lost or "there is no ratio"
    if change.ratio.lower is None:
        return "there is no interval: it takes three blocks on each side"
    return "the control tells nothing of it"


def _beyond_floor(limit: Limit, estimate: float, floor: float) -> bool:
    """Whether more than the same thing differs from itself, in the direction that the limit is about."""
    if (estimate < 1) != (limit.side == "<"):
        return True  # such as a limit of `< +20 %`: that it has not become so much better is no question of noise
    return max(estimate, 1 / estimate) > floor
