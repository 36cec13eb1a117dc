"""A circuit breaker: a part that is away, or slower than it is worth, is left alone until it is well again.

Whether it is well is found out in a thread of its own, which lives while there is something to find out: no request
waits for that. What requests tell is not trusted further than it goes. That a part did not answer opens the breaker.
That it answered late may be this process's own doing (it waited for its share of a CPU, or for the interpreter), so it
is only a doubt: the thread then looks, by a measure that does not suffer from that, and opens the breaker where it sees
the same so many times in a row. So one hiccup opens nothing, and no more does a process with too much to do.
"""

from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic

# Looks that must agree with a doubt, the time between them, and how long a doubt without ground keeps the next away.
LOOKS = 2
BETWEEN_S = 0.025
CALM_S = 1.0


def _in_a_thread(run: Callable[[], None]) -> None:
    # A daemon: a part that stays away must not keep the process from its end.
    Thread(target=run, name="breaker", daemon=True).start()


def _nothing() -> bool:
    return True


class Breaker:
    """`closed`: whether to use the part, a plain attribute, for requests ask at each use."""

    def __init__(
        self,
        every_s: float,
        *,
        calm_s: float = CALM_S,
        clock: Callable[[], float] = monotonic,
        start: Callable[[Callable[[], None]], None] = _in_a_thread,
    ) -> None:
        self.closed = True
        self._every_s = every_s
        self._calm_s = calm_s
        self._clock = clock
        self._start = start
        self._well = self._errand = _nothing
        self._changed = Condition()
        self._woken = self._looking = False
        self._next_look = self._calm_until = 0.0
        self._unwell = 0

    def attend(
        self, well: Callable[[], bool], errand: Callable[[], bool] = _nothing, every_s: float | None = None
    ) -> None:
        """Say how to look: whether the part is `well`, and an `errand` that it must take before it is used again."""
        self._well, self._errand = well, errand
        self._every_s = self._every_s if every_s is None else every_s

    def failed(self) -> None:
        """It did not answer: open, and look again after a while."""
        self.closed = False
        self._next_look = self._clock() + self._every_s
        self._wake(errand=False)

    def doubted(self) -> None:
        """It answered late, or somebody else had trouble with it: look."""
        if self.closed and self._clock() >= self._calm_until:
            self._wake(errand=False)

    def wake(self) -> None:
        """There is an errand, which waits for no look."""
        self._wake(errand=True)

    def recovered(self) -> None:
        """Close: somebody has looked."""
        self._unwell = 0
        self.closed = True

    def round(self) -> float | None:
        """Do the errand and look, where it is time to; the seconds until the next round, None where none is needed."""
        with self._changed:
            self._woken = False
        began = self._clock()
        done = _held(self._errand)
        # While it is open, an errand comes with every write, and a look now and then.
        if self.closed or began >= self._next_look or not done:
            self._judge(done and _held(self._well))
            self._next_look = began + self._every_s
        with self._changed:
            if self.closed and not self._unwell and not self._woken:
                self._looking = False
                return None
        if self.closed:
            return BETWEEN_S if self._unwell else 0.0
        return max(0.0, self._next_look - self._clock())

    def _judge(self, well: bool) -> None:
        if well:
            self.recovered()
            self._calm_until = self._clock() + self._calm_s
            return
        self._unwell += 1
        if self._unwell >= LOOKS:
            self.closed = False

    def _wake(self, *, errand: bool) -> None:
        with self._changed:
            self._woken |= errand
            self._changed.notify()
            if self._looking:
                return
            self._looking = True
        try:
            self._start(self._look_after)
        except RuntimeError:
            # No thread can be started, as at the interpreter's end: requests find out for themselves.
            self._looking = False
            self.closed = True

    def _look_after(self) -> None:
        while (pause := self.round()) is not None:
            with self._changed:
                self._changed.wait_for(lambda: self._woken, pause)


def _held(ask: Callable[[], bool]) -> bool:
    """What it says; a fault of it is a no, for the thread must go on."""
    try:
        return ask()
    except Exception:
        return False
