"""The peer's breaker: open after a failure or a doubt that looks confirm; and what counts as an answer in time."""

from __future__ import annotations

import asyncio
import time

import pytest
from peers.fastapi.contacts.infrastructure.breaker import BETWEEN_S, CALM_S, Breaker, in_time


def closed(breaker: Breaker) -> bool:
    """As mypy would take what was asserted of the attribute to go on being so."""
    return breaker.closed


class Part:
    """A part that is well or not, with a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.well = self.takes = True
        self.asked: list[str] = []
        self.breaker = Breaker(2, self._look, self._errand, clock=lambda: self.now)

    async def _look(self) -> bool:
        self.asked.append("look")
        return self.well

    async def _errand(self) -> bool:
        self.asked.append("errand")
        return self.takes


def test_a_failure_opens_it_until_a_look_after_a_while() -> None:
    async def fail() -> None:
        part = Part()
        part.breaker.failed()
        assert not closed(part.breaker)
        assert await part.breaker.round() == 2
        assert part.asked == ["errand"]
        part.now += 2
        assert await part.breaker.round() is None
        assert closed(part.breaker)
        await part.breaker.close()

    asyncio.run(fail())


def test_a_doubt_opens_nothing_until_looks_confirm_it() -> None:
    async def doubt() -> None:
        part = Part()
        part.well = False
        assert await part.breaker.round() == BETWEEN_S
        assert closed(part.breaker)
        assert await part.breaker.round() == 2
        assert not closed(part.breaker)

    asyncio.run(doubt())


def test_a_doubt_without_ground_keeps_the_next_away_for_a_while() -> None:
    async def doubt() -> None:
        part = Part()
        part.breaker.doubted()
        await asyncio.sleep(0.01)
        assert part.asked == ["errand", "look"]
        part.breaker.doubted()
        await asyncio.sleep(0.01)
        assert part.asked == ["errand", "look"]
        part.now += CALM_S
        part.breaker.doubted()
        await asyncio.sleep(0.01)
        assert part.asked == ["errand", "look"] * 2

    asyncio.run(doubt())


def test_it_stays_open_until_its_errand_is_done() -> None:
    async def owe() -> None:
        part = Part()
        part.breaker.failed()
        part.now += 2
        part.takes = False
        await part.breaker.round()
        assert not closed(part.breaker)
        part.takes = True
        assert await part.breaker.round() == 2
        part.now += 2
        assert await part.breaker.round() is None
        await part.breaker.close()

    asyncio.run(owe())


def test_an_answer_that_came_while_the_loop_was_busy_is_in_time() -> None:
    async def ask() -> tuple[bool, bool]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while asked := await reader.readline():
                await asyncio.sleep(float(asked))
                writer.write(b"answer\n")
            writer.close()
            await writer.wait_closed()

        async def asking(delay: bytes) -> bytes:
            writer.write(delay + b"\n")
            # The loop has something else to do, for longer than the answer may take.
            asyncio.get_running_loop().call_later(0.001, time.sleep, 0.1)
            return await reader.readline()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            seen = await in_time(asking(b"0.0"), 0.02), await in_time(asking(b"0.3"), 0.02)
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0.01)
            return seen

    assert asyncio.run(ask()) == (True, False)


def test_what_the_answer_raises_is_raised() -> None:
    async def ask() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(in_time(ask(), 1))
