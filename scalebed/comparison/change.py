"""What became of one quantity at one place: both values, how many times the first the second is, and whether that may
be called a difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from scalebed.comparison import quantities
from scalebed.comparison.quantities import QUANTITIES, Quantity
from scalebed.comparison.side import Found, Open, Place, Side, one_run
from scalebed.report.findings import brackets
from scalebed.report.findings.brackets import Bracket
from scalebed.report.sentences import figures
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval


@dataclass(frozen=True)
class Change:
    """Of one quantity at one place."""

    place: Place
    quantity: Quantity
    before: Interval | None
    """Over the blocks of the first side, in the quantity's unit."""
    after: Interval | None
    ratio: Interval | None
    """The second over the first: paired by block within one run, else of two samples. None where one side has no value,
    or the two say nothing of each other."""
    floor: float | None = 1.0
    """The factor by which the same thing differs, measured twice; 1 where nobody asked, None where a control was to
    tell and does not."""
    lost: str = ""
    """Why there is no ratio though something is known, as a clause: `nothing valid was measured after`."""
    worse: bool | None = None
    """Where `lost`: whether it is worse beyond any limit. None where it is neither."""

    @property
    def differs(self) -> bool | None:
        """Whether a difference is claimed; None where that cannot be told."""
        return None if self.floor is None else intervals.differs(self.ratio, self.floor)

    @property
    def more_is_better(self) -> bool:
        return QUANTITIES[self.quantity].more_is_better


def changes(before: Side, after: Side, control: Side | None = None) -> tuple[Change, ...]:
    """At every place that was planned on both sides; `control` repeats the first side and tells the floor."""
    paired = one_run(before, after)
    found = []
    for place, first in before.found.items():
        second = after.found.get(place)
        if second is None:
            continue
        known = {*first.values, *second.values}
        for quantity in quantities.of(before.manifest.experiment):
            # Not of a part that is not there. Where nothing is valid, that is told of all that might have been.
            if known and quantity not in known and quantity != "capacity":
                continue
            change = _change(place, quantity, (first, second), paired=paired)
            if change is not None:
                found.append(replace(change, floor=_floor((before, after), control, place, quantity)))
    return tuple(found)


def only(side: Side, other: Side) -> tuple[Place, ...]:
    """Places that the other did not plan."""
    return tuple(place for place in side.found if place not in other.found)


def _change(place: Place, quantity: Quantity, sides: tuple[Found, Found], *, paired: bool) -> Change | None:
    first, second = (side.values.get(quantity, {}) for side in sides)
    before, after = brackets.interval(first.values()), brackets.interval(second.values())
    ratio = _ratio(second, first, paired=paired)
    if quantity != "capacity":
        without = [which for which, value in (("before", before), ("after", after)) if value is None]
        lost = f"nothing valid was measured {' and '.join(without)}" if without else ""
        return Change(place, quantity, before, after, ratio, lost=lost)
    if not all(side.sought for side in sides):
        return None
    told = _lost(*sides)
    if told is None:
        return Change(place, quantity, before, after, ratio)
    return Change(place, quantity, before, after, None, 1.0, *told)


_Lost = tuple[str, bool | None]


def _lost(first: Found, second: Found) -> _Lost | None:
    """What is known of two capacities where a ratio over the blocks that found one would look too good or too bad, as
    other blocks found none, or less, or more."""
    some, others = (side.values.get("capacity", {}) for side in (first, second))
    if second.none and (not first.none or (some and not others)):
        return f"after, there was no capacity at the SLO in {_of(second.none, second.blocks)}", True
    if first.none and second.none:
        return "before as after there was no capacity at the SLO in some block", None
    if first.none:
        # Only where it is found in each block, and no lower, is it surely more than none.
        told = f"before, there was no capacity at the SLO in {_of(first.none, first.blocks)}"
        gained = len(others) == second.blocks and (not some or _middle(others) >= _middle(some))
        return told, False if gained else None
    for which, side in (("before", first), ("after", second)):
        if told := _short(side):
            return f"{told} {which}", None
    return None


def _short(side: Found) -> str:
    """Why blocks that found no capacity cannot be left out; empty where they can."""
    found = side.values.get("capacity", {})
    if not found:
        served = [each.lower for each in side.open if each.lower]
        least = f" beyond the {figures.figure(min(served))} a second that it served" if served else ""
        return f"no capacity was found{least}"
    low, high = min(b.value for b in found.values()), max(b.value for b in found.values())
    if odd := sum(_tells(each, low, high) for each in side.open):
        return f"{_of(odd, side.blocks)} found no capacity, though it lies beyond what the others found,"
    return ""


def _tells(block: Open, low: float, high: float) -> bool:
    """Whether what is known of it contradicts the capacities that other blocks found."""
    return (block.upper is not None and block.upper < low) or (block.lower is not None and block.lower > high)


def _middle(values: Mapping[int, Bracket]) -> float:
    middle = brackets.interval(values.values())
    return middle.estimate if middle is not None else 0.0


def _of(blocks: int, among: int) -> str:
    return f"{blocks} of {among} blocks"


def _ratio(numerator: Mapping[int, Bracket], denominator: Mapping[int, Bracket], *, paired: bool) -> Interval | None:
    return (brackets.ratio if paired else brackets.unpaired)(numerator, denominator)


def _floor(sides: tuple[Side, Side], control: Side | None, place: Place, quantity: Quantity) -> float | None:
    """The largest that anybody tells."""
    known = [side.floors.get((place, quantity), 1.0) for side in sides]
    if control is None:
        return max(known)
    before, again = sides[0], control.found.get(place)
    if again is None:
        return None
    first = before.found[place].values.get(quantity, {})
    ratio = _ratio(again.values.get(quantity, {}), first, paired=one_run(before, control))
    if ratio is None:
        return None
    floor = intervals.floor(ratio)
    return None if math.isinf(floor) else max(*known, floor)
