"""Sessions of psycopg: how they are made, which of a pool's are alive, and what their ends mean to a request."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any, TypeAlias

import psycopg
from contract.document import MESSAGES
from contract.errors import InvalidError, UnavailableError
from psycopg.adapt import AdaptersMap
from psycopg.types.numeric import Int8Dumper

AnyConnection: TypeAlias = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]

# A pool whose attempt to connect failed makes the next when somebody asks anew, and none for those who wait already.
# So nobody waits in one go.
ASKED_ANEW_S = 0.5

# What the death of a session looks like depends on the moment. Where BEGIN or COMMIT is answered by the server's
# farewell and the pooler's behind it, psycopg finds one result too many, an InternalError. What its pool raises is
# an OperationalError.
OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)

# libpq tells the server, and a pooler: times come in UTC, as the contract writes them.
os.environ["PGTZ"] = "UTC"
_ADAPTERS = AdaptersMap(psycopg.adapters)
# By default a number's size decides its type, and a statement is prepared once for each of them.
_ADAPTERS.register_dumper(int, Int8Dumper)


class NoDatabaseError(UnavailableError):
    """There is no session with the database."""

    retry_after_s = 1


def session_options(timeout_s: float) -> Mapping[str, Any]:
    """How a pool's sessions are made: reads are statements of their own, and writes begin a transaction."""
    return {"autocommit": True, "context": _ADAPTERS, "connect_timeout": max(2, int(timeout_s))}


def ended(session: AnyConnection) -> bool:
    """Whether the server has ended a session that nobody uses; asks the kernel, and sends nothing.

    A check of psycopg's own would be a round trip for each request.
    """
    waiting = poll()
    try:
        waiting.register(session.fileno(), POLLIN)
        return bool(waiting.poll(0))
    except psycopg.OperationalError:
        # It is closed on this side already.
        return True


def lost(error: BaseException) -> bool:
    """Whether the session is not to be used again after an error."""
    return isinstance(error, OUTAGES) and not isinstance(error, psycopg.errors.QueryCanceled)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database can do to a statement into the contract's refusals."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise UnavailableError(MESSAGES["timeout"]) from error
    except psycopg.errors.UniqueViolation as error:
        # The customer id is the only unique value that a client chooses.
        raise InvalidError({"customer_id": [MESSAGES["customer_id_taken"]]}) from error
    except OUTAGES as error:
        raise NoDatabaseError(MESSAGES["no_database"]) from error
