"""SLOs as lines."""

from __future__ import annotations

import pytest

from scalebed.experiment.slo import Limit, Slo, read_lines
from scalebed.experiment.spec import SpecError, parse_experiment

KEYS = {"name": "tried", "variants": ["naive"]}


def slo(given: object) -> Slo:
    return parse_experiment({**KEYS, "slo": given}, "tried.yaml").slo


def test_lines_and_a_mapping_say_the_same() -> None:
    assert slo(["p(95) < 500 ms", "errors < 1 %"]) == slo({"percentile": 95, "latency_ms": 500, "error_rate": 0.01})
    assert slo("p99<=2s") == slo({"percentile": 99, "latency_ms": 2000})
    assert slo(["errors < 0.5%"]) == Slo(error_rate=0.005)


def test_the_first_overall_percentile_is_the_slos_own() -> None:
    found = slo(["p(99) < 2500 ms for GET /items/{n}", "p(95) < 1 s", "p(99.9) < 5 s"])
    assert (found.percentile, found.latency_ms) == (95, 1000)
    assert found.further == (
        Limit(percentile=99, latency_ms=2500, endpoint="GET /items/{n}"),
        Limit(percentile=99.9, latency_ms=5000),
    )
    assert [limit.words for limit in found.further] == ["p99 ≤ 2500 ms for GET /items/{n}", "p99.9 ≤ 5000 ms"]


def test_checks_and_latencies_of_successes_are_limited_too() -> None:
    found = slo(["p(95) < 1 s of successes", "p(99) < 2 s of successes for a b", "checks > 99.5 %"])
    assert (found.latency_of, found.checks) == ("successes", 0.995)
    assert [limit.words for limit in found.further] == ["p99 ≤ 2000 ms of successes for a b"]


def test_as_many_requests_are_asked_for_as_the_strictest_limit_needs() -> None:
    lines = ["p(95) < 1 s", "p(99.9) < 5 s"]
    assert parse_experiment({**KEYS, "slo": lines}, "tried.yaml").search.min_requests == 2995


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("p95 under 3", "slo: 'p95 under 3': is no limit; write p(95) < 1000 ms"),
        ("p(95) < 500", "is no limit"),
        ("errors < 1", "is no limit"),
        ("checks < 99 %", "is no limit"),
        ("p(100) < 5 s", "slo.percentile"),
    ],
)
def test_what_is_no_limit_is_refused(line: str, told: str) -> None:
    with pytest.raises(SpecError, match=r"tried\.yaml") as refused:
        slo([line])
    assert told in str(refused.value)


def test_errors_are_limited_once() -> None:
    with pytest.raises(ValueError, match="errors are limited twice"):
        read_lines(["errors < 1 %", "errors < 2 %"])
    with pytest.raises(ValueError, match="checks are limited twice"):
        read_lines(["checks > 90 %", "checks>99%"])
