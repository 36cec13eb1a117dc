"""The hot reads on the event loop: psycopg's own async pool, without a thread."""

from asyncio import Lock
from typing import Any, cast

import psycopg
from contract.document import MESSAGES
from contract.listing import Criteria
from contract.paging import Plan
from django.conf import settings
from django.db import connection
from psycopg_pool import AsyncConnectionPool

from ..application.ports import Row
from .outages import DATABASE, NoDatabaseError, translated
from .sessions import AsyncConnection, lease_async
from .sql.listing import Compiler
from .sql.statement import Statement

CHECK = Statement("SELECT 1")


class AsyncSqlReader:
    """The `AsyncReader` over prebuilt SQL, with a pool of the same sizes as Django's, opened at the first read."""

    def __init__(self, compiler: Compiler, *, prepared: bool) -> None:
        self._compiler = compiler
        self._prepared = prepared
        self._pool: AsyncConnectionPool[AsyncConnection] | None = None
        self._opening = Lock()

    async def check(self) -> None:
        await self._rows(CHECK)

    async def detail(self, contact_id: int) -> Row | None:
        rows = await self._rows(self._compiler.detail(contact_id))
        return rows[0] if rows else None

    async def page(self, plan: Plan) -> list[Row]:
        rows: list[Row] = []
        criteria, window = plan.listing.criteria, plan.window
        for statement in self._compiler.page(criteria, window, ranked=plan.ranked, keyset=plan.keyset):
            rows += await self._rows(statement)
            if len(rows) >= window.limit:
                break
        return rows[: window.limit]

    async def count(self, criteria: Criteria, *, ranked: bool) -> int:
        return cast("int", (await self._rows(self._compiler.count(criteria, ranked=ranked)))[0][0])

    async def _rows(self, statement: Statement) -> list[Row]:
        with translated():
            if not DATABASE.closed:
                raise NoDatabaseError(MESSAGES["no_database"])
            pool = self._pool or await self._opened()
            leased = await lease_async(pool)
            try:
                cursor = psycopg.AsyncCursor(leased)
                prepare = self._prepared and statement.prepare
                await cursor.execute(statement.sql, statement.params, prepare=prepare, binary=True)
                return await cursor.fetchall()
            finally:
                await pool.putconn(leased)

    async def _opened(self) -> AsyncConnectionPool[AsyncConnection]:
        async with self._opening:
            if self._pool is None:
                parameters = cast("Any", connection).get_connection_params()
                pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
                    kwargs={**parameters, "autocommit": True, "cursor_factory": psycopg.AsyncCursor},
                    open=False,
                    min_size=1,
                    max_size=settings.POOL_SIZE,
                    timeout=settings.POOL_TIMEOUT_S,
                    max_waiting=settings.POOL_MAX_WAITING,
                    max_lifetime=settings.POOL_MAX_LIFETIME_S,
                    reconnect_timeout=settings.POOL_RECONNECT_S,
                    num_workers=1,
                )
                await pool.open()
                self._pool = pool
            return self._pool
