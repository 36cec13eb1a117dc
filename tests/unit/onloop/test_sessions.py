"""The pool: nobody waits for what is there, nothing is lost with one who gives up, and no session serves two."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import cast

import psycopg
import pytest
from onloop import sessions as module
from onloop.session import Session
from onloop.sessions import AWAY, NO_SESSION, TOO_MANY, Limits, Sessions


class Fake:
    """A session of which there is nothing but whether it lives."""

    def __init__(self) -> None:
        self.ended = False
        self.began = monotonic()

    def end(self) -> None:
        self.ended = True


class Pool:
    """A pool over such sessions: `connecting` runs before each is made, `there` is what is known of the database."""

    def __init__(self, size: int = 1, timeout_s: float = 60, waiting: int = 10, lifetime_s: float = 60) -> None:
        self.made: list[Fake] = []
        self.there = True
        self.connecting: Callable[[], Awaitable[object]] = turned
        self.pool = Sessions(self._connect, Limits(size, timeout_s, waiting, lifetime_s), lambda: self.there)

    async def _connect(self) -> Session:
        await self.connecting()
        self.made.append(Fake())
        return cast("Session", self.made[-1])

    async def take(self) -> Fake:
        return cast("Fake", await self.pool.take())

    def give(self, session: Fake) -> None:
        self.pool.give(cast("Session", session))

    async def waiter(self) -> "asyncio.Task[Fake]":
        """Somebody who has begun to wait."""
        task = asyncio.create_task(self.take())
        await turned()
        return task


async def turned() -> None:
    """Let the loop go on until what is ready has run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def refused(taking: Awaitable[object], message: str) -> None:
    """Who takes hears so."""
    with pytest.raises(psycopg.OperationalError, match=message):
        await taking


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at who waits too long come at once."""
    monkeypatch.setattr(module, "LOOK_S", 0.001)


def test_a_session_is_made_when_it_is_needed_and_kept() -> None:
    async def run() -> None:
        pool = Pool(size=2)
        first = await pool.take()
        second = await pool.take()
        assert pool.made == [first, second]
        pool.give(first)
        pool.give(second)
        # The one used last is warm.
        assert await pool.take() is second
        assert await pool.take() is first
        assert len(pool.made) == 2

    asyncio.run(run())


def test_who_waits_gets_what_is_given_back_in_their_order() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        first, second = await pool.waiter(), await pool.waiter()
        pool.give(session)
        assert await first is session
        assert not second.done()
        pool.give(session)
        assert await second is session

    asyncio.run(run())


def test_no_session_serves_two_however_many_come_and_give_up() -> None:
    async def run() -> None:
        pool = Pool(size=3, waiting=100)
        used: set[int] = set()

        async def use(turns: int) -> None:
            session = await pool.take()
            try:
                assert id(session) not in used
                used.add(id(session))
                for _ in range(turns):
                    await asyncio.sleep(0)
                session.ended = turns == 6
            finally:
                used.discard(id(session))
                pool.give(session)

        for round_ in range(300):
            tasks = [asyncio.create_task(use(number % 7)) for number in range(12)]
            # Each is given up in another turn.
            for task in tasks[round_ % 4 :: 3]:
                await asyncio.sleep(0)
                task.cancel()
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert used == set()
        # Nothing was lost: as many as ever can be taken at once.
        assert len({id(await asyncio.wait_for(pool.take(), 10)) for _ in range(3)}) == 3

    asyncio.run(run())


def test_ended_sessions_are_not_given_out() -> None:
    async def run() -> None:
        pool = Pool(size=2)
        taken = [await pool.take(), await pool.take()]
        for session in taken:
            pool.give(session)
            session.ended = True
        new = [await pool.take(), await pool.take()]
        assert not any(session.ended for session in new)
        assert len(pool.made) == 4

    asyncio.run(run())


def test_idle_sessions_can_be_forgotten_and_those_in_use_go_on() -> None:
    async def test() -> None:
        pool = Pool(size=3)
        used, idle, other = [await pool.take() for _ in range(3)]
        pool.give(idle)
        pool.give(other)
        pool.pool.forget_idle()
        assert (used.ended, idle.ended, other.ended) == (False, True, True)
        assert len({id(await pool.take()) for _ in range(2)} - {id(used), id(idle), id(other)}) == 2

    asyncio.run(test())


def test_a_session_that_ends_between_the_giving_and_the_taking_is_replaced() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        waiter = await pool.waiter()
        pool.give(session)
        session.ended = True
        assert not (await waiter).ended
        assert len(pool.made) == 2

    asyncio.run(run())


def test_in_the_place_of_a_session_given_back_ended_one_who_waits_makes_another() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        waiter = await pool.waiter()
        session.ended = True
        pool.give(session)
        assert await waiter is pool.made[1]

    asyncio.run(run())


def test_a_session_is_made_anew_after_its_lifetime() -> None:
    async def run() -> None:
        pool = Pool(lifetime_s=10)
        session = await pool.take()
        pool.give(session)
        assert await pool.take() is session
        session.began -= 11
        pool.give(session)
        assert session.ended
        assert await pool.take() is not session

    asyncio.run(run())


def test_one_who_gives_up_waiting_gets_nothing() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        gone, stays = await pool.waiter(), await pool.waiter()
        gone.cancel()
        pool.give(session)
        assert await stays is session

    asyncio.run(run())


def test_one_who_gives_up_at_the_moment_of_getting_one_passes_it_on() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        gone, stays = await pool.waiter(), await pool.waiter()
        pool.give(session)
        gone.cancel()
        assert await asyncio.wait_for(stays, 10) is session
        pool.give(session)
        assert await pool.take() is session

    asyncio.run(run())


def test_one_who_gives_up_at_the_moment_that_there_is_room_passes_that_on() -> None:
    async def run() -> None:
        pool = Pool()
        session = await pool.take()
        gone, stays = await pool.waiter(), await pool.waiter()
        session.ended = True
        pool.give(session)
        gone.cancel()
        assert await asyncio.wait_for(stays, 10) is pool.made[1]

    asyncio.run(run())


def test_one_who_gave_up_waiting_takes_no_place_among_those_who_may() -> None:
    async def run() -> None:
        pool = Pool(waiting=1)
        session = await pool.take()
        gone = await pool.waiter()
        gone.cancel()
        await turned()
        stays = await pool.waiter()
        pool.give(session)
        assert await stays is session

    asyncio.run(run())


@pytest.mark.parametrize("fails", [True, False])
def test_an_attempt_that_fails_or_is_given_up_makes_room_for_one_who_waits(fails: bool) -> None:
    async def run() -> None:
        pool = Pool()
        stuck = asyncio.Event()

        async def fail() -> None:
            await stuck.wait()
            raise psycopg.OperationalError("refused")

        pool.connecting = fail
        first, second = await pool.waiter(), await pool.waiter()
        pool.connecting = turned
        if fails:
            stuck.set()
            await refused(first, "refused")
        else:
            first.cancel()
        assert await asyncio.wait_for(second, 10) is pool.made[0]

    asyncio.run(run())


def test_nobody_waits_longer_than_they_may() -> None:
    async def run() -> None:
        pool = Pool(timeout_s=0.3)
        session = await pool.take()
        await refused(pool.take(), NO_SESSION)
        # Those who came after go on waiting, and the session is still there.
        waiter = await pool.waiter()
        pool.give(session)
        assert await waiter is session

    asyncio.run(run())


def test_only_so_many_wait() -> None:
    async def run() -> None:
        pool = Pool(waiting=1)
        session = await pool.take()
        waiter = await pool.waiter()
        await refused(pool.take(), TOO_MANY)
        pool.give(session)
        assert await waiter is session

    asyncio.run(run())


def test_nobody_waits_for_a_database_that_is_away() -> None:
    async def run() -> None:
        pool = Pool()
        await pool.take()
        waiters = [await pool.waiter() for _ in range(3)]
        pool.there = False
        for waiter in waiters:
            await refused(asyncio.wait_for(waiter, 10), AWAY)
        await refused(pool.take(), AWAY)

    asyncio.run(run())
