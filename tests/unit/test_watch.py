"""A trial under way, second by second as a generator tells it."""

from __future__ import annotations

import pytest

from scalebed.plan import Cell
from scalebed.ports import GeneratorSecond, Load, Target
from scalebed.results import Trial
from scalebed.spec import Slo
from scalebed.variant import Variant
from scalebed.verdict import Enough
from scalebed.watch import Assignment, Watch

CELL = Cell(Variant(name="a", service="a"), 1, 0.25, "browse", 1000, 7)
DURATION_S = 15
CUT_SHORT = "The load ended after"


def watched(rate: float, quiet_s: int, busy_s: int) -> Trial:
    """A load that begins with seconds without arrivals, and then has one in each."""
    assignment = Assignment(CELL, 0, 0, "bracket", Slo(), 2.0, Enough(10, 300), sequential=False)
    watch = Watch(assignment, Load("browse", rate, DURATION_S, 20, 7, 1000), Target("http://a", (), ("service",), 0.25))
    for second in range(quiet_s + busy_s):
        arrivals = int(second >= quiet_s)
        watch.add((), [GeneratorSecond(1_800_000_000 + second, arrivals, 0, 0.1, 1.0)], float(second + 1))
    return watch.trial(None)


@pytest.mark.parametrize(
    ("rate", "quiet_s", "busy_s", "whole"),
    [
        (1.5, 0, 15, True),
        (1.5, 4, 11, True),  # so late once in four hundred loads: e^-6
        (1.5, 10, 5, False),  # and so late by no chance
        (1.5, 0, 11, False),
        (20, 4, 11, False),
    ],
)
def test_a_first_arrival_may_be_as_late_as_chance_has_it(rate: float, quiet_s: int, busy_s: int, whole: bool) -> None:
    trial = watched(rate, quiet_s, busy_s)
    said = any(reason.startswith(CUT_SHORT) for reason in trial.reasons)
    assert said is not whole
    if not whole:
        assert trial.verdict == "INVALID"
        assert f"{CUT_SHORT} {busy_s} s instead of 15 s." in trial.reasons
