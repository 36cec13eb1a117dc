"""A session on the loop with a real Postgres: the rows that psycopg gives, and a server that ends or says nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from onloop.session import Session
from onloop.sessions import Limits, Sessions
from psycopg.conninfo import conninfo_to_dict, make_conninfo

# The server of the optimized service's tests.
from tests.local.optimized.conftest import optimized_postgres

__all__ = ["optimized_postgres"]

PATIENCE_S = 30
# Every kind of value that the service's statements take, with a cast where theirs have one; `%s` as psycopg has it.
KINDS: dict[str, tuple[str, list[object]]] = {
    "small": ("SELECT %s::bigint", [0, 1, -1, 2**15 - 1]),
    "whole": ("SELECT %s::bigint", [2**15, 2**31 - 1, 2**31, 2**63 - 1, -(2**63)]),
    "column": ("SELECT n FROM generate_series(1, 70000) AS n WHERE n = %s", [1, 69_999, 2**40]),
    "limit": ("SELECT n, n::text AS t FROM generate_series(1, 9) AS n ORDER BY n LIMIT %s", [0, 3, 100_000]),
    "text": ("SELECT UPPER(%s), %s = 'Zoë'", ["", "Zoë", "100% _\\ 'quoted'", "🦀"]),
    "like": ("SELECT 'abc%%d'::text LIKE UPPER(%s), 50 %% 7", ["%B%", "ABC\\%D"]),
    "day": ("SELECT %s::date, '1984-02-29'::date < %s", [date(1984, 2, 29), date(1, 1, 1), date(9999, 12, 31)]),
    "moment": (
        "SELECT %s::timestamptz AT TIME ZONE 'UTC'",
        [datetime(2021, 3, 4, 5, 6, 7, 89, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)],
    ),
    "moments": ("SELECT now() > %s", [datetime(2021, 3, 4, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]),
    "wholes": ("SELECT n FROM generate_series(1, 50) AS n WHERE n = ANY(%s)", [[], [1], [1, 2**31, 2**40, 7]]),
    "texts": ("SELECT t FROM unnest(ARRAY['F', 'M', 'Zoë']) AS t WHERE t = ANY(%s)", [[], ["Zoë"], ["F", "x,\"y'"]]),
    "days": ("SELECT '1984-02-29'::date = ANY(%s)", [[date(1984, 2, 29)], [date(2000, 1, 1), date(2000, 1, 2)]]),
    "times": ("SELECT now() = ANY(%s)", [[datetime(2021, 3, 4, tzinfo=UTC)]]),
    "nothing": ("SELECT %s::text, %s::bigint IS NULL", [None]),
    "a result's": (
        "SELECT true, 1.5::float8, 'a'::bpchar, NULL::date, '2021-03-04 05:06:07.8'::timestamp, %s::int",
        [1],
    ),
}


@pytest.fixture(scope="module")
def url(optimized_postgres: str) -> str:
    """Of a database with nothing in it."""
    return f"{optimized_postgres}/postgres"


@pytest.fixture
def other(url: str) -> Iterator[psycopg.Connection]:
    """Another connection to the same server."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def numbered(sql: str) -> bytes:
    """With marks as libpq has them."""
    parts = sql.split("%s")
    return "".join(
        part.replace("%%", "%") + (f"${number}" if number < len(parts) else "") for number, part in enumerate(parts, 1)
    ).encode()


async def opened(url: str, patience_s: float = PATIENCE_S) -> Session:
    return Session(await psycopg.AsyncConnection.connect(url, autocommit=True), patience_s)


def with_session(url: str, test: Callable[[Session], Awaitable[None]], patience_s: float = PATIENCE_S) -> None:
    """Run a test over a session; the loop has nothing to complain of."""

    async def run() -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        session = await opened(url, patience_s)
        try:
            await asyncio.wait_for(test(session), 60)
        finally:
            session.end()
        assert heard == []

    asyncio.run(run())


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.005)


async def process_of(session: Session) -> int:
    ((found,),) = await session.rows(b"SELECT pg_backend_pid()", (), prepare=False)
    assert isinstance(found, int)
    return found


def serves(other: psycopg.Connection, process: int, state: str | None = None) -> bool:
    """Whether a process of the server is there, in a state if one is given."""
    row = other.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [process]).fetchone()
    return row is not None and state in (None, row[0])


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_those_of_psycopg_s_own_cursor(url: str, other: psycopg.Connection, kind: str) -> None:
    sql, values = KINDS[kind]
    # Each after another too: a type that follows another must not be taken for it.
    given = [[value] * sql.count("%s") for value in [*values, *reversed(values)]]
    expected = [other.execute(sql, each, binary=True).fetchall() for each in given]

    async def test(session: Session) -> None:
        for prepare in (True, False, True):
            found = [await session.rows(numbered(sql), each, prepare=prepare) for each in given]
            assert found == expected
            assert [[tuple(map(type, row)) for row in rows] for rows in found] == [
                [tuple(map(type, row)) for row in rows] for rows in expected
            ]

    with_session(url, test)


def test_what_returns_no_rows_gives_none(url: str) -> None:
    async def test(session: Session) -> None:
        assert await session.rows(b"SET statement_timeout = 1000", (), prepare=False) == []
        assert await session.rows(b"SELECT 1 WHERE false", (), prepare=True) == []

    with_session(url, test)


@pytest.mark.parametrize("prepare", [True, False])
def test_an_error_leaves_the_session_usable(url: str, prepare: bool) -> None:
    async def test(session: Session) -> None:
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero):
                await session.rows(b"SELECT 1 / $1::int", (0,), prepare=prepare)
            with pytest.raises(psycopg.errors.UndefinedTable):
                await session.rows(b"SELECT * FROM nowhere", (), prepare=prepare)
            with pytest.raises(psycopg.DataError):
                await session.rows(b"SELECT $1", ("\0",), prepare=prepare)
            assert await session.rows(b"SELECT 1 / $1::int", (1,), prepare=prepare) == [(1,)]
        assert not session.ended

    with_session(url, test)


def test_the_server_s_own_time_out_leaves_the_session_usable(url: str) -> None:
    async def test(session: Session) -> None:
        await session.rows(b"SET statement_timeout = 20", (), prepare=False)
        with pytest.raises(psycopg.errors.QueryCanceled):
            await session.rows(b"SELECT pg_sleep(60)", (), prepare=True)
        assert await session.rows(b"SELECT 1", (), prepare=True) == [(1,)]

    with_session(url, test)


def test_columns_that_are_others_now_end_the_session_and_no_row_is_read_wrongly(
    url: str, other: psycopg.Connection
) -> None:
    other.execute("CREATE TABLE changing (a int)")
    other.execute("INSERT INTO changing VALUES (1)")

    async def test(session: Session) -> None:
        assert await session.rows(b"SELECT * FROM changing", (), prepare=True) == [(1,)]
        other.execute("ALTER TABLE changing ALTER a TYPE text")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            await session.rows(b"SELECT * FROM changing", (), prepare=True)
        assert session.ended

    try:
        with_session(url, test)
    finally:
        other.execute("DROP TABLE changing")


def test_statements_that_the_server_has_forgotten_end_the_session(url: str) -> None:
    async def test(session: Session) -> None:
        await session.rows(b"SELECT 1", (), prepare=True)
        await session.rows(b"DEALLOCATE ALL", (), prepare=False)
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            await session.rows(b"SELECT 1", (), prepare=True)
        assert session.ended

    with_session(url, test)


def test_that_the_server_ended_it_is_noticed_while_nobody_asks(url: str, other: psycopg.Connection) -> None:
    async def test(session: Session) -> None:
        other.execute("SELECT pg_terminate_backend(%s)", [await process_of(session)])
        await until(lambda: session.ended)
        with pytest.raises(psycopg.OperationalError):
            await session.rows(b"SELECT 1", (), prepare=False)

    with_session(url, test)


@pytest.mark.parametrize("prepare", [True, False])
def test_that_the_server_ended_it_is_noticed_under_a_statement(
    url: str, other: psycopg.Connection, prepare: bool
) -> None:
    async def test(session: Session) -> None:
        process = await process_of(session)
        task = asyncio.create_task(session.rows(b"SELECT pg_sleep(60)", (), prepare=prepare))
        await until(lambda: serves(other, process, "active"))
        other.execute("SELECT pg_terminate_backend(%s)", [process])
        with pytest.raises(psycopg.OperationalError):
            await task
        await until(lambda: session.ended)

    with_session(url, test)


def test_a_task_that_is_given_up_ends_the_session(url: str, other: psycopg.Connection) -> None:
    async def test(session: Session) -> None:
        process = await process_of(session)
        # Short: the server finds out only when it has something to say.
        task = asyncio.create_task(session.rows(b"SELECT pg_sleep(1)", (), prepare=False))
        await until(lambda: serves(other, process, "active"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert session.ended
        await until(lambda: not serves(other, process))

    with_session(url, test)


def test_a_server_that_says_nothing_for_too_long_is_given_up(url: str) -> None:
    async def test(session: Session) -> None:
        with pytest.raises(psycopg.OperationalError, match="in time"):
            await session.rows(b"SELECT pg_sleep(2)", (), prepare=False)
        assert session.ended

    with_session(url, test, patience_s=0.1)


@pytest.mark.parametrize("prepare", [True, False])
def test_results_and_values_larger_than_a_socket_takes_at_once_come_whole(url: str, prepare: bool) -> None:
    async def test(session: Session) -> None:
        rows = await session.rows(
            b"SELECT n, repeat('x', 100) FROM generate_series(1, $1) AS n", (50_000,), prepare=prepare
        )
        assert rows == [(number, "x" * 100) for number in range(1, 50_001)]
        large = "ë" * 5_000_000
        assert await session.rows(b"SELECT $1::text, length($1)", (large,), prepare=prepare) == [(large, len(large))]
        assert await session.rows(b"SELECT 1", (), prepare=prepare) == [(1,)]

    with_session(url, test)


def test_a_pool_under_kills_and_tasks_given_up_gives_everyone_their_own_rows(
    url: str, other: psycopg.Connection
) -> None:
    named = make_conninfo(**{**conninfo_to_dict(url), "application_name": "of-a-pool"})
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'of-a-pool'"

    async def run() -> None:
        pool = Sessions(lambda: opened(named), Limits(3, 30, 100, 3600), lambda: True)
        seen: list[str] = []

        async def ask(number: int) -> None:
            session = await pool.take()
            try:
                rows = await session.rows(b"SELECT $1::int, pg_sleep(0.001)", (number,), prepare=number % 2 == 0)
                assert [row[0] for row in rows] == [number]
                seen.append("answered")
            except psycopg.OperationalError:
                assert session.ended
                seen.append("died")
            finally:
                pool.give(session)

        for round_ in range(10):
            tasks = [asyncio.create_task(ask(number)) for number in range(30)]
            await asyncio.sleep(0.01)
            for task in tasks[round_::7]:
                task.cancel()
            other.execute(kill)
            done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
            assert {type(each) for each in done} <= {type(None), asyncio.CancelledError}, done
        assert seen.count("answered") > 100
        # And the pool is whole.
        sessions = [await asyncio.wait_for(pool.take(), 30) for _ in range(3)]
        for session in sessions:
            session.end()
            pool.give(session)

    asyncio.run(run())
    # None is left behind.
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'of-a-pool'"
    asyncio.run(until(lambda: other.execute(left).fetchone() == (0,)))
