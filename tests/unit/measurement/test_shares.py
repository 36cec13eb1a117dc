from __future__ import annotations

from dataclasses import replace

import numpy as np

from scalebed.experiment.slo import Limit, Slo
from scalebed.measurement.shares import Share, shares
from scalebed.measurement.timeline import Counted, Window


def window(**changes: object) -> Window:
    """Ten seconds of ten requests; one in ten is slow, one in a hundred fails, one arrival was dropped."""
    ten = np.full(10, 10, dtype=np.int64)
    none = np.zeros(10, dtype=np.int64)
    one = np.eye(10, dtype=np.int64)[3]
    whole = Window(
        elapsed_s=10,
        responses=ten,
        slow=np.ones(10, dtype=np.int64),
        errors=one,
        latency_sum_ms=ten.astype(np.float64),
        arrivals=ten,
        dropped=one,
        in_flight=none.astype(np.float64),
        lag_ms=none.astype(np.float64),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def counts(found: tuple[Share, ...]) -> list[tuple[float, int, int]]:
    return [(round(each.allowed, 6), each.bad, each.of) for each in found]


def test_what_failed_or_was_dropped_is_slow_as_well() -> None:
    assert counts(shares(window(), Slo(percentile=95, error_rate=0.01))) == [(0.05, 10, 81), (0.01, 2, 81)]


def test_of_successes_only_they_count() -> None:
    assert counts(shares(window(), Slo(latency_of="successes")))[0] == (0.05, 8, 79)


def test_a_line_that_allows_nothing_has_no_share_and_each_further_limit_has_its_own() -> None:
    limit = Limit(percentile=99, latency_ms=5000, endpoint="search")
    few = Counted(asked=np.full(10, 3, dtype=np.int64), slow=np.eye(10, dtype=np.int64)[5])
    found = shares(window(further=(few,)), Slo(error_rate=0, further=(limit,)))
    assert counts(found) == [(0.05, 10, 81), (0.01, 1, 24)]


def test_what_is_bad_while_a_queue_fills_tells_only_whether_the_slo_was_kept() -> None:
    none = np.zeros(10, dtype=np.int64)
    early = np.where(np.arange(10) < 2, 9, 0)
    latency, _ = shares(window(slow=early, errors=none, dropped=none), Slo())
    assert (latency.bad, latency.of, latency.broken) == (0, 80, True)


def test_what_comes_together_tells_as_much_as_fewer() -> None:
    slow = np.zeros(10, dtype=np.int64)
    slow[4:6] = 4
    together, apart = (shares(window(slow=each), Slo())[0] for each in (slow, np.ones(10, dtype=np.int64)))
    assert together.bad == apart.bad
    assert together.size < 0.5 * apart.size


def test_more_than_is_allowed_breaks_it() -> None:
    assert [each.broken for each in shares(window(), Slo(percentile=95, error_rate=0.05))] == [True, False]
