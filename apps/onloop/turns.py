"""One question for all who ask it in one turn of an event loop."""

from asyncio import CancelledError, Future, get_running_loop
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")


class Turns(Generic[Answer]):
    """Asks at the end of the turn, once, for everybody who asked in it: an answer is never older than a question."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        self._ask = ask
        self._waiting: list[Future[Answer]] = []

    def answer(self) -> Future[Answer]:
        """The answer to come, or what the question raises; each caller has a future of its own to give up."""
        loop = get_running_loop()
        waiter: Future[Answer] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._begin)
        self._waiting.append(waiter)
        return waiter

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        asking = get_running_loop().create_task(self._ask())
        asking.add_done_callback(lambda done: _tell(waiting, done))


def _tell(waiting: Sequence[Future[Answer]], done: Future[Answer]) -> None:
    error = CancelledError() if done.cancelled() else done.exception()
    for waiter in waiting:
        # Whoever asked may have been given up.
        if waiter.done():
            continue
        if error is None:
            waiter.set_result(done.result())
        else:
            waiter.set_exception(error)
            # Whoever asked may have failed meanwhile by another thing, and never look: that is no news for the log.
            waiter.exception()
