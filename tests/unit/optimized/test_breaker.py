"""The breaker: open after a failure or a doubt that looks confirm, closed by a look, and never by a request's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from optimized.contacts.infrastructure.breaker import BETWEEN_S, CALM_S, Breaker


def closed(breaker: Breaker) -> bool:
    """As mypy would take what was asserted of the attribute to go on being so."""
    return breaker.closed


class Clock:
    """A clock that stands until it is moved; seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Part:
    """A part that is well or not, and takes errands or not; what was asked of it, in order."""

    def __init__(self, clock: Clock) -> None:
        self.well = self.takes = True
        self.asked: list[str] = []
        self.started = 0
        self.during: Callable[[], object] = lambda: None
        self.breaker = Breaker(2, clock=clock, start=self._start)
        self.breaker.attend(self._look, self._errand)

    def _start(self, run: Callable[[], None]) -> None:
        self.started += 1

    def _look(self) -> bool:
        self.asked.append("look")
        self.during()
        return self.well

    def _errand(self) -> bool:
        self.asked.append("errand")
        return self.takes


def test_it_is_closed_at_first_and_looks_at_nothing() -> None:
    part = Part(Clock())
    assert closed(part.breaker)
    assert part.started == 0


def test_a_failure_opens_it_and_one_looks_for_all_after_a_while() -> None:
    clock = Clock()
    part = Part(clock)
    for _ in range(3):
        part.breaker.failed()
    assert not closed(part.breaker)
    assert part.started == 1
    assert part.breaker.round() == 2
    assert part.asked == ["errand"]
    clock.now += 2
    part.well = False
    assert part.breaker.round() == 2
    assert not closed(part.breaker)
    clock.now += 2
    part.well = True
    assert part.breaker.round() is None
    assert closed(part.breaker)
    part.breaker.failed()
    assert part.started == 2


def test_a_doubt_opens_nothing_until_looks_confirm_it() -> None:
    part = Part(Clock())
    part.well = False
    part.breaker.doubted()
    assert closed(part.breaker)
    assert part.breaker.round() == BETWEEN_S
    assert closed(part.breaker)
    assert part.breaker.round() == 2
    assert not closed(part.breaker)


def test_a_doubt_without_ground_opens_nothing_and_keeps_the_next_away_for_a_while() -> None:
    clock = Clock()
    part = Part(clock)
    part.breaker.doubted()
    assert part.breaker.round() is None
    assert closed(part.breaker)
    part.breaker.doubted()
    assert part.started == 1
    clock.now += CALM_S
    part.breaker.doubted()
    assert part.started == 2
    # One look in two is no row.
    part.well = False
    part.breaker.round()
    part.well = True
    assert part.breaker.round() is None
    assert closed(part.breaker)


def test_while_it_is_open_an_errand_waits_for_no_look_and_no_look_comes_early() -> None:
    clock = Clock()
    part = Part(clock)
    part.breaker.failed()
    for _ in range(5):
        part.breaker.wake()
        part.breaker.round()
    assert part.asked == ["errand"] * 5
    assert part.started == 1


def test_it_stays_open_until_its_errand_is_done() -> None:
    clock = Clock()
    part = Part(clock)
    part.breaker.failed()
    clock.now += 2
    part.takes = False
    assert part.breaker.round() == 2
    assert part.asked == ["errand"]
    assert not closed(part.breaker)
    part.takes = True
    clock.now += 2
    assert part.breaker.round() is None
    assert closed(part.breaker)


def test_an_errand_that_comes_while_it_closes_is_still_run() -> None:
    clock = Clock()
    part = Part(clock)
    part.breaker.failed()
    clock.now += 2
    part.during = part.breaker.wake
    assert part.breaker.round() == 0
    part.during = lambda: None
    assert part.breaker.round() is None
    assert part.asked == ["errand", "look"] * 2


def test_a_look_that_fails_oddly_is_a_no() -> None:
    part = Part(Clock())

    def fail() -> None:
        raise ValueError

    part.during = fail
    part.breaker.doubted()
    assert part.breaker.round() == BETWEEN_S


def test_where_no_thread_can_be_started_requests_find_out_for_themselves() -> None:
    def refuse(run: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    breaker = Breaker(2, start=refuse)
    breaker.failed()
    assert closed(breaker)


def test_its_thread_ends_once_the_part_is_well() -> None:
    before = threading.active_count()
    well = threading.Event()
    breaker = Breaker(0.001)
    breaker.attend(well.is_set)
    for _ in range(20):
        well.clear()
        threads = [threading.Thread(target=breaker.failed) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not closed(breaker)
        assert threading.active_count() <= before + 1
        well.set()
        until = time.monotonic() + 10
        while not closed(breaker) or threading.active_count() > before:
            assert time.monotonic() < until
            time.sleep(0.001)
