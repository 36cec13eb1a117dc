"""Names of metrics in both worlds."""

import re

import pytest

from scalebed.metrics.catalogue import CELL, DURATION, ERRORS, MEMORY, METRICS, RATE_ASKED, Metric


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (DURATION, "scalebed_request_duration_seconds"),
        (ERRORS, "scalebed_request_errors_total"),
        (MEMORY, "scalebed_memory_usage_bytes"),
        (RATE_ASKED, "scalebed_trial_rate_per_second"),
        (Metric("scalebed.cpu.time", "counter", "s", ""), "scalebed_cpu_time_seconds_total"),
    ],
)
def test_the_name_in_prometheus_follows_from_name_unit_and_kind(metric: Metric, name: str) -> None:
    assert metric.prometheus == name


def test_names_are_unlike_and_fit_for_both() -> None:
    names = [metric.prometheus for metric in METRICS]
    assert len(set(names)) == len(names)
    for metric in METRICS:
        assert re.fullmatch(r"scalebed(\.[a-z]+(_[a-z]+)*)+", metric.name)
        assert metric.help.endswith(".") or metric.help.endswith(": 1.")
        assert metric.labels[:3] in ((), CELL) or metric.labels == ("experiment", "kind", "workload")
