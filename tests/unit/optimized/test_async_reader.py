"""The hot reads on the loop, asked by a thread whether they are answered."""

import asyncio
from typing import Any, cast

import pytest
from contract.errors import UnavailableError
from optimized.contacts.application.ports import Row
from optimized.contacts.infrastructure.async_reader import AsyncSqlReader
from optimized.contacts.infrastructure.sql.listing import Compiler
from optimized.contacts.infrastructure.sql.statement import Statement

COMPILER = Compiler(strength="fulltext", eager=True)


class Database:
    """Answers, or fails, or says nothing until it is given up."""

    def __init__(self) -> None:
        self.silent = False
        self.error: Exception | None = None
        self.given_up = asyncio.Event()

    async def rows(self, statement: Statement) -> list[Row]:
        if self.silent:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up.set()
        if self.error is not None:
            raise self.error
        return [(1,)]


async def used(database: Database) -> AsyncSqlReader:
    """A reader that has been asked."""
    reader = AsyncSqlReader(COMPILER, database.rows)
    assert await reader.detail(1) == (1,)
    return reader


def test_before_the_first_read_there_is_nothing_to_ask() -> None:
    database = Database()
    database.error = UnavailableError("away")
    AsyncSqlReader(COMPILER, database.rows).check(0.01)


def test_a_thread_hears_what_the_loop_does() -> None:
    async def run() -> None:
        database = Database()
        reader = await used(database)
        await asyncio.to_thread(reader.check, 10)
        database.error = UnavailableError("away")
        with pytest.raises(UnavailableError):
            await asyncio.to_thread(reader.check, 10)

    asyncio.run(run())


def test_a_question_without_an_answer_is_given_up_with_whoever_asked() -> None:
    async def run() -> None:
        database = Database()
        reader = await used(database)
        database.silent = True
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(reader.check, 0.01)
        await asyncio.wait_for(database.given_up.wait(), 10)

    asyncio.run(run())


def test_a_window_in_two_statements_is_read_until_it_is_full() -> None:
    async def run() -> None:
        asked: list[Statement] = []

        async def rows(statement: Statement) -> list[Row]:
            asked.append(statement)
            return [(number,) for number in range(3)]

        class Two:
            def page(self, *_: object, **__: object) -> list[Statement]:
                return [Statement("one"), Statement("two"), Statement("three")]

        plan: Any = type("Plan", (), {"ranked": False, "keyset": True})
        plan.listing = type("Listing", (), {"criteria": None})
        plan.window = type("Window", (), {"limit": 5})
        assert await AsyncSqlReader(cast("Any", Two()), rows).page(plan) == [(0,), (1,), (2,), (0,), (1,)]
        assert [statement.sql for statement in asked] == ["one", "two"]

    asyncio.run(run())
