"""What of asyncpg's and SQLAlchemy's errors is an outage, a 503; all else is a fault of ours or an answer."""

import asyncpg
import pytest
from contract.document import MESSAGES
from contract.errors import UnavailableError
from peers.fastapi.contacts.infrastructure.database import translated
from peers.fastapi.contacts.infrastructure.orm.engine import unavailable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError
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
