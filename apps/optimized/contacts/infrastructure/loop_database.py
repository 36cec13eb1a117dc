"""The hot reads' way to Postgres on an event loop."""

import re
from functools import lru_cache

import psycopg
from onloop.session import Session, SilentError
from onloop.sessions import Sessions

from ..application.ports import Row
from .outages import DATABASE, translated, unavailable
from .sql.statement import Statement

_MARK = re.compile("%[s%]")


class LoopDatabase:
    """Runs statements; `prepared` says whether those marked so are prepared on the server."""

    def __init__(self, sessions: Sessions, *, prepared: bool) -> None:
        self._sessions = sessions
        self._prepared = prepared

    async def rows(self, statement: Statement) -> list[Row]:
        """All rows of one statement. Raises `UnavailableError`."""
        with translated():
            session = await self._sessions.take()
            try:
                return await self._run(session, statement)
            except psycopg.Error as error:
                unavailable(error)
                if not session.ended or isinstance(error, SilentError) or not DATABASE.closed:
                    raise
            finally:
                self._sessions.give(session)
            # It died under the statement, or knows columns that are others now. Reads can be repeated.
            self._sessions.forget_idle()
            another = await self._sessions.take()
            try:
                return await self._run(another, statement)
            finally:
                self._sessions.give(another)

    async def _run(self, session: Session, statement: Statement) -> list[Row]:
        prepare = self._prepared and statement.prepare
        return await session.rows(numbered(statement.sql), statement.params, prepare=prepare)


# Filters, terms and orders make ever other statements; the few that recur stay.
@lru_cache(maxsize=512)
def numbered(sql: str) -> bytes:
    """A statement's `%s` as libpq has them: `$1`, `$2` and so on; `%%` is a percent sign."""
    numbers = iter(range(1, sql.count("%s") + 1))
    return _MARK.sub(lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", sql).encode()
