"""A pool of sessions on an event loop."""

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import psycopg

from .session import Session

# Between two looks at who waits too long.
LOOK_S = 0.5
AWAY = "The database is known to be away."
NO_SESSION = "The pool has no session to give."
TOO_MANY = "Too many requests wait for a session."


@dataclass(frozen=True)
class Limits:
    """Sessions at most, seconds to wait for one, how many may wait, and seconds after which one is made anew."""

    size: int
    timeout_s: float
    waiting: int
    lifetime_s: float


class Sessions:
    """At most so many sessions, each made when it is first needed and kept while it lives.

    The one used last goes first, so that few stay warm where few are enough.
    """

    def __init__(self, connect: Callable[[], Awaitable[Session]], limits: Limits, there: Callable[[], bool]) -> None:
        """`there`: whether the database is not known to be away; while it is, nobody waits."""
        self._connect = connect
        self._limits = limits
        self._there = there
        self._idle: list[Session] = []
        self._open = 0
        self._waiting: deque[tuple[Future[Session | None], float]] = deque()
        """Until when each waits, the first to come first."""
        self._watched = False

    async def take(self) -> Session:
        """A living session, to be given back. Raises `OperationalError`."""
        ends = 0.0
        while True:
            if not self._there():
                raise psycopg.OperationalError(AWAY)
            if (idle := self._living()) is not None:
                return idle
            if self._open < self._limits.size:
                return await self._made()
            if not ends:
                if len(self._waiting) >= self._limits.waiting:
                    raise psycopg.OperationalError(TOO_MANY)
                ends = monotonic() + self._limits.timeout_s
            elif monotonic() >= ends:
                raise psycopg.OperationalError(NO_SESSION)
            if (given := await self._given(ends)) is not None:
                if not given.ended:
                    return given
                # Between the giving and now.
                self._open -= 1

    def forget_idle(self) -> None:
        """End the sessions that nobody uses, where one was found to be of no use: their like may be, too."""
        for session in self._idle:
            session.end()

    def _living(self) -> Session | None:
        """The one used last of those that nobody uses and that live still."""
        while self._idle:
            if not (session := self._idle.pop()).ended:
                return session
            self._open -= 1
        return None

    async def _given(self, ends: float) -> Session | None:
        """The session that somebody gives back; None where there is a reason to look again, or the time is up."""
        loop = get_running_loop()
        waiter: Future[Session | None] = loop.create_future()
        self._waiting.append((waiter, ends))
        if not self._watched:
            self._watched = True
            loop.call_later(LOOK_S, self._watch)
        try:
            return await waiter
        except CancelledError:
            if waiter.cancelled():
                # Whoever does not wait takes nobody's place.
                with suppress(ValueError):
                    self._waiting.remove((waiter, ends))
            # Given up at the moment that it got one, or room for one.
            elif (session := waiter.result()) is not None:
                self.give(session)
            elif self._open < self._limits.size:
                self._handed(None)
            raise

    def _watch(self) -> None:
        """Tell those who wait for too long, and all once the database is known to be away; one timer for all."""
        self._watched = False
        now = monotonic()
        waiting, self._waiting = self._waiting, deque()
        for waiter, ends in waiting:
            if now >= ends or not self._there():
                _tell(waiter, None)
            else:
                self._waiting.append((waiter, ends))
        if self._waiting:
            self._watched = True
            get_running_loop().call_later(LOOK_S, self._watch)

    async def _made(self) -> Session:
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._gone()
            raise

    def give(self, session: Session) -> None:
        """Take a session back, whatever has become of it."""
        if not session.ended and monotonic() - session.began > self._limits.lifetime_s:
            session.end()
        if session.ended:
            self._gone()
            return
        if not self._handed(session):
            self._idle.append(session)

    def _gone(self) -> None:
        """Make room for another, and let whoever waits make it."""
        self._open -= 1
        self._handed(None)

    def _handed(self, session: Session | None) -> bool:
        """Whether somebody waited, who has it now."""
        while self._waiting:
            if _tell(self._waiting.popleft()[0], session):
                return True
        return False


def _tell(waiter: "Future[Session | None]", session: Session | None) -> bool:
    if waiter.done():
        return False
    waiter.set_result(session)
    return True
