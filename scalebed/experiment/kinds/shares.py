"""A share of what each variant sustains, in the place of one rate for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


def require_capacities(experiment: Experiment) -> None:
    """That each variant's is there, which a share is of, and no other. Raises ValueError with the rest of a sentence.

    A control repeats the base, so that it has its capacity.
    """
    names = [variant.name for variant in experiment.variants]
    known = names[:-1] if experiment.control else names
    if unknown := sorted(experiment.capacity_per_replica.keys() - {*known}):
        raise ValueError(f"capacity_per_replica: {unknown[0]} is no variant; they are {', '.join(known)}")
    unnamed = [name for name in known if name not in experiment.capacity_per_replica]
    if experiment.share is not None and unnamed:
        raise ValueError(f"capacity_per_replica: share needs that of {unnamed[0]}, in {experiment.unit} a second")
    if experiment.share is None and experiment.capacity_per_replica:
        raise ValueError("capacity_per_replica: belongs to share; leave it out, or give share in the place of rate")
