"""What is measured and in what order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scalebed.experiment.autoscaler import Autoscaler
from scalebed.experiment.faults import Fault
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import Variant, cell_id
from scalebed.experiment.workloads import changes_rows


@dataclass(frozen=True)
class Cell:
    """One (variant, switches, replicas, workload) with all that deciding its deployment needs."""

    variant: Variant
    replicas: int
    cpu_per_replica: float
    workload: str
    contacts: int
    dataset_seed: int
    warm: bool = True
    users: int | None = None
    """`ablation` and `matrix` in a closed model: how many send requests."""
    own_script: bool = False
    """The workload is a script of the user's own."""
    autoscaler: Autoscaler | None = None
    """Set: it owns the number of replicas, which begins at its least."""
    memory_per_replica: int | None = None
    """Bytes that each may take; None: no limit."""
    rate: float | None = None
    """Requests a second, where one is given."""
    fault: Fault | None = None
    """What happens in its trials."""

    @property
    def id(self) -> str:
        """Unique within an experiment, fit for a file name."""
        fault = None if self.fault is None else self.fault.name
        return cell_id(self.variant.name, None if self.autoscaler else self.replicas, self.users, fault)

    @property
    def writes(self) -> bool:
        """Whether rows are put back before each trial, since the workload changes them."""
        return not self.own_script and changes_rows(self.workload)

    @property
    def most(self) -> int:
        """Replicas that there can be."""
        return self.autoscaler.max_replicas if self.autoscaler else self.replicas

    @property
    def scale(self) -> str:
        """Replicas for people: `2`, or under an autoscaler that may change them `1–3`."""
        return f"{self.replicas}" if self.most == self.replicas else f"{self.replicas}–{self.most}"


@dataclass(frozen=True)
class Step:
    """A repetition: one cell in one block, in its place in the order."""

    block: int
    cell: Cell
    beside: Cell | None = None
    """What it is compared with, and which is deployed and loaded beside it; None: nothing is."""


def cells(experiment: Experiment) -> tuple[Cell, ...]:
    """Every cell of an experiment, variants first, as the file lists them."""
    return tuple(
        Cell(
            variant=variant,
            replicas=experiment.autoscaler.min_replicas if experiment.autoscaler else replicas,
            cpu_per_replica=experiment.cpu_per_replica,
            workload=experiment.workload,
            contacts=experiment.dataset.contacts,
            dataset_seed=experiment.dataset.seed,
            warm=experiment.warm,
            users=users,
            own_script=experiment.load is not None,
            autoscaler=experiment.autoscaler,
            memory_per_replica=experiment.memory_per_replica,
            rate=experiment.rate_given(variant.name, replicas),
            fault=fault,
        )
        for variant in experiment.variants
        for replicas in experiment.replicas
        for users in (experiment.levels if experiment.compares else (None,))
        for fault in experiment.cases
    )


def plan(experiment: Experiment) -> tuple[Step, ...]:
    """Blocks in turn, the cells of each in an order drawn from the experiment's seed.

    A block is a complete pass, so that drift of the host falls on all cells alike (randomised complete
    block design; for why the order is random, Abedi & Brecht, ICPE 2017).
    """
    rng = np.random.default_rng([experiment.seed, 0x9E37])
    steps = _duets(experiment) if experiment.duet else [Step(0, cell) for cell in cells(experiment)]
    return tuple(
        replace(steps[int(index)], block=block)
        for block in range(experiment.blocks)
        for index in rng.permutation(len(steps))
    )


def _duets(experiment: Experiment) -> list[Step]:
    """One for each cell and what it is compared with; the base has one of its own only where its capacity is sought."""
    by_load: dict[tuple[int, int | None], list[Cell]] = {}
    for cell in cells(experiment):
        by_load.setdefault((cell.replicas, cell.users), []).append(cell)
    steps = []
    for alike in by_load.values():
        if experiment.seeks(alike[0].variant.name):
            steps.append(Step(0, alike[0]))
        steps += [Step(0, cell, alike[reference_of(experiment, place)]) for place, cell in enumerate(alike) if place]
    return steps


def reference_of(experiment: Experiment, place: int) -> int:
    """The place among the variants of what the one at `place` is compared with: the one before it on a ladder, else the
    base, to which the control is compared as well. The base is compared with itself."""
    control = experiment.control and place == len(experiment.variants) - 1
    return place - 1 if experiment.is_ladder and place and not control else 0
