"""Which trial is to be run, as the recorder wants to know it."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.execution.recorder import Assignment
from scalebed.experiment.plan import Step
from scalebed.experiment.spec import Experiment
from scalebed.measurement.host import Host
from scalebed.measurement.validity import Limits
from scalebed.records.run_directory import BesideRecord
from scalebed.search.bisection import Ask
from scalebed.search.schedule import Schedule, searching

STEAL_BESIDE_FAULTS = 0.1
"""The share of the host that a hypervisor may take while something is made to fail: what that costs is told in seconds
and in requests, and beside it what as much costs without a fault."""
STEAL_BESIDE_ANOTHER = 0.1
"""The same of a duet, of which it takes from both sides alike."""


@dataclass(frozen=True)
class Assignments:
    """Of one run, on a host of so many cores."""

    experiment: Experiment
    cores: float
    host: Host

    def of(
        self, step: Step, index: int, ask: Ask, schedule: Schedule, *, beside: BesideRecord | None = None
    ) -> Assignment:
        """What is asked for, as the trial of this place in its repetition."""
        faulty = self.experiment.traits.disrupts
        together = beside is not None and beside.index is not None
        steal = STEAL_BESIDE_FAULTS if faulty else STEAL_BESIDE_ANOTHER if together else None
        return Assignment(
            cell=step.cell,
            block=step.block,
            index=index,
            purpose=ask.purpose,
            slo=self.experiment.slo,
            cores=self.cores,
            enough=ask.enough,
            sequential=searching(ask.purpose),
            cut_s=schedule.cut_s(ask.purpose),
            attempt=schedule.attempt,
            shared=self.host == "shared",
            limits=Limits() if steal is None else Limits(steal=steal),
            beside=beside,
            rate=ask.rate if faulty else None,
        )
