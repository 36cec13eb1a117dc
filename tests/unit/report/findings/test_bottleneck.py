from __future__ import annotations

from collections.abc import Mapping

import pytest

from scalebed.report.findings.bottleneck import host_ceiling, name_limit, quota_explained


@pytest.mark.parametrize(
    ("utilisation", "part", "figure"),
    [
        ({"service": 0.97, "host": 0.99, "database": 1.2}, "service", "97%"),
        ({"service": 0.5, "host": 0.8, "pooler": 0.96}, "pooler", "0.96 cores"),
        ({"service": 0.5, "host": 0.8, "balancer": 0.95}, "balancer", "0.95 cores"),
        ({"service": 0.6, "host": 0.99, "database": 1.3, "generator": 0.3}, "database", "1.30"),
        ({"service": 0.6, "host": 0.99, "database": 0.3, "generator": 1.2}, "generator", "1.20"),
        ({"service": 0.6, "host": 0.99, "database": 0.6, "generator": 0.6}, "host", "99%"),
        ({"service": 0.4, "host": 0.5, "database": 0.2}, "queueing", "40%"),
    ],
)
def test_the_part_at_its_limit_is_named_with_its_figure(
    utilisation: Mapping[str, float], part: str, figure: str
) -> None:
    limit = name_limit(utilisation, 2)
    assert limit is not None
    assert limit.part == part
    assert figure in limit.evidence


def test_a_service_without_quota_is_limited_by_the_host() -> None:
    limit = name_limit({"service": 0.95, "host": 0.99}, 2, has_quota=False)
    assert limit is not None
    assert limit.part == "host"


def test_what_was_not_seen_is_not_said_to_be_idle() -> None:
    """Of a deployment of a cluster neither the database nor, by the metrics API, the host is known."""
    seen = {"service": 0.4, "host": 0.5, "database": 0.1}
    limit = name_limit(seen, 2)
    assert limit is not None
    assert "the host was 50% busy, the database used 0.10 cores; requests that came together waited" in limit.evidence
    limit = name_limit({"service": 0.4}, 2)
    assert limit is not None
    assert not {"0%", "0.00"} & set(limit.evidence.replace("40%", "").split())
    assert (
        "the service used 40% of its CPU quota. Of how busy its host was and what it asks itself nothing is known"
        in (limit.evidence)
    )


def test_throttling_is_evidence() -> None:
    limit = name_limit({"service": 0.95, "host": 0.5}, 2, throttled_share=0.4)
    assert limit is not None
    assert "40% of the time" in limit.evidence
    assert name_limit({}, 2) is None


def test_capacity_times_cpu_explains_the_quota() -> None:
    assert quota_explained(250, 0.001, 0.25) == pytest.approx(1)


def test_the_hosts_ceiling_counts_every_part() -> None:
    assert host_ceiling(2, {"service": 0.001, "database": 0.0006, "generator": 0.0004}) == pytest.approx(1000)
    assert host_ceiling(2, {}) is None
