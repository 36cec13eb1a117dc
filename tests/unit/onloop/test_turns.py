"""One question a turn of the loop: nobody hears an answer to a question that was older than theirs."""

import asyncio
import gc
from typing import Any

import pytest
from onloop.turns import Turns


class Question:
    """Answers are numbers in the order of asking, each given when it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.let_go = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self) -> int:
        self.asked += 1
        mine = self.asked
        await self.let_go.wait()
        if self.error is not None:
            raise self.error
        return mine


async def turned() -> None:
    """Let the loop go on until what is ready has run."""
    for _ in range(5):
        await asyncio.sleep(0)


def complaints() -> list[dict[str, Any]]:
    """What the loop will have to complain of, which is known once garbage is collected."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    return heard


def test_all_who_ask_in_one_turn_share_a_question() -> None:
    async def run() -> None:
        question = Question()
        turns = Turns(question.ask)
        waiting = [turns.answer() for _ in range(5)]
        question.let_go.set()
        assert await asyncio.gather(*waiting) == [1] * 5
        assert await turns.answer() == 2

    asyncio.run(run())


def test_who_asks_while_a_question_is_under_way_has_one_of_their_own() -> None:
    async def run() -> None:
        question = Question()
        turns = Turns(question.ask)
        first = turns.answer()
        await turned()
        second = turns.answer()
        await turned()
        assert question.asked == 2
        question.let_go.set()
        assert (await first, await second) == (1, 2)

    asyncio.run(run())


def test_one_who_gives_up_takes_the_answer_from_nobody() -> None:
    async def run() -> None:
        question = Question()
        turns = Turns(question.ask)
        gone, stays = turns.answer(), turns.answer()
        await turned()
        gone.cancel()
        question.let_go.set()
        assert await stays == 1

    asyncio.run(run())


def test_all_hear_of_a_question_that_fails_and_the_next_is_asked_anew() -> None:
    async def run() -> None:
        question = Question()
        question.error = LookupError("no answer")
        question.let_go.set()
        turns = Turns(question.ask)
        heard = await asyncio.gather(turns.answer(), turns.answer(), return_exceptions=True)
        assert [type(error) for error in heard] == [LookupError] * 2
        question.error = None
        assert await turns.answer() == 2

    asyncio.run(run())


def test_an_answer_that_nobody_takes_is_no_complaint() -> None:
    async def run() -> None:
        heard = complaints()
        question = Question()
        question.error = LookupError("no answer")
        question.let_go.set()
        turns = Turns(question.ask)
        turns.answer()
        await turned()
        assert question.asked == 1
        gc.collect()
        assert heard == []

    asyncio.run(run())


def test_a_question_that_is_cancelled_leaves_nobody_waiting() -> None:
    async def run() -> None:
        turns = Turns(Question().ask)
        waiter = turns.answer()
        await turned()
        (asking,) = asyncio.all_tasks() - {asyncio.current_task()}
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter

    asyncio.run(run())
