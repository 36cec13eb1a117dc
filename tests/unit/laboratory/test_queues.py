"""What becomes of requests at servers, by hand and against theory."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from laboratory import queues

Floats = NDArray[np.float64]
N = 200_000


def drawn(rate: float, mean_s: float, seed: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.exponential(1 / rate, N)), rng.exponential(mean_s, N)


def by_hand(ended: Floats, expected: list[float]) -> None:
    assert ended.tolist() == pytest.approx(expected)


def test_one_server() -> None:
    by_hand(queues.in_turn(np.array([0.0, 1.0, 5.0]), np.array([2.0, 1.0, 1.0])), [2, 3, 6])


def test_two_servers() -> None:
    by_hand(queues.by_any(np.array([0.0, 1.0, 1.5]), np.array([3.0, 1.0, 1.0]), 2), [3, 2, 3])


def test_a_shared_server() -> None:
    # Alone for a second, then at half the pace beside the other, then alone again.
    by_hand(queues.shared(np.array([0.0, 1.0]), np.array([2.0, 3.0])), [3, 5])


def test_a_quota() -> None:
    # 0.25 s in each second: it stands still from 0.25 on, and what comes at 2.9 goes on into the next period.
    ended = queues.under_quota(np.array([0.0, 2.9]), np.array([0.6, 0.2]), 0.25, 1.0)

    by_hand(ended, [2.1, 3.1])


def test_a_cliff() -> None:
    # Two at once are more than one: each second then takes two.
    by_hand(queues.over_a_cliff(np.array([0.0, 1.0]), np.array([2.0, 1.0]), 1, 2.0), [3, 4])


def test_what_is_refused() -> None:
    ended, refused = queues.shedding(np.array([0.0, 0.1, 0.2, 1.1]), np.array([1.0, 1.0, 1.0, 1.0]), 2, 0.01)

    by_hand(ended, [1, 2, 0.21, 3])
    assert refused.tolist() == [False, False, True, False]


def test_a_pause_delays_what_comes_after_it() -> None:
    ended = queues.paused(np.array([0.0, 1.0, 9.0]), np.array([0.5, 0.5, 0.5]), np.array([0.8]), np.array([2.0]))

    by_hand(ended, [0.5, 3.3, 9.5])


@pytest.mark.parametrize(
    "serve",
    [
        queues.in_turn,
        lambda a, w: queues.by_any(a, w, 1),
        queues.shared,
        lambda a, w: queues.under_quota(a, w, 1.0, 1.0),
        lambda a, w: queues.over_a_cliff(a, w, 5, 1.0),
        lambda a, w: queues.shedding(a, w, N, 0.0)[0],
        lambda a, w: queues.paused(a, w, np.array([]), np.array([])),
    ],
)
def test_each_is_a_queue_of_one_server_at_its_limit(serve: Callable[[Floats, Floats], Floats]) -> None:
    """M/M/1: a mean time of 1/(μ - λ), under any discipline that does not look at the work."""
    arrivals, work = drawn(14.0, 0.05)

    ended = serve(arrivals, work)

    assert float((ended - arrivals).mean()) == pytest.approx(1 / 6, rel=0.06)


def test_servers_are_erlangs() -> None:
    """Erlang's C: of an M/M/2 at ρ = 0.7 so many wait as 2ρ²/(1+ρ)."""
    arrivals, work = drawn(28.0, 0.05)

    waited = queues.by_any(arrivals, work, 2) - arrivals - work

    assert float((waited > 1e-9).mean()) == pytest.approx(2 * 0.49 / 1.7, rel=0.03)


def test_a_longer_run_begins_as_a_shorter_one() -> None:
    arrivals, work = drawn(15.0, 0.05)
    some = arrivals[:500]
    until = float(some[-1])

    for serve in (queues.in_turn, queues.shared, lambda a, w: queues.over_a_cliff(a, w, 5, 1.5)):
        short, long = serve(some, work[:500]), serve(arrivals[:2000], work[:2000])[:500]
        over = short <= until
        assert over.sum() > 400
        np.testing.assert_allclose(short[over], long[over])
        assert (long[~over] > until - 1e-9).all()
    assert math.isfinite(until)
