from __future__ import annotations

from collections.abc import Mapping

from test_verdict import window

from scalebed.timeline import Window
from scalebed.usage import Usage
from scalebed.validity import Conditions, little_ratio, spoiled, vus_free


def usage(
    service: float = 0.1,
    *,
    host: float | None = None,
    steal: float = 0.0,
    throttled: Mapping[str, float] | None = None,
) -> Usage:
    """Cores used, over 10 s."""
    cpu = {"service": service * 10, "generator": 1.0, "database": 1.0}
    busy = sum(cpu.values()) if host is None else host * 10
    return Usage(10.0, cpu, throttled or {}, busy, steal * 10)


def reasons(
    w: Window,
    used: Usage | None,
    *,
    broken: bool = False,
    rate: float | None = 100,
    verdicts: tuple[str, str] = ("PASS", "PASS"),
) -> str:
    conditions = Conditions(rate, 320, 2.0, 0.25, used, verdicts=verdicts)
    return " ".join(spoiled(w, conditions, slo_broken=broken))


def test_a_quiet_host_and_an_even_generator_count() -> None:
    assert reasons(window(100, 12), usage()) == ""
    assert reasons(window(100, 12), usage(), broken=True) == ""


def test_steal_spoils() -> None:
    assert "hypervisor took 5.0%" in reasons(window(100, 12), usage(steal=0.1))
    assert reasons(window(100, 12), usage(steal=0.02)) == ""


def test_other_programs_spoil_whatever_the_verdict() -> None:
    busy = usage(host=0.8)
    assert "0.50 cores" in reasons(window(100, 12), busy)
    assert "0.50 cores" in reasons(window(100, 12), busy, broken=True)


def test_dropped_arrivals_with_the_slo_met_count_as_failed_and_spoil_nothing() -> None:
    assert reasons(window(98, 12, dropped=2, arrivals=98), usage()) == ""


def test_dropped_arrivals_of_an_overloaded_service_are_a_failure_of_the_service() -> None:
    held = window(60, 12, dropped=40, in_flight=318, arrivals=60, lag_ms=300)
    assert reasons(held, usage(0.249), broken=True) == ""
    # Even one that waits for its database, with CPU to spare everywhere: all VUs were held by the service.
    assert reasons(held, usage(0.1), broken=True) == ""
    assert not vus_free(held, 320)


def test_dropped_arrivals_with_vus_free_are_the_generators_where_they_decide() -> None:
    starved = window(60, 12, dropped=40, in_flight=20, arrivals=60)
    assert vus_free(starved, 320)
    said = reasons(starved, usage(0.1), broken=True, verdicts=("FAIL", "PASS"))
    assert "480 were dropped with VUs free" in said
    assert "the generator lacked CPU" in said
    assert reasons(starved, usage(0.1), broken=True, verdicts=("FAIL", "FAIL")) == ""


def test_late_arrivals_spoil_only_where_they_decide() -> None:
    late = window(100, 12, lag_ms=400)
    assert reasons(late, usage()) == ""
    assert reasons(late, usage(0.1), broken=True, verdicts=("FAIL", "FAIL")) == ""
    said = reasons(late, usage(0.1), broken=True, verdicts=("FAIL", "PASS"))
    assert "up to 400 ms late, and that decides: FAIL with it, PASS without" in said
    assert "UNDECIDED with it" in reasons(late, usage(), verdicts=("UNDECIDED", "PASS"))


def test_a_saturated_host_is_not_the_service() -> None:
    full = Usage(10.0, {"service": 1.0, "generator": 12.0, "database": 6.8}, {}, 19.9, 0.0)
    assert "the host was the limit" in reasons(window(100, 12), full, broken=True)
    at_quota = Usage(10.0, {"service": 2.45, "generator": 11.0, "database": 6.4}, {}, 19.9, 0.0)
    assert reasons(window(100, 12), at_quota, broken=True) == ""


def test_a_throttled_generator_is_starved() -> None:
    assert "held back by its own" in reasons(window(100, 12), usage(0.1, throttled={"generator": 3.0}), broken=True)


def test_another_rate_than_asked_is_invalid_beyond_poissons_spread() -> None:
    assert "made another rate" in reasons(window(80, 12), usage())
    assert reasons(window(95, 12), usage()) == ""


def test_lost_responses_are_invalid() -> None:
    assert "not counted" in reasons(window(90, 20, arrivals=100), usage())
    assert reasons(window(90, 20, arrivals=90, dropped=10), usage()) == ""  # of those there was none to count


def test_littles_law() -> None:
    assert "Little" in reasons(window(100, 12, in_flight=9, latency_ms=30), usage())
    assert reasons(window(100, 12, in_flight=3.4, latency_ms=30), usage()) == ""
    assert little_ratio(window(100, 12, in_flight=6, latency_ms=30)) == 2
    assert little_ratio(window(0, 12, in_flight=0)) is None


def test_a_closed_model_asks_for_no_rate() -> None:
    assert reasons(window(37, 12), usage(), rate=None) == ""


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert "too short" in reasons(window(100, 12), None)
    conditions = Conditions(100, 320, 2.0, 0.25, usage(), failure="k6 crashed.")
    assert spoiled(window(100, 12), conditions, slo_broken=False) == ("k6 crashed.",)
