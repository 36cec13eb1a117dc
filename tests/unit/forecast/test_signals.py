"""What metrics propose from sums, held to what the model of the controller calculates pod by pod."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalebed.autoscaling import per_pod
from scalebed.autoscaling.grouping import group
from scalebed.autoscaling.per_pod import NoProposal, Surroundings
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.settings import RELEASES, Settings
from scalebed.autoscaling.tolerance import Tolerance
from scalebed.forecast import signals
from scalebed.forecast.signals import Census

_SETTINGS = Settings()
_KINDS = st.sampled_from(["ready", "pending", "missing", "young", "unready"])


@st.composite
def _fleets(draw: st.DrawFn) -> tuple[list[Pod], int]:
    request = draw(st.integers(1, 2000))
    pods = []
    for number in range(draw(st.integers(0, 12))):
        kind = draw(_KINDS)
        used = draw(st.one_of(st.integers(0, 3 * request), st.sampled_from([request * 6 // 10, request])))
        pods.append(
            Pod(
                name=f"p{number}",
                phase="Pending" if kind == "pending" else "Running",
                ready=kind not in ("pending", "unready"),
                started_s=None if kind == "pending" else 0,
                ready_since_s=95 if kind == "young" else 5,
                requests={"cpu": f"{request}m"},
                usage={} if kind in ("missing", "pending") else {"cpu": f"{used}m"},
                sampled_s=100,
            )
        )
    return pods, request


def _around(pods: list[Pod], replicas: int) -> Surroundings:
    return Surroundings(
        at_s=100,
        replicas=replicas,
        status_replicas=len(pods),
        pods=pods,
        tolerance=Tolerance(0.1, 0.1),
        settings=_SETTINGS,
        release=RELEASES["1.34"],
    )


def _census(pods: list[Pod], replicas: int) -> Census:
    values = {pod.name: used for pod in pods if (used := pod.used("cpu", None)) is not None}
    groups = group(pods, values, _SETTINGS, 100, cpu=True)
    return Census(
        replicas=replicas,
        ready=len(groups.ready),
        used=sum(values[name] for name in groups.ready),
        unready=len(groups.unready),
        missing=len(groups.missing),
        measured=len(values),
    )


def _or_why(proposed: object) -> object:
    assert callable(proposed)
    try:
        return proposed()
    except NoProposal as failure:
        return f"none: {failure}"


@settings(max_examples=400)
@given(fleet=_fleets(), target=st.integers(1, 150), replicas=st.integers(1, 15))
def test_utilization_is_that_of_the_model(fleet: tuple[list[Pod], int], target: int, replicas: int) -> None:
    pods, request = fleet
    around, census = _around(pods, replicas), _census(pods, replicas)
    expected = _or_why(lambda: per_pod.utilization(around, "cpu", None, target))
    assert _or_why(lambda: signals.utilization(census, request, target, around.tolerance)) == expected


@settings(max_examples=400)
@given(fleet=_fleets(), target=st.integers(1, 1500), replicas=st.integers(1, 15))
def test_an_average_is_that_of_the_model(fleet: tuple[list[Pod], int], target: int, replicas: int) -> None:
    pods, _ = fleet
    around, census = _around(pods, replicas), _census(pods, replicas)
    expected = _or_why(lambda: per_pod.average(around, "cpu", None, target))
    assert _or_why(lambda: signals.average(census, target, around.tolerance)) == expected


def test_a_replica_at_its_request_asks_for_no_more_than_the_cap() -> None:
    """1 → 2 at a target of 60%, where limits equal requests (docs/reference/hpa.md)."""
    census = Census(replicas=1, ready=1, used=150, unready=0, missing=0, measured=1)
    assert signals.utilization(census, 150, 60, Tolerance(0.1, 0.1)) == 2


def test_without_a_metric_there_is_no_proposal() -> None:
    with pytest.raises(NoProposal):
        signals.utilization(Census(1, 0, 0, 0, 1, 0), 100, 60, Tolerance(0.1, 0.1))
