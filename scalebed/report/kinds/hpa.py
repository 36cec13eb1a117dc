"""`hpa`: how an autoscaler followed the load."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings import followings
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.closed import ClosedWords, answers


class HpaWords(ClosedWords):
    title = "autoscaling"

    def method(self, experiment: Experiment) -> str:
        owned = "an autoscaler owns the number of replicas"
        return f"In each, the load is {experiment.crowd}, one after another, while {owned}."

    def headline(self, analysis: Analysis) -> str:
        """How the load was followed, where it rose; what was answered otherwise."""
        return followings.headline(analysis.manifest.experiment, analysis.followings) or answers(analysis)
