"""A kind of experiment: what its file has to say, and how its cells are loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class Kind(ABC):
    """One module of this folder has one; `scalebed.report.kinds` has what is said of its results."""

    name: ClassVar[str]
    keys: ClassVar[frozenset[str]] = frozenset()
    """Keys of an experiment file that belong to this kind, and to others at most that name them, too."""
    seeks: ClassVar[bool] = False
    """The capacity of every cell is sought."""
    compares: ClassVar[bool] = False
    """Every variant is measured under one load that all can bear, and ratios are paired within blocks."""
    asks_rates: ClassVar[bool] = False
    """Each of several rates is one trial, and the highest that met the SLO is the cell's figure."""
    counts_answers: ClassVar[bool] = False
    """How many answers the load got is the cell's figure."""
    counts_all: ClassVar[bool] = False
    """Every second of a trial counts, as each was planned; else those from which on latencies are steady."""
    autoscales: ClassVar[bool] = False
    """An autoscaler owns the number of replicas."""
    disrupts: ClassVar[bool] = False
    """Something is made to fail under a load that is given."""

    @property
    def gives_rates(self) -> bool:
        """No more can be served than is asked for, so that how much it is compares no cells."""
        return self.asks_rates or self.counts_all

    @property
    def loads_alike(self) -> bool:
        """What is told is a difference between cells under one load, so that fewer requests tell enough."""
        return self.compares or self.disrupts

    @property
    def asks_alike(self) -> bool:
        """Every cell of a block gets the same requests at the same moments."""
        return self.loads_alike or self.counts_all

    @abstractmethod
    def require(self, experiment: Experiment) -> None:
        """Raises ValueError with the rest of a sentence: which key is wrong, and what the kind needs."""
