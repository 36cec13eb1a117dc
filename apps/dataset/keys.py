"""The constraints and indexes of the three tables: what they are, taking them away, and bringing them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# Primary keys and uniques come back first, foreign keys after both their ends, plain indexes last.
ORDER = {"p": 0, "u": 1, "x": 1, "f": 2, "index": 3}

CONSTRAINTS = """
SELECT contype::text, conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype IN ('p', 'u', 'x', 'f') AND conparentid = 0
  AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[]))
"""
INDEXES = """
SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = ANY (%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
"""


@dataclass(frozen=True)
class Key:
    """A constraint, or an index that belongs to none; `kind` is a letter of pg_constraint.contype, or "index"."""

    kind: str
    table: str
    """As SQL names it, quoted and with its schema where needed; so is an index's name, but not a constraint's."""
    name: str
    definition: str

    def statement_to_drop(self) -> sql.Composed:
        if self.kind == "index":
            return sql.SQL("DROP INDEX {}").format(_quoted(self.name))
        return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(_quoted(self.table), sql.Identifier(self.name))

    def statement_to_add(self) -> sql.Composed:
        if self.kind == "index":
            return sql.Composed([_quoted(self.definition)])
        return sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
            _quoted(self.table), sql.Identifier(self.name), _quoted(self.definition)
        )


def _quoted(text: str) -> sql.SQL:
    """Text that PostgreSQL itself wrote as SQL."""
    return sql.SQL(text)


def present_keys(cursor: CursorWrapper, tables: list[str]) -> list[Key]:
    """Every key of these tables, and the foreign keys that point at them, in the order to add them."""
    keys = []
    for query in (CONSTRAINTS, INDEXES):
        cursor.execute(query, {"tables": tables})
        keys += [Key(*row) for row in cursor.fetchall()]
    return in_order(keys)


def in_order(keys: list[Key]) -> list[Key]:
    """The keys in an order in which they can be added; dropped in the reverse."""
    return sorted(keys, key=lambda key: (ORDER[key.kind], key.table, key.name))
