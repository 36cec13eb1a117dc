"""What is taken for the truth agrees with runs that had no part in it."""

import numpy as np
import pytest

from laboratory import truth
from laboratory.services import SERVICES, Host, Requests

AS_STEADY = sorted(set(SERVICES) - {"drift", "steal", "warming", "cliff"})
"""Services of which a long run tells the capacity; the cliff's takes too long to come back from each fall."""


@pytest.mark.parametrize("name", AS_STEADY)
def test_a_long_run_at_the_capacity_is_at_the_limit_of_the_slo(name: str) -> None:
    known = truth.kept()[name]

    share, error = truth.slow_share(name, known.capacity, 150_000, seed=77)

    allowed = truth.ALLOWED
    if name == "shedding":  # errors decide, and some of what is admitted is slow
        assert share < allowed
        return
    # The truth's own error, as a share of requests: the share grows about tenfold while the rate grows by a fifth.
    own = allowed * 12 * known.error / known.capacity
    assert abs(share - allowed) < 4 * (error**2 + own**2) ** 0.5


def test_what_sheds_refuses_one_in_a_hundred_at_its_capacity() -> None:
    rate, n = truth.kept()["shedding"].capacity, 400_000
    arriving, work = np.random.default_rng(5), np.random.default_rng(6)
    arrivals = np.cumsum(arriving.exponential(1 / rate, n))

    served = SERVICES["shedding"].serve(Requests(0.0, arrivals, work, work), Host())

    assert served.failed is not None
    assert float(served.failed.mean()) == pytest.approx(0.01, rel=0.08)


def test_by_force_finds_what_theory_tells() -> None:
    found = truth.by_force("M/M/1", requests=400_000, seed=5)

    assert abs(found.capacity - truth.THEORY["M/M/1"]()) < 4 * found.error
    assert found.error < 0.05


def test_every_service_has_one() -> None:
    assert truth.kept().keys() == SERVICES.keys()
    assert all(each.error < 0.01 * each.capacity for name, each in truth.kept().items() if name != "cliff")
