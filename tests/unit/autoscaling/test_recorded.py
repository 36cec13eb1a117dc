"""Traces that the rig recorded of the real controllers: the model decides the same, for the same reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.autoscaling.replay import replayed
from scalebed.autoscaling.trace import Trace, parse

_TRACES = sorted((Path(__file__).parents[2] / "fixtures" / "hpa").glob("*/*.json"))


def _read(path: Path) -> Trace:
    return parse(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("path", _TRACES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_model_decides_as_the_controller_did(path: Path) -> None:
    lines = list(replayed(_read(path)))
    seen = [each.seen for each in lines]
    assert all(each is not None and each.reasons for each in seen)
    assert [each.decision.desired for each in lines] == [each.desired for each in seen if each is not None]
    assert all(each.same_reasons for each in lines)


def test_traces_are_of_both_releases_and_of_all_kinds() -> None:
    traces = [_read(path) for path in _TRACES]
    assert {trace.release for trace in traces} == {"1.34", "1.37"}
    kinds = {metric.type for trace in traces for metric in trace.spec.metrics}
    assert kinds == {"Resource", "ContainerResource", "Pods", "Object", "External"}
    assert {trace.spec.behavior is None for trace in traces} == {True, False}
    reasons = {reason for trace in traces for sync in trace.syncs if sync.seen for reason in sync.seen.reasons.values()}
    assert reasons >= {
        *("ScaleUpStabilized", "ScaleDownStabilized", "ScaleUpLimit", "ScaleDownLimit", "TooManyReplicas"),
        *("TooFewReplicas", "ScalingDisabled", "ScaledToZero", "NotScaledToZero", "SucceededRescale"),
        *("FailedGetResourceMetric", "FailedGetPodsMetric", "FailedGetObjectMetric", "FailedGetExternalMetric"),
    }


def test_traces_are_small() -> None:
    assert sum(path.stat().st_size for path in _TRACES) < 500_000
