"""The reads of the `asyncpg` arm: prepared statements in, rows out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from contract.document import MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.paging import Page, Pager, Plan
from contract.parameters import parse
from peers.core.python import rows, statements
from peers.core.python.rows import Row
from peers.core.python.statements import Statement

from .database import Database

Run = Callable[[Statement], Awaitable[Sequence[Row]]]


class Reader:
    """Reads contacts."""

    def __init__(self, database: Database, made: statements.Statements, pager: Pager[Row], run: Run) -> None:
        """`run`: what runs the statements of the hot reads, a contact and the list; `database` runs the others."""
        self._database = database
        self._run = run
        self._statements = made
        self._pager = pager

    async def detail(self, contact_id: int) -> Row:
        """One contact; raises `NotFoundError`."""
        found = await self._run(statements.detail(contact_id)) if contact_id <= MAX_ID else []
        if not found:
            raise NotFoundError(MESSAGES["no_contact"])
        return found[0]

    async def page(self, parameters: Mapping[str, str]) -> Page[Row]:
        """A page of contacts; raises `InvalidError`, and `NotFoundError` past the end."""
        plan = self._pager.plan(parse(parameters, cursors=self._pager.keyset))
        count = await self._count(plan) if plan.counts else None
        beyond = count is not None and plan.window.offset >= count
        return self._pager.finish(plan, [] if beyond else await self._window(plan), count)

    async def stats(self) -> Mapping[str, object]:
        """The contract's `stats`."""
        return rows.stats((await self._database.rows(statements.STATS))[0])

    async def aggregate(self, group_by: str) -> Mapping[str, object]:
        """The contract's `aggregate`, by a key of `statements.GROUPS`."""
        return rows.aggregate(group_by, await self._database.rows(statements.aggregate(group_by).sql))

    async def password(self, username: str) -> str | None:
        """The stored password of an active user, or None."""
        sql = "SELECT password FROM auth_user WHERE username = $1 AND is_active"
        found = await self._database.rows(sql, (username,))
        return str(found[0][0]) if found else None

    async def _count(self, plan: Plan) -> int:
        statement = self._statements.count(plan.listing.criteria, ranked=plan.ranked)
        found = await self._run(statement)
        return int(found[0][0])

    async def _window(self, plan: Plan) -> Sequence[Row]:
        found: list[Row] = []
        criteria, limit = plan.listing.criteria, plan.window.limit
        for statement in self._statements.page(criteria, plan.window, ranked=plan.ranked, keyset=plan.keyset):
            found += await self._run(statement)
            if len(found) >= limit:
                break
        return found[:limit]
