"""One session with Postgres on an event loop, for one statement at a time.

psycopg connects, binds parameters and loads rows. In between stands libpq as it is: psycopg's own way from a statement
to its result registers the socket with the loop and takes it out again, makes a cursor, and looks up a loader for each
column, for every statement anew.
"""

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from select import POLLIN, poll
from time import monotonic
from typing import Any

import psycopg
from psycopg.abc import Transformer as Adapter
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

Connection = psycopg.AsyncConnection[Any]
_BINARY = 1
_ANSWERS = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
# Each costs memory on both sides, and a client who orders by ever other fields would have one made for each order.
MOST_PREPARED = 100
_SILENT = "the database did not answer a statement in time"
# A statement that the server has forgotten, or whose columns are no longer those it was prepared with.
_USELESS = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported)


class SilentError(psycopg.OperationalError):
    """A statement was not answered in time: it may be under way still, so nobody should send it again."""


@dataclass
class _Prepared:
    """A statement that the session knows, and what loads the rows of its result."""

    name: bytes
    rows: Adapter
    loaders: bool = False
    """Whether it has looked them up: the columns stay those of the first result."""


class Session:
    """A connection with what it has prepared. To be made on the loop that it is used on."""

    def __init__(self, connection: Connection, patience_s: float) -> None:
        """`patience_s`: after so long without an answer to a statement the session is given up."""
        self._connection = connection
        self._libpq = connection.pgconn
        self._libpq.nonblocking = 1
        self._encoding = connection.info.encoding
        self._patience_s = patience_s
        self._loop: AbstractEventLoop = get_running_loop()
        self._parameters = Transformer(connection)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], _Prepared] = {}
        self._numbers = count()
        self._results: list[PGresult] = []
        self._asked: Future[list[PGresult]] | None = None
        self.ended = False
        self.began = monotonic()
        self._socket = self._libpq.socket
        self._unread = poll()
        self._unread.register(self._socket, POLLIN)
        self._loop.add_reader(self._socket, self._readable)

    async def rows(self, sql: bytes, given: Sequence[object], *, prepare: bool) -> list[tuple[object, ...]]:
        """All rows of one statement with `$1`, `$2` for the values `given`; `prepare`: keep it prepared.

        Raises psycopg's errors; a session that is of no more use has `ended` then.
        """
        values = self._parameters.dump_sequence(given, [PyFormat.AUTO] * len(given))
        types, formats = self._parameters.types, self._parameters.formats
        if not prepare:
            sent = self._libpq.send_query_params
            result = await self._one(lambda: sent(sql, values, types or (), formats, _BINARY))
            loaded = Transformer(self._connection)
            loaded.set_pgresult(result)
        else:
            kept = self._prepared.get((sql, types or ())) or await self._prepare(sql, types or ())
            run = self._libpq.send_query_prepared
            result = await self._one(lambda: run(kept.name, values, formats, _BINARY))
            loaded = kept.rows
            loaded.set_pgresult(result, set_loaders=not kept.loaders)
            kept.loaders = True
        rows = loaded.load_rows(0, result.ntuples, tuple)
        # The next one prepares anew what is asked for then.
        if len(self._prepared) > MOST_PREPARED:
            self.end()
        return rows

    def end(self) -> None:
        """Close it, whatever it is doing; who waits for an answer gets an OperationalError."""
        self._fail(psycopg.OperationalError("the session was given up"))

    async def _prepare(self, sql: bytes, types: tuple[int, ...]) -> _Prepared:
        # Never a name again: whoever was given up after the server's answer has left one there.
        name = b"onloop-%d" % next(self._numbers)
        await self._one(lambda: self._libpq.send_prepare(name, sql, types))
        made = self._prepared[sql, types] = _Prepared(name, Transformer(self._connection))
        return made

    async def _one(self, send: Callable[[], None]) -> PGresult:
        """Send something and await its one result. Raises the server's error."""
        if self.ended:
            raise psycopg.OperationalError("the session has ended")
        asked = self._asked = self._loop.create_future()
        overdue = self._loop.call_later(self._patience_s, self._fail, SilentError(_SILENT))
        try:
            send()
            if self._libpq.flush():
                self._loop.add_writer(self._socket, self._writable)
            result: PGresult = (await asked)[-1]
        finally:
            overdue.cancel()
            self._asked = None
            # Given up in the middle: the answer would be the next statement's.
            if not asked.done() or asked.cancelled():
                self.end()
        if result.status in _ANSWERS:
            return result
        error = psycopg.errors.error_from_result(result, self._encoding)
        if isinstance(error, _USELESS):
            self.end()
        raise error

    def _readable(self) -> None:
        try:
            while not self._heard():
                # Where a connection was reset, uvloop calls once and never again, whatever is left to read.
                if not self._unread.poll(0):
                    return
        except psycopg.Error as error:
            self._fail(error)

    def _heard(self) -> bool:
        """Read what has come; whether nothing more is to be waited for."""
        self._libpq.consume_input()
        if self._asked is None:
            # What a server says unasked is its farewell, the end of the stream, or news of a setting.
            self.end()
            return True
        while not self._libpq.is_busy():
            if (result := self._libpq.get_result()) is None:
                results, self._results = self._results, []
                if not self._asked.done():
                    self._asked.set_result(results)
                return True
            self._results.append(result)
        return False

    def _writable(self) -> None:
        try:
            if not self._libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._fail(error)

    def _fail(self, error: psycopg.Error) -> None:
        if not self.ended:
            self.ended = True
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._libpq.finish()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(error)
