"""What is said of each kind of experiment, a module each."""

from __future__ import annotations

from collections.abc import Mapping

from scalebed.experiment.kinds import KindName
from scalebed.report.kinds.capacity import CapacityWords
from scalebed.report.kinds.closed import ClosedWords
from scalebed.report.kinds.comparison import AblationWords, MatrixWords
from scalebed.report.kinds.fault import FaultWords
from scalebed.report.kinds.fixed_rate import FixedRateWords
from scalebed.report.kinds.hpa import HpaWords
from scalebed.report.kinds.profile import ProfileWords
from scalebed.report.kinds.words import Words

WORDS: Mapping[KindName, Words] = {
    "capacity": CapacityWords(),
    "fixed-rate": FixedRateWords(),
    "closed": ClosedWords(),
    "ablation": AblationWords(),
    "matrix": MatrixWords(),
    "hpa": HpaWords(),
    "fault": FaultWords(),
    "profile": ProfileWords(),
}
