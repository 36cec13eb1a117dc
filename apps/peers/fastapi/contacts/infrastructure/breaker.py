"""A circuit breaker: a part that is away, or slower than it is worth, is left alone until it is well again.

Whether it is well is found out by a task of its own, which lives while there is something to find out: no request waits
for that. That a part did not answer opens the breaker. That it answered late may be this process's own doing, with many
requests on one event loop, so it is only a doubt: the task then looks, by a measure that does not suffer from that
(`in_time`), and opens the breaker where it sees the same so many times in a row. So one hiccup opens nothing, and no
more does a loop with too much to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

# Looks that must agree with a doubt, the time between them, and how long a doubt without ground keeps the next away.
LOOKS = 2
BETWEEN_S = 0.025
CALM_S = 1.0
# From the moment that an answer lies in the kernel: the loop reads it, wakes who waits for it, and that one goes on.
_TURNS = 4

Ask = Callable[[], Awaitable[bool]]


async def in_time(asked: Awaitable[object], within_s: float) -> bool:
    """Whether an answer comes within so many seconds; it is waited for all the same.

    When the time is up the loop gets turns to read what has arrived: an answer that is here and was not read yet, since
    the loop had other things to do, is in time.
    """
    asking = asyncio.ensure_future(asked)
    try:
        await asyncio.wait((asking,), timeout=within_s)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        prompt = asking.done()
        await asking
    finally:
        asking.cancel()
    return prompt


async def _nothing() -> bool:
    return True


class Breaker:
    """`closed`: whether to use the part, a plain attribute, for requests ask at each use."""

    def __init__(
        self,
        every_s: float,
        well: Ask,
        errand: Ask = _nothing,
        *,
        calm_s: float = CALM_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`well`: whether the part is; `errand`: something that it must take before it is used again."""
        self.closed = True
        self._every_s = every_s
        self._well = well
        self._errand = errand
        self._calm_s = calm_s
        self._clock = clock
        self._woken = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._next_look = self._calm_until = 0.0
        self._unwell = 0

    def failed(self) -> None:
        """It did not answer: open, and look again after a while."""
        self.closed = False
        self._next_look = self._clock() + self._every_s
        self._look()

    def doubted(self) -> None:
        """It answered late, or somebody else had trouble with it: look."""
        if self.closed and self._clock() >= self._calm_until:
            self._look()

    def wake(self) -> None:
        """There is an errand, which waits for no look."""
        self._woken.set()
        self._look()

    def recovered(self) -> None:
        """Close: somebody has looked."""
        self._unwell = 0
        self.closed = True

    async def round(self) -> float | None:
        """Do the errand and look, where it is time to; the seconds until the next round, None where none is needed."""
        self._woken.clear()
        began = self._clock()
        done = await _held(self._errand)
        # While it is open, an errand comes with every write, and a look now and then.
        if self.closed or began >= self._next_look or not done:
            self._judge(done and await _held(self._well))
            self._next_look = began + self._every_s
        if self.closed:
            if self._unwell:
                return BETWEEN_S
            return 0.0 if self._woken.is_set() else None
        return max(0.0, self._next_look - self._clock())

    async def close(self) -> None:
        """End the task."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    def _judge(self, well: bool) -> None:
        if well:
            self.recovered()
            self._calm_until = self._clock() + self._calm_s
            return
        self._unwell += 1
        if self._unwell >= LOOKS:
            self.closed = False

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_after())

    async def _look_after(self) -> None:
        while (pause := await self.round()) is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()


async def _held(ask: Ask) -> bool:
    """What it says; a fault of it is a no, for the task must go on."""
    try:
        return await ask()
    except Exception:
        return False
