"""The breaker: open after a failure, then one trial at a time, closed by a success."""

from concurrent.futures import ThreadPoolExecutor

from optimized.contacts.infrastructure.breaker import Breaker


class Clock:
    """A clock that stands until it is moved; seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_closed_breaker_lets_everyone_try() -> None:
    breaker = Breaker(2, Clock())
    assert [breaker.allows() for _ in range(3)] == [True] * 3


def test_after_a_failure_nobody_tries_for_a_while_and_then_one() -> None:
    clock = Clock()
    breaker = Breaker(2, clock)
    breaker.failed()
    clock.now += 1.9
    assert not breaker.allows()
    clock.now += 0.1
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    # The trial came to nothing, not even to a failure: the next one has its turn.
    clock.now += 2
    assert [breaker.allows() for _ in range(2)] == [True, False]


def test_a_trial_that_fails_opens_it_again_and_one_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = Breaker(2, clock)
    breaker.failed()
    clock.now += 2
    assert breaker.allows()
    clock.now += 1
    breaker.failed()
    clock.now += 1.5
    assert not breaker.allows()
    clock.now += 0.5
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True] * 3


def test_of_many_threads_one_gets_the_trial() -> None:
    clock = Clock()
    breaker = Breaker(2, clock)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            breaker.failed()
            clock.now += 2
            assert sum(pool.map(lambda _: breaker.allows(), range(16))) == 1
