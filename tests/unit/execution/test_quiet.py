from __future__ import annotations

from simulation import VirtualClock

from scalebed.execution.ports import Program
from scalebed.execution.quiet import HURRIED_S, PATIENT_S, Quiet
from scalebed.measurement.usage import Usage


class Host:
    """Something uses half of its two cores until a moment."""

    def __init__(self, loud_until: float) -> None:
        self.clock = VirtualClock()
        self.loud_until = self.clock.time + loud_until
        self.said: list[str] = []
        self.asked = 0
        self.quiet = Quiet(2.0, self.clock, self.programs, self.said.append)

    @property
    def seen(self) -> Usage | None:
        return Usage(1.0, {"service": 0.01}, {}, 0.51 if self.clock.time < self.loud_until else 0.02, 0.0)

    def sample(self, seconds: float) -> Usage | None:
        self.clock.sleep(seconds)
        return self.seen

    def programs(self) -> list[Program]:
        self.asked += 1
        return [Program("mkv", 0.4, 12, count=2), Program("indexer", 0.1, 7)]


def test_a_quiet_host_is_not_waited_for() -> None:
    host = Host(0)
    assert host.quiet.wait(host)
    assert (host.clock.time, host.said, host.asked) == (100.0, [], 0)


def test_a_moment_is_waited_for_without_a_word() -> None:
    host = Host(0.5)
    assert host.quiet.wait(host)
    assert (host.clock.time, host.said) == (101.0, [])


def test_who_disturbs_is_named_once_and_the_end_told() -> None:
    host = Host(10)
    assert host.quiet.wait(host)
    assert host.asked == 1
    waiting, again = host.said
    assert waiting.startswith("Waiting for quiet: Other programs used 0.50 cores (0.20 allowed). ")
    named = "Most by mkv (2 processes, such as 12) with 0.40 cores, indexer (process 7) with 0.10 cores."
    assert waiting.endswith(named)
    assert again == "It is quiet again, after 10 s."


def test_a_wait_has_a_limit_and_after_it_less_patience_until_it_was_quiet() -> None:
    host = Host(200)
    waited = []
    for _ in range(3):
        began = host.clock.time
        assert not host.quiet.wait(host)
        waited.append(host.clock.time - began)
    assert waited == [PATIENT_S, HURRIED_S, HURRIED_S]
    assert len(host.said) == 2
    assert "What passes counts" in host.said[1]
    host.quiet.be_patient()
    began = host.clock.time
    assert not host.quiet.wait(host)
    assert host.clock.time - began == PATIENT_S
    host.clock.time = 400
    assert host.quiet.wait(host)
    host.loud_until = 900
    began = host.clock.time
    assert not host.quiet.wait(host)
    assert host.clock.time - began == PATIENT_S


def test_where_nothing_is_known_nothing_is_waited_for() -> None:
    class Blind:
        seen = None

        def sample(self, seconds: float) -> None:
            raise AssertionError

    assert Host(100).quiet.wait(Blind())
