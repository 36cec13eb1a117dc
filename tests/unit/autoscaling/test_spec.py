"""An autoscaler's spec: what the API server fills in, and what cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest
from autoscaled import cpu, named, resource
from pydantic import ValidationError

from scalebed.autoscaling.spec import Spec


def _spec(**keys: Any) -> Spec:
    return Spec.model_validate({"maxReplicas": 10, **keys})


def test_without_metrics_it_is_80_per_cent_of_cpu_and_one_replica_at_least() -> None:
    for spec in (_spec(), _spec(metrics=[])):
        assert (spec.min_replicas, spec.metrics[0].name, spec.metrics[0].target.average_utilization) == (1, "cpu", 80)


def test_what_a_direction_of_behavior_leaves_out_is_filled_in() -> None:
    behavior = _spec(behavior={"scaleUp": {"selectPolicy": "Min"}}).behavior
    assert behavior is not None
    up = [(policy.type, policy.value, policy.period_seconds) for policy in behavior.scale_up.policies]
    down = [(policy.type, policy.value, policy.period_seconds) for policy in behavior.scale_down.policies]
    assert (up, down) == ([("Pods", 4, 15), ("Percent", 100, 15)], [("Percent", 100, 15)])
    assert behavior.scale_up.stabilization_window_seconds == 0
    assert behavior.scale_down.stabilization_window_seconds is None
    assert (behavior.scale_up.select_policy, behavior.scale_down.select_policy) == ("Min", "Max")


def test_a_spec_stays_the_same_through_json() -> None:
    spec = _spec(metrics=[cpu(), resource("cpu", "app", averageValue="1"), named("Object", value="3")], behavior={})
    assert Spec.model_validate_json(spec.model_dump_json(by_alias=True)) == spec


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"minReplicas": 11}, "maxReplicas 10 is below minReplicas 11"),
        ({"minReplicas": 0}, "minReplicas 0 needs a metric of type Object or External"),
        ({"metrics": [{"type": "Pods", "resource": cpu()["resource"]}]}, "a metric of type Pods has that source"),
        ({"metrics": [named("Pods", value="3")]}, "a metric of type Pods has a target of type AverageValue"),
        (
            {"metrics": [named("External", value="3", averageValue="3")]},
            "a target of type Value has its own value and no other",
        ),
        ({"behaviour": {}}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _spec(**keys)
