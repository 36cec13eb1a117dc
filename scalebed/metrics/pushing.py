"""Sends the metrics of a run somewhere, again and again, from a thread that never holds up or ends the run."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import Protocol

from scalebed.messages import Say
from scalebed.metrics.tally import State, Tally

STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The NaN by which Prometheus knows that a series has ended."""
_CLOSING_S = 10.0
"""For what is under way, and the last of it."""


class Sender(Protocol):
    """A receiver, which may be away."""

    @property
    def name(self) -> str:
        """What people are told it is."""
        ...

    def send(self, state: State) -> str | None:
        """Why it could not be done, or None."""
        ...

    def end(self, state: State) -> str | None:
        """Send the last of it."""
        ...


class Pusher:
    """Sends at once, after each interval, and at the end. What goes wrong is said once, and again once it went well
    meanwhile."""

    def __init__(self, tally: Tally, sender: Sender, interval_s: float, say: Say) -> None:
        self._tally, self._sender, self._interval_s, self._say = tally, sender, interval_s, say
        self._failing = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=sender.name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Send the last of it; returns after some seconds at most. Safe to call twice."""
        self._over.set()
        self._thread.join(_CLOSING_S)
        if self._thread.is_alive() and not self._failing:
            self._failing = True
            self._say(f"{self._sender.name}: did not take the last of it within {_CLOSING_S:.0f} s.")

    def _run(self) -> None:
        while True:
            self._attempt(self._sender.send, "The run goes on, and it is tried again")
            if self._over.wait(self._interval_s):
                break
        if not self._failing:  # the end of a run does not wait for what is away
            self._attempt(self._sender.end, "The last of it is missing there")

    def _attempt(self, send: Callable[[State], str | None], then: str) -> None:
        try:
            why = send(self._tally.state())
        except Exception as error:  # whatever it is, the run goes on
            why = f"{type(error).__name__}: {error}"
        if why is not None and not self._failing:
            self._say(f"{self._sender.name}: {why}. {then}.")
        self._failing = why is not None
