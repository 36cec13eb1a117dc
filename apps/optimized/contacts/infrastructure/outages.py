"""What a database can do to a statement beside answering it, in the words of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from contract.document import MESSAGES
from contract.errors import UnavailableError
from django import db

from .breaker import Breaker

# What the death of a session looks like depends on the moment. Where BEGIN or COMMIT is answered by the server's
# farewell and the pooler's behind it, psycopg finds one result too many, an InternalError. What its pool raises is
# an OperationalError.
_OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    db.OperationalError,
    db.InterfaceError,
    db.InternalError,
)
# PgBouncer's farewell to a client for whom it had no session of the server's, in all the time that it gives one.
_NO_SERVER = "query_wait_timeout"

# While the database is away, requests are refused at once. Were each to find out for itself, each would hold a thread
# for as long as a pool makes it wait, and all others would queue behind it for as long as the outage lasts. An error is
# only a doubt: one session may die alone, and so may that of a look, which is why it takes two. How to look, `apps.py`
# says.
DATABASE = Breaker(0.5, calm_s=0.1)


class NoDatabaseError(UnavailableError):
    """There is no session with the database."""

    # A look and a half.
    retry_after_s = 1


def unavailable(error: Exception) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away, which is then looked into; else None."""
    if isinstance(error, psycopg.errors.QueryCanceled) or isinstance(error.__cause__, psycopg.errors.QueryCanceled):
        return UnavailableError(MESSAGES["timeout"])
    if not isinstance(error, _OUTAGES):
        return None
    if _NO_SERVER in str(error):
        DATABASE.failed()
    else:
        DATABASE.doubted()
    return NoDatabaseError(MESSAGES["no_database"])


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of psycopg, of its pool and of Django that mean so into `UnavailableError`."""
    try:
        yield
    except (psycopg.Error, db.Error) as error:
        if (refusal := unavailable(error)) is None:
            raise
        raise refusal from error
