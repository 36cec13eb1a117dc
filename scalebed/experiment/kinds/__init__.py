"""The kinds of experiments, a module each.

A new one is a module here, one in `scalebed.report.kinds`, their two tables, a test and a row of `PLAIN` in
`test_kinds.py`, and a line of docs/reference/experiment-kinds.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from scalebed.experiment.kinds.capacity import Capacity
from scalebed.experiment.kinds.closed import Closed
from scalebed.experiment.kinds.comparison import AblationKind, MatrixKind
from scalebed.experiment.kinds.fault import FaultKind
from scalebed.experiment.kinds.fixed_rate import FixedRate
from scalebed.experiment.kinds.hpa import Hpa
from scalebed.experiment.kinds.kind import Kind
from scalebed.experiment.kinds.profile import Profile

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment

KindName = Literal["capacity", "fixed-rate", "closed", "ablation", "matrix", "hpa", "fault", "profile"]
_EVERY: tuple[Kind, ...] = (
    Capacity(),
    FixedRate(),
    Closed(),
    AblationKind(),
    MatrixKind(),
    Hpa(),
    FaultKind(),
    Profile(),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _EVERY}


def require(experiment: Experiment) -> None:
    """That an experiment has no key of another kind, and all that its own needs.

    Raises ValueError with the rest of a sentence.
    """
    own = KINDS[experiment.kind]
    for kind in _EVERY:
        for key in sorted(kind.keys - own.keys):
            if getattr(experiment, key) != type(experiment).model_fields[key].default:
                raise ValueError(f"{key}: {_whose(key)}, not to {own.name}")
    own.require(experiment)


def _whose(key: str) -> str:
    names = [kind.name for kind in _EVERY if key in kind.keys]
    belong, kinds = "belong" if key.endswith("s") else "belongs", "kinds" if len(names) > 1 else "kind"
    *others, last = names
    before = f"{', '.join(others)} and " if others else ""
    return f"{belong} to {kinds} {before}{last}"
