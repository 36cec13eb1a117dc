"""What of psycopg's, its pool's and Django's errors is an outage, a 503; all else is a fault of ours or an answer."""

import psycopg
import pytest
from contract.document import MESSAGES
from contract.errors import UnavailableError
from django import db
from optimized.contacts.infrastructure import outages
from optimized.contacts.infrastructure.outages import translated
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

# By the moment at which it is met.
OUTAGES: list[tuple[str, Exception]] = [
    ("connect", psycopg.OperationalError("connection refused")),
    ("connect, too many", psycopg.errors.TooManyConnections()),
    ("connect, starting", psycopg.errors.CannotConnectNow()),
    ("checkout", PoolTimeout()),
    ("checkout, a full queue", TooManyRequests()),
    ("checkout, at the end", PoolClosed()),
    ("BEGIN or COMMIT", psycopg.InternalError("received 2 results from command 'BEGIN'")),
    ("statement", psycopg.errors.AdminShutdown()),
    ("statement, a crash", psycopg.errors.CrashShutdown()),
    ("statement, the pooler", psycopg.errors.ProtocolViolation("server conn crashed?")),
    ("statement, no result", psycopg.InternalError("got no result from the query")),
    ("fetch", psycopg.OperationalError("consuming input failed")),
    ("between statements", psycopg.errors.IdleInTransactionSessionTimeout()),
    ("a long transaction", psycopg.errors.TransactionTimeout()),
    ("after a failover", psycopg.errors.ReadOnlySqlTransaction()),
    ("ROLLBACK", psycopg.OperationalError("the connection is closed")),
    ("a closed connection", psycopg.InterfaceError("the cursor is closed")),
    ("a deadlock", psycopg.errors.DeadlockDetected()),
]
DJANGO = [db.OperationalError, db.InterfaceError, db.InternalError]


@pytest.mark.parametrize("error", [error for _, error in OUTAGES], ids=[moment for moment, _ in OUTAGES])
def test_an_outage_is_told_as_one(error: Exception) -> None:
    with pytest.raises(UnavailableError) as refused, translated():
        raise error
    assert str(refused.value) == MESSAGES["no_database"]
    assert refused.value.__cause__ is error


@pytest.mark.parametrize("wrapper", DJANGO)
def test_also_where_django_has_wrapped_it(wrapper: type[Exception]) -> None:
    with pytest.raises(UnavailableError) as refused, translated():
        raise wrapper from psycopg.InternalError("received 2 results from command 'COMMIT'")
    assert str(refused.value) == MESSAGES["no_database"]


def test_a_timeout_is_told_as_one() -> None:
    canceled = psycopg.errors.QueryCanceled()
    with pytest.raises(UnavailableError) as refused, translated():
        raise canceled
    assert str(refused.value) == MESSAGES["timeout"]
    with pytest.raises(UnavailableError) as refused, translated():
        raise db.OperationalError from canceled
    assert str(refused.value) == MESSAGES["timeout"]


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UniqueViolation(),
        psycopg.errors.UndefinedTable(),
        psycopg.DataError("a value of the wrong type"),
        db.IntegrityError(),
        db.ProgrammingError(),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_everything_else_passes(error: Exception) -> None:
    with pytest.raises(type(error)) as passed, translated():
        raise error
    assert passed.value is error


class Told:
    """In the place of the breaker: what it is told."""

    closed = True

    def __init__(self) -> None:
        self.said: list[str] = []

    def failed(self) -> None:
        self.said.append("failed")

    def doubted(self) -> None:
        self.said.append("doubted")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.AdminShutdown(), ["doubted"]),
        (PoolTimeout(), ["doubted"]),
        (psycopg.errors.ProtocolViolation("query_wait_timeout"), ["failed"]),
        (psycopg.errors.QueryCanceled(), []),
        (psycopg.errors.UniqueViolation(), []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_may_be_an_outage_is_looked_into(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: list[str]
) -> None:
    told = Told()
    monkeypatch.setattr(outages, "DATABASE", told)
    outages.unavailable(error)
    assert told.said == said
