"""What a signal does while something is under way."""

import os
import signal
from collections.abc import Iterator

import pytest

from scalebed.cli.console import stopping_once, undisturbed

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """As they were, whatever a test leaves."""
    before = {each: signal.getsignal(each) for each in ENDING}
    yield
    assert {each: signal.getsignal(each) for each in ENDING} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_and_the_others_do_not(number: signal.Signals) -> None:
    with stopping_once():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        for each in ENDING:
            os.kill(os.getpid(), each)


def test_what_is_undisturbed_is_finished() -> None:
    with stopping_once():
        with undisturbed():
            for each in ENDING:
                os.kill(os.getpid(), each)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopping_once():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
