"""What is compared: a capacity, and what requests cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeGuard

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import MEASURES, Measured

Quantity = Literal["capacity", "cpu", "service", "database", "database_time", "p95", "throughput"]

QUANTITIES: Mapping[Quantity, Measured] = {
    "capacity": Measured("Capacity", "/s", "highest rate within the SLO", 1.0, more_is_better=True),
    **dict(MEASURES.items()),
}
"""In the order they are listed."""


def of(experiment: Experiment) -> tuple[Quantity, ...]:
    """Those that such an experiment can tell."""
    traits = experiment.traits
    left_out: set[Quantity] = set()
    if not (traits.seeks or experiment.capacity):
        left_out.add("capacity")
    if traits.seeks:
        # Each is at a rate of its own, which says nothing of how late answers are.
        left_out |= {"p95", "throughput"}
    if experiment.rates or experiment.rate or experiment.share:
        left_out.add("throughput")
    return tuple(quantity for quantity in QUANTITIES if quantity not in left_out)


def of_all(experiment: Experiment) -> tuple[Quantity, ...]:
    """Those that it can tell of every variant."""
    everywhere = all(experiment.seeks(variant.name) for variant in experiment.variants)
    return tuple(quantity for quantity in of(experiment) if quantity != "capacity" or everywhere)


def is_quantity(word: str) -> TypeGuard[Quantity]:
    """Whether it names one."""
    return word in QUANTITIES
