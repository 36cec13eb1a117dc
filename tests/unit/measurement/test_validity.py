from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from windows import window

from scalebed.measurement import causes
from scalebed.measurement.causes import Cause, Kind
from scalebed.measurement.timeline import Journeys, Window
from scalebed.measurement.usage import Usage
from scalebed.measurement.validity import Conditions, found, little_ratio, spoils, vus_free


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


def against(
    w: Window,
    used: Usage | None,
    *,
    broken: bool = False,
    rate: float | None = 100,
    verdicts: tuple[str, str] = ("PASS", "PASS"),
) -> tuple[Cause, ...]:
    conditions = Conditions(rate, 320, 2.0, 0.25, used, verdicts=verdicts)
    return found(w, conditions, slo_broken=broken)


def reasons(
    w: Window,
    used: Usage | None,
    *,
    broken: bool = False,
    rate: float | None = 100,
    verdicts: tuple[str, str] = ("PASS", "PASS"),
) -> str:
    return " ".join(cause.sentence for cause in against(w, used, broken=broken, rate=rate, verdicts=verdicts))


def test_a_quiet_host_and_an_even_generator_count() -> None:
    assert reasons(window(100, 12), usage()) == ""
    assert reasons(window(100, 12), usage(), broken=True) == ""


def test_steal_spoils() -> None:
    assert "hypervisor took 5.0%" in reasons(window(100, 12), usage(steal=0.1))
    assert reasons(window(100, 12), usage(steal=0.02)) == ""


@pytest.mark.parametrize("used", [usage(host=0.8), usage(steal=0.5)])
def test_what_disturbs_spoils_all_but_a_pass(used: Usage) -> None:
    seen = against(window(100, 12), used)
    assert causes.disturbances(seen) == seen
    assert not spoils(seen, "PASS")
    assert spoils(seen, "UNDECIDED")
    assert spoils(against(window(100, 12), used, broken=True), "FAIL")


def test_a_pass_counts_beside_a_disturbance_only_where_every_arrival_was_made_or_failed() -> None:
    dropped = window(98, 12, dropped=2, arrivals=98)
    seen = against(dropped, usage(host=0.8), broken=True, verdicts=("FAIL", "PASS"))
    assert causes.kinds(seen) == {Kind.FOREIGN_CPU, Kind.DROPPED}
    assert spoils(seen, "FAIL")
    assert not spoils(against(dropped, usage(host=0.8)), "PASS"), "those that were dropped count as failed"
    assert spoils(against(window(80, 12), usage(host=0.8)), "PASS")
    assert not spoils((), "FAIL")


def test_a_cause_has_its_figures_beside_its_sentence() -> None:
    (busy,) = against(window(100, 12), usage(host=0.8))
    assert busy.kind is Kind.FOREIGN_CPU
    assert busy.figures == pytest.approx({"cores": 0.5, "allowed": 0.2})
    assert "0.50 cores" in busy.sentence


LATE = ("FAIL", "PASS")


@pytest.mark.parametrize(
    ("w", "used", "broken", "verdicts"),
    [
        (window(100, 12), usage(steal=0.1), False, ("PASS", "PASS")),
        (window(100, 12), usage(host=0.8), True, ("FAIL", "FAIL")),
        (window(60, 12, dropped=40, in_flight=20, arrivals=60), usage(0.1), True, LATE),
        (window(100, 12, lag_ms=400), usage(0.1), True, LATE),
        (
            window(100, 12),
            Usage(10.0, {"service": 1.0, "generator": 12.0, "database": 6.8}, {}, 19.9, 0.0),
            True,
            ("FAIL", "FAIL"),
        ),
        (window(100, 12), usage(0.1, throttled={"generator": 3.0}), True, ("FAIL", "FAIL")),
        (window(80, 12), usage(), False, ("PASS", "PASS")),
        (window(90, 20, arrivals=100), usage(), False, ("PASS", "PASS")),
        (window(100, 12, in_flight=9, latency_ms=30), usage(), False, ("PASS", "PASS")),
        (window(100, 12), None, False, ("PASS", "PASS")),
    ],
)
def test_records_that_have_sentences_alone_are_read_as_the_same_causes(
    w: Window, used: Usage | None, broken: bool, verdicts: tuple[str, str]
) -> None:
    seen = against(w, used, broken=broken, verdicts=verdicts)
    assert seen
    read = causes.told([*(cause.sentence for cause in seen), "12.0% of 300 responses were slower than 1000 ms."])
    assert [cause.kind for cause in read] == [cause.kind for cause in seen]
    for one, other in zip(read, seen, strict=True):
        assert {name: pytest.approx(other.figures[name], rel=0.05, abs=0.005) for name in one.figures} == one.figures


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("3 arrivals were dropped although the service had not broken the SLO: so.", Kind.DROPPED),
        ("40 arrivals were dropped with VUs free while the service used 40% of its quota: so.", Kind.DROPPED),
        ("Arrivals started up to 40 ms late, in 20% of the seconds by more than 5 ms: so.", Kind.LATE),
        ("Arrivals were late in 20% of the seconds with VUs free: the generator lacked CPU.", Kind.LATE),
    ],
)
def test_sentences_that_are_written_no_more_are_still_read(sentence: str, kind: Kind) -> None:
    assert [cause.kind for cause in causes.told([sentence, "Slower."])] == [kind]


def test_a_generators_own_failure_is_known_by_its_place() -> None:
    (cause,) = causes.told(["k6 exited with 107.", "Nothing was answered yet."])
    assert (cause.kind, cause.sentence) == (Kind.GENERATOR, "k6 exited with 107.")
    assert causes.told([]) == ()


def test_dropped_arrivals_with_the_slo_met_count_as_failed_and_spoil_nothing() -> None:
    assert reasons(window(98, 12, dropped=2, arrivals=98), usage()) == ""


def test_a_generator_that_drops_with_vus_free_says_nothing_of_the_service() -> None:
    """It is late in reading answers as well, so that without the lateness of arrivals it is a FAIL, too."""
    starved = window(40, 12, slow=40, dropped=60, arrivals=40, in_flight=100)
    both = ("FAIL", "FAIL")
    assert causes.kinds(against(starved, usage(), broken=True, verdicts=both)) == {Kind.DROPPED}
    held = window(40, 12, slow=40, dropped=60, arrivals=40, in_flight=310)
    assert against(held, usage(), broken=True, verdicts=both) == ()
    few = window(95, 12, slow=95, dropped=4, arrivals=95, in_flight=100)
    assert against(few, usage(), broken=True, verdicts=both) == ()


def test_dropped_arrivals_of_an_overloaded_service_are_a_failure_of_the_service() -> None:
    held = window(60, 12, dropped=40, in_flight=318, arrivals=60, lag_ms=300)
    assert reasons(held, usage(0.249), broken=True) == ""
    # Even one that waits for its database, with CPU to spare everywhere: all VUs were held by the service.
    assert reasons(held, usage(0.1), broken=True) == ""
    assert not vus_free(held, 320)


def test_dropped_arrivals_with_vus_free_are_the_generators() -> None:
    starved = window(60, 12, dropped=40, in_flight=20, arrivals=60)
    assert vus_free(starved, 320)
    said = reasons(starved, usage(0.1), broken=True, verdicts=("FAIL", "PASS"))
    assert "480 were dropped with VUs free" in said
    assert "the generator lacked CPU" in said
    told = reasons(starved, usage(0.1), broken=True, verdicts=("FAIL", "FAIL"))
    assert told.startswith("480 of 1200 arrivals were dropped with VUs free")


def test_late_arrivals_spoil_only_where_they_decide() -> None:
    late = window(100, 12, lag_ms=400)
    assert reasons(late, usage()) == ""
    assert reasons(late, usage(0.1), broken=True, verdicts=("FAIL", "FAIL")) == ""
    said = reasons(late, usage(0.1), broken=True, verdicts=("FAIL", "PASS"))
    assert "up to 400 ms late, and that decides: FAIL with it, PASS without" in said
    assert "UNDECIDED with it" in reasons(late, usage(), verdicts=("UNDECIDED", "PASS"))
    # Lateness at the start alone looks like a queue that grows, once it is taken away; it can only have been harmful.
    assert reasons(late, usage(), verdicts=("PASS", "UNDECIDED")) == ""
    assert reasons(late, usage(), verdicts=("PASS", "FAIL")) == ""


def test_a_rate_that_a_full_host_did_not_offer_is_beyond_it() -> None:
    full = Usage(10.0, {"service": 1.0, "generator": 12.0, "database": 6.8}, {}, 19.9, 0.0)
    other = against(window(80, 12), full)
    assert causes.kinds(other) == {Kind.SATURATED, Kind.OTHER_RATE}
    assert causes.overrun(other)
    beside = Usage(10.0, {"service": 1.0, "generator": 8.0, "database": 4.8}, {}, 19.9, 0.0)
    assert not causes.overrun(against(window(80, 12), beside)), "the other program is to blame"
    assert against(window(100, 12), full) == (), "what passed in time was offered"


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


def growing(seconds: int = 24, rate: float = 4.0, service_s: float = 0.4, seed: int = 5) -> Window:
    """Long journeys that come faster than one server serves them: as a generator would have seen the end of a trial."""
    rng = np.random.default_rng(seed)
    came = np.cumsum(rng.exponential(1 / rate, int(3 * rate * seconds)))
    over, free = np.empty_like(came), 0.0
    for i, at in enumerate(came):
        free = max(free, at) + service_s * rng.exponential()
        over[i] = free
    begin = 5
    ended = (over >= begin) & (over < begin + seconds)
    starts = np.arange(begin, begin + seconds)
    flying = [float(np.clip(np.minimum(over, s + 1) - np.maximum(came, s), 0, None).sum()) for s in starts]
    arrivals = [int(((came >= s) & (came < s + 1)).sum()) for s in starts]
    whole = Journeys(ended=int(ended.sum()), total_ms=1000 * float((over - came)[ended].sum()), requests=1, pause_s=0)
    return window(3, seconds, arrivals=arrivals, in_flight=flying, journeys=whole)


@pytest.mark.parametrize("seed", range(12))
def test_a_queue_of_long_journeys_that_grows_is_measured_rightly(seed: int) -> None:
    """What is still in flight at the end is not over, so that no latency tells how long it has waited."""
    w = growing(seed=seed)
    assert little_ratio(w) == pytest.approx(1, abs=0.2)
    assert w.journeys is not None
    counted = w.journeys.total_ms / 1000 / w.seconds
    assert float(w.in_flight.mean()) / counted > 1.1


def test_latencies_that_are_measured_wrongly_are_seen_in_a_queue_that_grows() -> None:
    w = growing()
    assert w.journeys is not None
    for factor in (0.4, 2.5):
        wrong = replace(w, journeys=replace(w.journeys, total_ms=factor * w.journeys.total_ms))
        assert Kind.LITTLE in {cause.kind for cause in against(wrong, usage(), rate=None)}
    assert Kind.LITTLE not in {cause.kind for cause in against(w, usage(), rate=None)}


def test_few_long_journeys_under_a_growing_queue_as_they_came() -> None:
    """Thirty seconds of a web application under a quota, of which the first five do not count."""
    arrivals = [1, 2, 2, 3, 2, 2, 0, 4, 1, 2, 3, 1, 2, 1, 1, 1, 3, 2, 4, 2, 1, 3, 3, 4, 4]
    flying = [1.3, 1.2, 3.1, 2.8, 4.9, 6.0, 5.1, 3.2, 3.7, 3.2, 3.7, 4.4, 4.9, 3.7, 3.3, 0.7, 1.6, 4.2, 6.0, 7.1, 7.4,
              9.5, 8.3, 11.8, 15.1]  # fmt: skip
    whole = Journeys(ended=40, total_ms=40 * 2266, requests=7, pause_s=0)
    w = window(12, 25, arrivals=arrivals, in_flight=flying, journeys=whole)
    assert Kind.LITTLE not in {cause.kind for cause in against(w, usage(), rate=2.18)}


def test_a_closed_model_asks_for_no_rate() -> None:
    assert reasons(window(37, 12), usage(), rate=None) == ""


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert "too short" in reasons(window(100, 12), None)
    conditions = Conditions(100, 320, 2.0, 0.25, usage(), failure="k6 crashed.")
    (cause,) = found(window(100, 12), conditions, slo_broken=False)
    assert (cause.kind, cause.sentence) == (Kind.GENERATOR, "k6 crashed.")
    assert spoils((cause,), "PASS")


def test_journeys_are_counted_and_timed_whole() -> None:
    """Three requests and 5 s of pauses each: neither is a sign that something was measured wrongly."""
    whole = Journeys(ended=1200, total_ms=1200 * 5300, requests=3, pause_s=5)
    w = window(300, 12, arrivals=100, in_flight=530, latency_ms=100, journeys=whole)
    assert reasons(w, usage()) == ""
    assert little_ratio(w) == pytest.approx(1, abs=0.01)
    lost = replace(w, journeys=replace(whole, ended=100, total_ms=100 * 5300))
    assert "100 whole journeys to 1200 arrivals differ" in reasons(lost, usage())
    assert "530.0 journeys were in flight" in reasons(lost, usage())


def test_where_the_services_cpu_is_not_seen_no_other_programs_are_blamed() -> None:
    seen = usage(host=1.5)
    assert "Other programs used" in reasons(window(100, 12), seen)
    unseen = replace(seen, cpu_s={part: used for part, used in seen.cpu_s.items() if part != "service"})
    assert reasons(window(100, 12), unseen) == ""


def test_too_few_vus_for_journeys_are_the_generators() -> None:
    w = window(300, 12, arrivals=100, dropped=30, in_flight=320, journeys=Journeys(1200, 0, 3, 30))
    short = Conditions(100, 320, 2.0, 0.25, usage(), vus_wanted=3000.0, verdicts=("FAIL", "FAIL"))
    (cause,) = found(w, short, slo_broken=True)
    assert cause.kind is Kind.DROPPED
    assert "fewer than the 3000 that journeys hold at this rate" in cause.sentence
    assert not found(w, replace(short, vus_wanted=300.0), slo_broken=True)
