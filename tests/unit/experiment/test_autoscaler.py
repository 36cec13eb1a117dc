"""What an experiment asks of a HorizontalPodAutoscaler, and what a cluster makes of it."""

from __future__ import annotations

import pytest

from scalebed.experiment.autoscaler import Autoscaler, Tolerance, keeps_tolerance


@pytest.mark.parametrize(
    ("version", "keeps"),
    [("v1.34.4", False), ("v1.35.0", True), ("v1.35.1+k3s1", True), ("v1.100.0", True), ("v2.0.0", True), ("", False)],
)
def test_a_tolerance_is_kept_from_1_35_on(version: str, keeps: bool) -> None:
    assert keeps_tolerance(version) is keeps


def test_up_and_down_may_differ_and_each_is_a_tenth_where_nobody_says() -> None:
    scaler = Autoscaler(behavior={"scaleDown": {"tolerance": "0.3"}, "scaleUp": {"policies": []}})
    assert scaler.tolerance("v1.35.0") == Tolerance(up=0.1, down=0.3)
    assert scaler.tolerance("v1.34.0") == Tolerance(up=0.1, down=0.1)
    assert Autoscaler(behavior={"scaleUp": {"tolerance": 0}}).tolerance("v1.35.0") == Tolerance(up=0.0, down=0.1)


def test_what_an_earlier_version_took_for_behaviour_is_still_read() -> None:
    odd = Autoscaler(behavior={"scaleUp": {"toleranz": 1}, "scaleDown": 3})
    assert odd.tolerance("v1.35.0") == Tolerance()
