"""`ablation` and `matrix`: what changes to a base are worth, under one load that all can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.design import compared
from scalebed.experiment.kinds.kind import Kind
from scalebed.experiment.kinds.shares import require_capacities

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment

LONGEST_NAME = 63


class Comparison(Kind):
    """The two differ in how variants are made (`scalebed.experiment.design`), and in nothing else."""

    keys = frozenset({"ablation", "matrix", "control", "duet", "rate", "share", "capacity_per_replica", "capacity"})
    compares = True

    def require(self, experiment: Experiment) -> None:
        made, variants = getattr(experiment, self.name), experiment.variants
        if made is None or (experiment.ablation and experiment.matrix):
            raise ValueError(f"{self.name}: kind {self.name} needs this key, and only this")
        if variants != compared(experiment.ablation, experiment.matrix, control=experiment.control):
            raise ValueError(f"variants: kind {self.name} makes them; leave them out")
        if long := [v.name for v in variants if len(v.name) > LONGEST_NAME]:
            raise ValueError(f"variants: {long[0]} is more than {LONGEST_NAME} letters; give it a shorter name")
        if experiment.rates:
            raise ValueError(f"rates: kind {self.name} compares at one; give rate")
        users = experiment.users is not None, experiment.levels != (experiment.users,)
        if sum((experiment.rate is not None, experiment.share is not None, *users)) != 1:
            raise ValueError(f"rate, share and users: kind {self.name} needs one of the three")
        require_capacities(experiment)
        if experiment.duration is None:
            raise ValueError(f"duration: kind {self.name} needs it")
        if experiment.duet:
            _require_pairs(experiment)
        names = [v.name for v in variants]
        if unknown := [name for name in experiment.capacity if name not in names]:
            raise ValueError(f"capacity: {unknown[0]} is no variant; they are {', '.join(names)}")


def _require_pairs(experiment: Experiment) -> None:
    """That two of its variants can run beside each other, and all that is told rests on pairs."""
    if experiment.engine != "local":
        raise ValueError("duet: needs engine local; in a cluster leave it out, or say --set duet=false")
    if len(experiment.variants) < 2:
        raise ValueError("duet: needs two variants, of which each is one side")
    if experiment.share is not None:
        raise ValueError("duet: gives both sides the same requests, and by share each has a rate of its own; give rate")


class AblationKind(Comparison):
    name = "ablation"


class MatrixKind(Comparison):
    name = "matrix"
