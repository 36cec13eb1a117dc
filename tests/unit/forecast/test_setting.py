"""Which autoscalers a forecast can follow."""

from __future__ import annotations

import pytest
from foretold import setting, spec

from scalebed.forecast.setting import Setting

_RATE = {
    "type": "External",
    "external": {"metric": {"name": "arrivals"}, "target": {"type": "AverageValue", "averageValue": "5"}},
}
_MEMORY = {
    "type": "Resource",
    "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 50}},
}


def test_cpu_and_a_rate_that_is_named() -> None:
    found = Setting(spec(metrics=[_RATE]), 0.1, rate_metric="arrivals")
    assert found.of_rate(found.spec.metrics[0])
    assert setting().of_cpu(setting().spec.metrics[0])


@pytest.mark.parametrize(("metric", "named"), [(_RATE, ""), (_RATE, "others"), (_MEMORY, "memory")])
def test_another_metric_is_refused(metric: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match="cannot be forecast"):
        Setting(spec(metrics=[metric]), 0.1, rate_metric=named)


@pytest.mark.parametrize("value", ["0", "-5m"])
def test_a_target_of_nothing_is_refused(value: str) -> None:
    target = {"type": "AverageValue", "averageValue": value}
    with pytest.raises(ValueError, match=f"averageValue is {value}, and must be more than 0"):
        Setting(spec(metrics=[{"type": "Resource", "resource": {"name": "cpu", "target": target}}]), 0.1)


def test_bounds_are_those_of_a_forecast() -> None:
    with pytest.raises(ValueError, match="goes up to 1000"):
        setting(most=1001)
    with pytest.raises(ValueError, match="minReplicas is 0"):
        Setting(spec(0, metrics=[_RATE]), 0.1, rate_metric="arrivals")


def test_a_tolerance_of_its_own_is_heeded_where_the_release_does() -> None:
    own = {"scaleUp": {"tolerance": "0.02"}}
    assert Setting(spec(behavior=own), 0.1, "1.34").tolerance.up == 0.1
    assert Setting(spec(behavior=own), 0.1, "1.37").tolerance.up == 0.02
