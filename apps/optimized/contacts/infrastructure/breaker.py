"""A circuit breaker: after a failure, leave the broken thing alone for a while."""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Breaker:
    """Closed at first; `failed` opens it for `open_s` seconds, after which one caller at a time may try again."""

    def __init__(self, open_s: float, clock: Callable[[], float] = monotonic) -> None:
        self._open_s = open_s
        self._clock = clock
        self._until: float | None = None
        self._lock = Lock()

    def allows(self) -> bool:
        """Whether to try now. Once it has been open, a True claims the trial for this caller."""
        if self._until is None:
            return True
        with self._lock:
            now = self._clock()
            # The other thread that is let try may just have closed it.
            until = self._until or now
            if now < until:
                return False
            self._until = now + self._open_s
            return True

    def failed(self) -> None:
        """Open it."""
        with self._lock:
            self._until = self._clock() + self._open_s

    def succeeded(self) -> None:
        """Close it."""
        self._until = None
