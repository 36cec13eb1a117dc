"""A push that fails is told once, and never to the run's harm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from staged import Stage

from scalebed.metrics.pushing import Pusher
from scalebed.metrics.tally import State, Tally


class Receiver:
    """Answers each push with the next of what it is given, and then with the last of it."""

    name = "Receiver"

    def __init__(self, *answers: str | Exception | None) -> None:
        self._answers = list(answers)
        self.sent = 0
        self.ended = 0
        self.enough = threading.Event()

    def send(self, state: State) -> str | None:
        self.sent += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if len(self._answers) == 1 and self.sent > 5:
            self.enough.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self, state: State) -> str | None:
        self.ended += 1
        return None


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    with Stage(tmp_path / "run") as stage:
        return Tally("run", stage.directory.manifest().experiment)


def pushed(tally: Tally, receiver: Receiver) -> list[str]:
    said: list[str] = []
    pusher = Pusher(tally, receiver, 0.001, said.append)
    assert receiver.enough.wait(10)
    pusher.close()
    pusher.close()
    return said


def test_it_pushes_until_it_is_closed_and_then_the_last_of_it(tally: Tally) -> None:
    receiver = Receiver(None)
    assert pushed(tally, receiver) == []
    assert receiver.ended == 1


@pytest.mark.parametrize("wrong", [lambda: "it is away", lambda: RuntimeError("it is away")])
def test_what_goes_wrong_is_said_once_until_it_went_well_again(
    tally: Tally, wrong: Callable[[], str | Exception]
) -> None:
    receiver = Receiver(wrong(), wrong(), None, wrong(), wrong(), None)
    said = pushed(tally, receiver)
    assert len(said) == 2
    assert all(line.startswith("Receiver: ") and "it is away" in line for line in said)
    assert said[0].endswith(". The run goes on, and it is tried again.")
    assert receiver.ended == 1


def test_the_end_of_a_run_does_not_wait_for_what_is_away(tally: Tally) -> None:
    receiver = Receiver("it is away")
    assert len(pushed(tally, receiver)) == 1
    assert receiver.ended == 0


def test_the_first_push_waits_for_nothing(tally: Tally) -> None:
    receiver = Receiver(None)
    pusher = Pusher(tally, receiver, 3600.0, print)
    pusher.close()
    assert (receiver.sent, receiver.ended) == (1, 1)
