"""What a database can do to a statement beside answering it, in the words of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from contract.document import MESSAGES
from contract.errors import UnavailableError
from django import db

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


def unavailable(error: Exception) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error."""
    if isinstance(error, psycopg.errors.QueryCanceled) or isinstance(error.__cause__, psycopg.errors.QueryCanceled):
        return UnavailableError(MESSAGES["timeout"])
    return UnavailableError(MESSAGES["no_database"]) if isinstance(error, _OUTAGES) else None


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of psycopg, of its pool and of Django that mean so into `UnavailableError`."""
    try:
        yield
    except (psycopg.Error, db.Error) as error:
        if (refusal := unavailable(error)) is None:
            raise
        raise refusal from error
