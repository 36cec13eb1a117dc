"""Faults beside a load, whose moments are the test's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from disrupted import FakeInjector, running
from simulation import VirtualClock

from scalebed.execution import disruption
from scalebed.execution.disruption import Disruption
from scalebed.execution.ports import Told
from scalebed.messages import EngineError


class RealClock(VirtualClock):
    def now(self) -> float:
        return time.monotonic()


CLOCK = RealClock()


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert not running()


def begin(injector: FakeInjector | None, *moments: float, clock: VirtualClock = CLOCK) -> Disruption:
    made = Disruption(injector, moments, clock)
    start = clock.now()
    made.begin(lambda moment: start + moment)
    return made


def wait(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_each_happens_at_its_moment_one_after_the_other() -> None:
    injector = FakeInjector(CLOCK, lasts=0.02)
    made = begin(injector, 0.05, 0.15)
    assert made.begun
    wait(lambda: not running())
    made.end()
    assert injector.calls == [
        "begin", "counts", "inject 0", "undo 0", "counts", "inject 1", "undo 1", "counts", "end",
    ]  # fmt: skip
    for episode in made.episodes:
        assert episode.begun_at is not None
        assert episode.over_at is not None
        assert episode.planned_at <= episode.begun_at
        assert episode.over_at - episode.begun_at >= 0.02
        assert episode.said == ["the cache was stopped", "it went on"]
    assert [episode.before["counted"] for episode in made.episodes] == [1, 2]
    assert made.after == {"replicas ready": 2, "counted": 3}
    assert made.episodes[1].planned_at - made.episodes[0].planned_at == pytest.approx(0.1)


def test_where_nothing_is_to_fail_the_same_moments_are_kept() -> None:
    made = begin(None, 0.01, 0.03)
    wait(lambda: not running())
    made.end()
    assert made.after == {}
    assert [(each.begun_at == each.over_at, each.said) for each in made.episodes] == [(True, [])] * 2
    assert all(each.begun_at is not None and each.begun_at >= each.planned_at for each in made.episodes)


def test_a_load_that_is_over_ends_what_happens_and_what_would() -> None:
    injector = FakeInjector(CLOCK, lasts=600)
    made = begin(injector, 0.0, 700)
    wait(lambda: "inject 0" in injector.calls)
    started = time.monotonic()
    made.end()
    assert time.monotonic() - started < 5
    assert injector.calls == ["begin", "counts", "inject 0", "undo 0", "counts", "end"]
    first, second = made.episodes
    assert first.begun_at is not None
    assert (first.over_at, first.said) == (None, ["the cache was stopped"])
    assert (second.begun_at, second.over_at, second.said) == (None, None, [])


def test_a_load_that_is_over_before_the_first_ends_at_once() -> None:
    injector = FakeInjector(CLOCK)
    made = begin(injector, 600)
    made.end()
    assert injector.calls == ["begin", "counts", "end"]


def test_what_never_began_is_not_ended() -> None:
    injector = FakeInjector(CLOCK)
    made = Disruption(injector, [1.0], CLOCK)
    made.end()
    assert (made.begun, made.failed, injector.calls, made.episodes) == (False, False, [], [])


def test_what_fails_in_the_thread_is_raised_at_the_end_and_nothing_more_happens() -> None:
    injector = FakeInjector(CLOCK, fails_in=0)
    made = begin(injector, 0.0, 0.01)
    wait(lambda: made.failed)
    for _ in range(2):
        with pytest.raises(EngineError, match=r"^cache-frozen: it could not be stopped\.$"):
            made.end()
    assert injector.calls == ["begin", "counts", "inject 0", "undo 0", "end", "end"]


def test_ending_twice_is_safe() -> None:
    injector = FakeInjector(CLOCK, lasts=0.0)
    made = begin(injector, 0.0)
    wait(lambda: not running())
    made.end()
    made.end()
    assert injector.calls.count("end") == 2


class Uncountable(FakeInjector):
    """The database does not come back, say."""

    def counts(self) -> Mapping[str, int]:
        if "undo 0" in self.calls:
            raise EngineError("It cannot be counted.")
        return {}


def test_who_cannot_count_at_the_end_is_ended_all_the_same() -> None:
    injector = Uncountable(CLOCK, lasts=0.0)
    made = begin(injector, 0.0)
    wait(lambda: not running())
    with pytest.raises(EngineError, match="cannot be counted"):
        made.end()
    assert injector.calls[-1] == "end"


class Unwilling(FakeInjector):
    def begin(self) -> None:
        super().begin()
        raise EngineError("It does not begin.")


def test_who_did_not_quite_begin_is_ended() -> None:
    """As after a Ctrl-C in the middle of it: a supervisor may run already."""
    injector = Unwilling(CLOCK)
    made = Disruption(injector, [0.0], CLOCK)
    with pytest.raises(EngineError):
        made.begin(lambda moment: moment)
    made.end()
    assert injector.calls == ["begin", "end"]


class Greedy(FakeInjector):
    """Catches whatever goes wrong."""

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        self.calls.append(f"inject {number}")
        try:
            pause(600)
        except Exception:
            self.calls.append("caught")


def test_the_end_of_the_load_is_no_error_that_a_fault_could_take_for_its_own() -> None:
    injector = Greedy(CLOCK)
    made = begin(injector, 0.0)
    wait(lambda: "inject 0" in injector.calls)
    made.end()
    assert "caught" not in injector.calls


def test_what_takes_longer_than_until_the_next_is_followed_by_it_at_once() -> None:
    injector = FakeInjector(CLOCK, lasts=0.2)
    made = begin(injector, 0.0, 0.05)
    wait(lambda: not running())
    made.end()
    first, second = made.episodes
    assert first.over_at is not None
    assert second.begun_at is not None
    assert second.begun_at >= first.over_at
    assert second.begun_at - second.planned_at >= 0.14


def test_moments_are_the_clocks_and_not_those_of_who_waits() -> None:
    """A minute of a virtual clock takes no minute."""
    clock = VirtualClock()
    injector = FakeInjector(clock, lasts=30)
    made = begin(injector, 60, clock=clock)
    clock.sleep(59.9)
    time.sleep(0.1)
    assert made.episodes[0].begun_at is None
    clock.sleep(0.2)
    wait(lambda: "inject 0" in injector.calls)
    clock.sleep(31)
    wait(lambda: not running())
    made.end()
    assert made.episodes[0].begun_at == pytest.approx(160.1)
    assert made.episodes[0].over_at == pytest.approx(191.1)


class Stuck(FakeInjector):
    def __init__(self) -> None:
        super().__init__(CLOCK)
        self.let_go = threading.Event()

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        told("begun", "it hangs")
        self.let_go.wait(20)


def test_what_is_not_undone_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disruption, "_UNDONE_WITHIN_S", 0.05)
    injector = Stuck()
    made = begin(injector, 0.0)
    wait(lambda: made.episodes[0].begun_at)
    with pytest.raises(EngineError, match=r"^a fault was not undone within 0\.05 s; run the same again$"):
        made.end()
    assert injector.calls[-1] == "end"
    injector.let_go.set()
    wait(lambda: not running())
