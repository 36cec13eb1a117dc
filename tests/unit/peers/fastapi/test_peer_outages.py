"""What of asyncpg's and SQLAlchemy's errors is an outage, a 503; all else is a fault of ours or an answer."""

import asyncio
import socket
from typing import Any, cast

import asyncpg
import pytest
from contract.document import MESSAGES
from contract.errors import UnavailableError
from peers.fastapi.contacts.api.errors import refusal
from peers.fastapi.contacts.infrastructure.database import Database, NoDatabaseError, translated
from peers.fastapi.contacts.infrastructure.orm.engine import alive, unavailable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# By the moment at which it is met.
OUTAGES: list[tuple[str, Exception]] = [
    ("connect", ConnectionRefusedError()),
    ("connect, no answer", TimeoutError()),
    ("connect, too many", asyncpg.TooManyConnectionsError("")),
    ("connect, starting", asyncpg.CannotConnectNowError("")),
    ("checkout, at the end", asyncpg.InterfaceError("pool is closing")),
    ("BEGIN", asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")),
    ("statement", asyncpg.AdminShutdownError("")),
    ("statement, a crash", asyncpg.CrashShutdownError("")),
    ("statement, the pooler", asyncpg.ProtocolViolationError("server conn crashed?")),
    ("statement, out of step", asyncpg.InternalClientError("")),
    (
        "leaving the transaction",
        asyncpg.InterfaceError("cannot call Transaction.__aexit__(): the connection is closed"),
    ),
    ("between statements", asyncpg.IdleInTransactionSessionTimeoutError("")),
    ("after a failover", asyncpg.ReadOnlySQLTransactionError("")),
    ("a deadlock", asyncpg.DeadlockDetectedError("")),
    ("a full disk", asyncpg.DiskFullError("")),
    ("an internal error", asyncpg.InternalServerError("")),
]
OTHERS = [
    asyncpg.UniqueViolationError(""),
    asyncpg.UndefinedTableError(""),
    asyncpg.DataError("a value of a wrong type"),
]


def wrapped(error: Exception) -> DBAPIError:
    """As SQLAlchemy raises it: its own error over its dialect's, which asyncpg's has caused."""
    own = dialect.import_dbapi().Error("", error)  # type: ignore[no-untyped-call]  # the library's signature
    own.__cause__ = error
    return DBAPIError("SELECT 1", None, own)


@pytest.mark.parametrize("error", [error for _, error in OUTAGES], ids=[moment for moment, _ in OUTAGES])
def test_an_outage_is_told_as_one(error: Exception) -> None:
    with pytest.raises(UnavailableError) as refused, translated():
        raise error
    assert str(refused.value) == MESSAGES["no_database"]
    for seen in (error, wrapped(error)):
        assert str(unavailable(seen)) == MESSAGES["no_database"]


def test_a_timeout_is_told_as_one() -> None:
    canceled = asyncpg.QueryCanceledError("")
    with pytest.raises(UnavailableError) as refused, translated():
        raise canceled
    assert str(refused.value) == str(unavailable(wrapped(canceled))) == MESSAGES["timeout"]


def test_a_pool_without_a_free_connection_is_an_outage() -> None:
    assert str(unavailable(PoolTimeoutError())) == MESSAGES["no_database"]


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: type(error).__name__)
def test_everything_else_passes(error: Exception) -> None:
    with pytest.raises(type(error)), translated():
        raise error
    assert unavailable(error) is None
    assert unavailable(wrapped(error)) is None


def test_who_meets_no_database_is_told_when_to_come_back_and_who_met_a_timeout_is_not() -> None:
    away, slow = unavailable(ConnectionRefusedError()), unavailable(asyncpg.QueryCanceledError(""))
    assert away is not None
    assert slow is not None
    assert refusal(away).headers["Retry-After"] == "1"
    assert "Retry-After" not in refusal(slow).headers


def test_a_database_that_is_known_to_be_away_is_asked_nothing() -> None:
    async def ask() -> None:
        with socket.socket() as refusing:
            refusing.bind(("127.0.0.1", 0))
            url = f"postgres://nobody@127.0.0.1:{refusing.getsockname()[1]}/none"
            database = Database(url, size=1, timeout_s=5, probe_s=60)
            await database.open()
            with pytest.raises(NoDatabaseError):
                await database.rows("SELECT 1")
            # The look that follows finds the same.
            await asyncio.sleep(0.1)
        # From here a connection would be accepted, and hang.
        with socket.create_server(("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0]))):
            with pytest.raises(NoDatabaseError):
                await asyncio.wait_for(database.rows("SELECT 1"), 1)
            with pytest.raises(NoDatabaseError):
                async with asyncio.timeout(1), database.transaction():
                    raise AssertionError("there is no transaction")
        await database.close()

    asyncio.run(ask())


def test_a_session_that_the_server_has_ended_invalidates_the_pool() -> None:
    class Session:
        def __init__(self, *, closed: bool) -> None:
            self.driver_connection = self
            self.is_closed = lambda: closed

    alive(cast("Any", Session(closed=False)), None, None)
    with pytest.raises(InvalidatePoolError):
        alive(cast("Any", Session(closed=True)), None, None)
