"""What charts are made of: across in percent, so that a chart is as wide as its page; down in pixels, so that its
text stays the size of text. Templates draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LOG_FROM = 5.0
"""Variants that differ by more than this stand on a log axis, or on scales of their own."""


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    low: float
    high: float
    """Where the interval ends; both `y` without one."""
    title: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


def pct(share: float) -> float:
    return round(share * 100, 2)


def px(share: float, height: int) -> float:
    return round((1 - share) * height, 1)


def joined(points: Sequence[tuple[float, float]]) -> tuple[Segment, ...]:
    return tuple(Segment(*a, *b) for a, b in pairwise(points))
