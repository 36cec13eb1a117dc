"""What a second of a trial came to, and whether it met the SLO."""

from __future__ import annotations

from collections import Counter

import pytest
from faulty import FAST_MS, RATE, Bad, trial

from scalebed.experiment.slo import Slo
from scalebed.measurement.errors import NO_RESPONSE
from scalebed.measurement.histograms import of_values
from scalebed.report.findings.seconds import Second, seconds

SLO = Slo(percentile=95, latency_ms=1000, error_rate=0.01)


def second(succeeded: int = 0, late: int = 0, failed: int = 0, *, waiting: bool = False) -> Second:
    return Second(succeeded, late, Counter({"5xx": failed}), waiting=waiting)


def test_every_second_of_a_trial_is_one() -> None:
    bad = {
        3: Bad(late=4),
        5: Bad(failed={"5xx": 2, NO_RESPONSE: 3, "check failed": 1}),
        7: Bad(dropped=6),
        9: Bad(silent=True),
        11: Bad(idle=True),
    }
    found = seconds(trial(bad, seconds=20), SLO)
    assert len(found) == 20
    assert [each.requests for each in found] == [0 if at in (9, 11) else RATE for at in range(20)]
    assert [(each.succeeded, each.late) for each in found][3:6] == [(RATE, 4), (RATE, 0), (RATE - 6, 0)]
    assert found[5].failed == {"5xx": 2, NO_RESPONSE: 3, "check failed": 1}
    assert found[7].failed == {"dropped": 6}
    assert [at for at, each in enumerate(found) if not each.waiting] == [11]
    assert [at for at, each in enumerate(found) if not each.met(SLO)] == [3, 5, 7, 9]


def test_what_came_before_the_first_second_or_after_the_last_is_in_none() -> None:
    whole = trial(seconds=20)
    shifted = [record.model_copy(update={"second": record.second - 2}) for record in whole.endpoints]
    late = [record.model_copy(update={"second": record.second + 30}) for record in whole.endpoints]
    found = seconds(whole.model_copy(update={"endpoints": (*shifted, *late)}), SLO)
    assert [each.requests for each in found] == [RATE] * 18 + [0, 0]


def test_a_latency_is_of_what_succeeded_and_none_is_none() -> None:
    found = seconds(trial({1: Bad(failed={"5xx": RATE})}, seconds=2), SLO)
    assert found[0].percentile_ms(SLO) == pytest.approx(FAST_MS, rel=0.01)
    assert found[1].percentile_ms(SLO) is None


@pytest.mark.parametrize(
    ("of", "met"),
    [
        (second(100, late=5), True),
        (second(100, late=6), False),
        (second(99, late=4, failed=1), True),
        (second(99, late=5, failed=1), False),
        (second(98, late=0, failed=2), False),
        (second(20, late=1), True),
        (second(19, late=1), False),
        (second(), True),
        (second(waiting=True), False),
        (second(failed=1, waiting=True), False),
        (second(1), True),
    ],
)
def test_a_second_meets_the_slo_where_its_shares_do(of: Second, met: bool) -> None:
    assert of.met(SLO) is met


def test_failures_are_slower_than_any_limit_only_where_all_are_counted() -> None:
    lenient = SLO.model_copy(update={"latency_of": "successes", "error_rate": 0.5})
    strict = lenient.model_copy(update={"latency_of": "all"})
    half_failed = second(50, failed=50)
    assert half_failed.met(lenient)
    assert not half_failed.met(strict)
    assert not second(50, late=3, failed=50).met(lenient)


def test_latencies_of_several_endpoints_are_one() -> None:
    whole = trial(seconds=1)
    again = [record.model_copy(update={"endpoint": "list"}) for record in whole.endpoints]
    (found,) = seconds(whole.model_copy(update={"endpoints": (*whole.endpoints, *again)}), SLO)
    assert found.latencies.total == found.succeeded == 2 * RATE
    assert found.latencies.max_ms == pytest.approx(of_values([FAST_MS]).max_ms)
