"""The hot reads on the event loop."""

from asyncio import AbstractEventLoop, get_running_loop, run_coroutine_threadsafe
from collections.abc import Awaitable, Callable
from typing import cast

from contract.listing import Criteria
from contract.paging import Plan

from ..application.ports import Row
from .sql.listing import Compiler
from .sql.statement import Statement

CHECK = Statement("SELECT 1")


class AsyncSqlReader:
    """The `AsyncReader` over prebuilt SQL; `rows` runs a statement."""

    def __init__(self, compiler: Compiler, rows: Callable[[Statement], Awaitable[list[Row]]]) -> None:
        self._compiler = compiler
        self._run = rows
        self._loop: AbstractEventLoop | None = None

    def check(self, within_s: float) -> None:
        # Before the first read nothing is known of a loop, and nobody has been answered from it.
        if self._loop is not None:
            asked = run_coroutine_threadsafe(self._rows(CHECK), self._loop)
            try:
                asked.result(within_s)
            finally:
                # Where there was no answer in time, it would go on holding a session, and so would the next.
                asked.cancel()

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
        self._loop = self._loop or get_running_loop()
        return await self._run(statement)
