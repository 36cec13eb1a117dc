"""A run of kind `hpa`, as forecasts are set beside it: its trials, and the load and the autoscaler that they had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scalebed.autoscaling.spec import Spec
from scalebed.cli.manifests import spec_of_chart
from scalebed.experiment.spec import Experiment
from scalebed.forecast.load import Load, of_levels
from scalebed.measurement.load import most_vus
from scalebed.messages import UserError
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.followings import Following


class NotFollowedError(UserError):
    """Why a run tells nothing of an autoscaler; one sentence."""


@dataclass(frozen=True)
class Followed:
    """`trials` are those that count."""

    experiment: Experiment
    trials: tuple[Following, ...]
    load: Load
    spec: Spec
    waiting: int
    """Requests that were under way at most."""

    def had(self, load: Load) -> bool:
        """Whether its load was this one."""
        own = self.load
        return own.seconds == load.seconds and np.allclose(own.rates, load.rates, rtol=0.001, atol=0.001)


def followed(run: Path) -> Followed:
    """What is in a run directory. Raises NotFollowedError where no trial of it that counts was under an autoscaler and
    a profile."""
    analysis = analyse(RunDirectory(run))
    experiment = analysis.manifest.experiment
    if not analysis.followings or not experiment.profile or experiment.autoscaler is None:
        raise NotFollowedError(
            f"--measured {run}: has no trial that counts under an autoscaler and a profile; name one"
        )
    return Followed(
        experiment,
        analysis.followings,
        of_levels(experiment.name, experiment.profile),
        spec_of_chart(experiment.autoscaler),
        most_vus(max(level.most for level in experiment.profile), experiment.slo),
    )
