"""The hot reads' way past asyncpg: what is prepared, what is repeated, and what is told of a database that is away."""

import asyncio
import socket
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest
from contract.document import MESSAGES
from contract.errors import UnavailableError
from peers.core.python.rows import encode
from peers.core.python.statements import CHECK, Statement
from peers.fastapi.contacts.infrastructure import loop_database
from peers.fastapi.contacts.infrastructure.database import NoDatabaseError
from peers.fastapi.contacts.infrastructure.loop_database import (
    ADAPTERS,
    LoopDatabase,
    connecting,
    unavailable,
)
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format

# By the moment at which it is met.
OUTAGES: list[tuple[str, Exception]] = [
    ("connect", psycopg.OperationalError("connection refused")),
    ("connect, no answer", TimeoutError()),
    ("connect, too many", psycopg.errors.TooManyConnections()),
    ("connect, starting", psycopg.errors.CannotConnectNow()),
    ("the pool", psycopg.OperationalError("The pool has no session to give.")),
    ("statement", psycopg.errors.AdminShutdown()),
    ("statement, a crash", psycopg.errors.CrashShutdown()),
    ("statement, the pooler", psycopg.errors.ProtocolViolation("server conn crashed?")),
    ("statement, no answer", psycopg.OperationalError("the database did not answer a statement in time")),
    ("fetch", psycopg.OperationalError("consuming input failed")),
    ("a deadlock", psycopg.errors.DeadlockDetected()),
    ("a full disk", psycopg.errors.DiskFull()),
    ("an internal error", psycopg.errors.InternalError_()),
]
OTHERS = [psycopg.errors.UndefinedTable(), psycopg.errors.InvalidTextRepresentation(), ValueError()]


class Health:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.closed = True
        self.told: list[str] = []

    def failed(self) -> None:
        self.told.append("failed")
        self.closed = False

    def doubted(self) -> None:
        self.told.append("doubted")


class Session:
    """Answers every statement alike, or fails; `fatal`: and is of no more use then."""

    def __init__(self, error: Exception | None = None, *, fatal: bool = True) -> None:
        self.error = error
        self.fatal = fatal
        self.ended = False
        self.began = 0.0
        self.asked: list[tuple[bytes, bool]] = []

    async def rows(self, sql: bytes, given: Sequence[object], *, prepare: bool) -> list[tuple[object, ...]]:
        self.asked.append((sql, prepare))
        await asyncio.sleep(0)
        if self.error is not None:
            self.ended = self.fatal
            raise self.error
        return [(len(given),)]

    def end(self) -> None:
        self.ended = True


class Server:
    """Gives these sessions, one after the other."""

    def __init__(self, *sessions: Session | Exception) -> None:
        self.left = list(sessions)
        self.health = Health()
        self.database = LoopDatabase(cast("Any", self._connect), self.health, size=4, timeout_s=1)

    async def _connect(self) -> Session:
        made = self.left.pop(0)
        if isinstance(made, Exception):
            raise made
        return made


def run(asked: Coroutine[Any, Any, object]) -> object:
    return asyncio.run(asked)


def ended(session: Session) -> bool:
    """As mypy would take what was asserted of the attribute to go on being so."""
    return session.ended


@pytest.mark.parametrize("error", [error for _, error in OUTAGES], ids=[moment for moment, _ in OUTAGES])
def test_an_outage_is_told_as_one(error: Exception) -> None:
    refused = unavailable(error)
    assert isinstance(refused, NoDatabaseError)
    assert str(refused) == MESSAGES["no_database"]


def test_a_timeout_is_told_as_one_and_neither_repeated_nor_looked_into() -> None:
    server = Server(session := Session(psycopg.errors.QueryCanceled(), fatal=False))
    with pytest.raises(UnavailableError) as refused:
        run(server.database.rows(CHECK))
    assert str(refused.value) == MESSAGES["timeout"]
    assert not isinstance(refused.value, NoDatabaseError)
    assert (len(session.asked), server.health.told) == (1, [])


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: type(error).__name__)
def test_everything_else_passes(error: Exception) -> None:
    server = Server(Session(error, fatal=False))
    with pytest.raises(type(error)):
        run(server.database.rows(CHECK))
    assert unavailable(error) is None
    assert server.health.told == []


def test_a_read_whose_session_died_is_repeated_once_on_another_and_the_idle_are_made_anew() -> None:
    async def die() -> None:
        first, idle, living = Session(), Session(), Session()
        server = Server(first, idle, living)
        await asyncio.gather(server.database.rows(CHECK), server.database.rows(CHECK))
        for session in (first, idle):
            session.error = psycopg.errors.AdminShutdown()
        assert await server.database.rows(CHECK) == [(0,)]
        assert (first.ended, idle.ended, living.ended) == (True, True, False)
        # Nothing was sent over the one that lay there.
        assert len(first.asked) + len(idle.asked) == 3
        assert server.health.told == ["doubted"]

    run(die())


def test_it_is_not_repeated_twice() -> None:
    server = Server(*(Session(psycopg.errors.AdminShutdown()) for _ in range(3)))
    with pytest.raises(NoDatabaseError):
        run(server.database.rows(CHECK))
    assert len(server.left) == 1
    assert server.health.told == ["doubted", "doubted"]


def test_a_session_in_use_outlives_the_death_of_another() -> None:
    async def die() -> None:
        dying, used = Session(psycopg.errors.AdminShutdown()), Session()
        server = Server(dying, used, Session())
        await asyncio.gather(server.database.rows(CHECK), server.database.rows(CHECK))
        assert not ended(used)
        await server.database.close()
        assert ended(used)

    run(die())


def test_the_pooler_s_farewell_leaves_no_doubt_and_the_next_asks_nothing() -> None:
    async def leave() -> None:
        server = Server(Session(psycopg.errors.ProtocolViolation("query_wait_timeout")), Session())
        for _ in range(2):
            with pytest.raises(NoDatabaseError):
                await server.database.rows(CHECK)
        assert len(server.left) == 1
        assert server.health.told == ["failed", "doubted"]

    run(leave())


def test_only_what_recurs_is_prepared() -> None:
    async def ask() -> None:
        server = Server(session := Session())
        await server.database.rows(Statement("SELECT $1", (1,)))
        for _ in range(2):
            await server.database.rows(Statement("SELECT 1", recurs=True))
        assert session.asked == [(b"SELECT $1", False), (b"SELECT 1", True), (b"SELECT 1", True)]

    run(ask())


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "refusing"])
def test_who_gets_no_session_in_time_is_refused(silent: bool) -> None:
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        if silent:
            there.listen()
        url = f"postgres://nobody@127.0.0.1:{there.getsockname()[1]}/none"
        health = Health()
        database = LoopDatabase(connecting(url, timeout_s=0.2, patience_s=1), health, size=1, timeout_s=0.2)
        with pytest.raises(NoDatabaseError):
            run(asyncio.wait_for(database.rows(CHECK), 5))
    assert health.told == ["doubted"]


def test_times_are_utc_whatever_the_session_s_zone_is() -> None:
    moment = datetime(2021, 3, 4, 5, 6, 7, 89, UTC)
    since = moment - datetime(2000, 1, 1, tzinfo=UTC)
    loader = ADAPTERS.get_loader(ADAPTERS.types["timestamptz"].oid, Format.BINARY)
    assert loader is not None
    sent = (since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds).to_bytes(8, "big")
    loaded = loader(0).load(sent)
    assert encode(loaded) == encode(moment)


def test_whole_numbers_have_one_type_whatever_their_size() -> None:
    adapter = Transformer(loop_database.ADAPTERS)
    numbers = [1, -(2**15), 2**31, 2**63 - 1]
    adapter.dump_sequence(numbers, [PyFormat.AUTO] * len(numbers))
    assert set(adapter.types or ()) == {ADAPTERS.types["int8"].oid}
