"""Reads by prebuilt SQL."""

from collections.abc import Sequence
from typing import cast

from contract.listing import Criteria
from contract.paging import Plan

from ..application.ports import Row
from .connections import Database
from .sql.listing import Compiler
from .sql.statement import ADDRESS, RELATIONSHIP, Statement

NO_ADDRESS: Row = (None,) * 6
NO_RELATIONSHIP: Row = (None,) * 4
OWN_COLUMNS = 9


class SqlReader:
    """The `Reader` whose statements were written once and are only put together."""

    def __init__(self, database: Database, compiler: Compiler, *, eager: bool) -> None:
        self._database = database
        self._compiler = compiler
        self._eager = eager

    def detail(self, contact_id: int) -> Row | None:
        rows = self._rows(self._compiler.detail(contact_id))
        return rows[0] if rows else None

    def by_ids(self, ids: Sequence[int]) -> list[Row]:
        found = {row[0]: row for statement in self._compiler.by_ids(ids) for row in self._rows(statement)}
        return [found[contact_id] for contact_id in ids if contact_id in found]

    def page(self, plan: Plan) -> list[Row]:
        rows: list[Row] = []
        for statement in self.statements(plan):
            rows += self._rows(statement)
            if len(rows) >= plan.window.limit:
                break
        return rows[: plan.window.limit]

    def count(self, criteria: Criteria, *, ranked: bool) -> int:
        return cast("int", self._database.rows(self._compiler.count(criteria, ranked=ranked))[0][0])

    def statements(self, plan: Plan) -> list[Statement]:
        """The statements that read the plan's window."""
        return self._compiler.page(plan.listing.criteria, plan.window, ranked=plan.ranked, keyset=plan.keyset)

    def _rows(self, statement: Statement) -> list[Row]:
        rows = self._database.rows(statement)
        return rows if self._eager else [self._completed(row) for row in rows]

    def _completed(self, bare: Row) -> Row:
        """The N+1 that eager loading saves: two more statements for each contact."""
        own, address_id = bare[:OWN_COLUMNS], bare[OWN_COLUMNS]
        addresses = self._database.rows(Statement(ADDRESS, (address_id,), prepare=True)) if address_id else []
        relationships = self._database.rows(Statement(RELATIONSHIP, (own[0],), prepare=True))
        return own + (addresses or [NO_ADDRESS])[0] + (relationships or [NO_RELATIONSHIP])[0]
