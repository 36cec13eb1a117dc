"""What a database can do to a statement beside answering it, in the words of the contract."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from contract.document import MESSAGES
from contract.errors import UnavailableError
from django import db

# What the death of a session looks like depends on the moment; what psycopg's pool raises is an OperationalError.
_OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    db.OperationalError,
    db.InterfaceError,
    db.InternalError,
)


@contextmanager
def refused() -> Iterator[None]:
    """Turn the errors of Django, psycopg and its pool that mean so into `UnavailableError`."""
    try:
        yield
    except _OUTAGES as error:
        stopped = isinstance(error.__cause__ or error, psycopg.errors.QueryCanceled)
        raise UnavailableError(MESSAGES["timeout" if stopped else "no_database"]) from error


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """The same for what is awaited."""
    with refused():
        yield
