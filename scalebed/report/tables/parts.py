"""Columns that there are for each part, in every run the same, so that tables of several runs fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scalebed.report.findings import views
from scalebed.report.tables.table import Column, Value

PARTS = tuple(sorted((*views.PARTS, "cluster")))
"""`cluster` is what Kubernetes itself takes."""
AROUND = tuple(part for part in PARTS if part != "service")


def columns(pattern: str, meaning: str, of: Sequence[str] = PARTS) -> tuple[Column, ...]:
    """One for each part; both texts have a place for its name, `{part}`."""
    return tuple(Column(pattern.format(part=part), "number", meaning.format(part=part)) for part in of)


def filled(
    pattern: str, amounts: Mapping[str, float], factor: float = 1.0, of: Sequence[str] = PARTS
) -> dict[str, Value]:
    """What is known of parts, times `factor`, by the names of the columns."""
    return {pattern.format(part=part): amounts[part] * factor for part in of if part in amounts}
