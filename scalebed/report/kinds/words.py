"""What is said of the results of one kind of experiment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.views import Analysis


class Words(ABC):
    """One module of this folder has one, for a kind of `scalebed.experiment.kinds`."""

    title: ClassVar[str]
    """What the kind is called on a page."""
    rate_name: ClassVar[str] = "Capacity"
    """What a cell's figure is called."""

    @abstractmethod
    def rate_meaning(self, experiment: Experiment) -> str:
        """Where other figures of a cell were measured, as in `at the highest rate that passed`."""

    @abstractmethod
    def method(self, experiment: Experiment) -> str:
        """How each block was measured, in a sentence or a few."""

    @abstractmethod
    def headline(self, analysis: Analysis) -> str:
        """The answer's first sentence."""

    def details(self, analysis: Analysis) -> tuple[str, ...]:
        """What else is said of the kind's figures alone; empty where nothing is."""
        return ()
