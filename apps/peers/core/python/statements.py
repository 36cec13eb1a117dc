"""Criteria and a window → the statements that read it, with numbered placeholders. Pure.

Text lookups are `UPPER(column) LIKE UPPER(pattern)`, the form that the trigram indexes serve.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from contract.document import MAX_GROUPS
from contract.fields import FIELDS, ID, Table
from contract.listing import Criteria, Filter, Ordering, Window, reversed_

from .search import Arguments, Search, Strength, contains, like_escaped

JOINS: dict[Table, str] = {
    "a": " LEFT JOIN address a ON a.id = u.address_id",
    "r": " LEFT JOIN customer_relationship r ON r.appuser_id = u.id",
}
SELECT = f"SELECT {', '.join(f.column for f in FIELDS)} FROM app_user u{''.join(JOINS.values())}"  # noqa: S608  constants
DETAIL = f"{SELECT} WHERE u.id = $1"
STATS = (
    "SELECT u.contacts, u.with_address, r.relationships, r.total, r.lowest, r.highest"
    " FROM (SELECT COUNT(*) AS contacts, COUNT(address_id) AS with_address FROM app_user) AS u,"
    " (SELECT COUNT(*) AS relationships, COALESCE(SUM(points), 0)::bigint AS total, MIN(points) AS lowest,"
    " MAX(points) AS highest FROM customer_relationship) AS r"
)
GROUPS = {"country": "a.country", "city": "a.city", "gender": "u.gender"}
_OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PRESENT = {"a": "u.address_id", "r": "r.id"}


@dataclass(frozen=True)
class Statement:
    """SQL and the arguments of its placeholders.

    `recurs` marks the few shapes that come with every request, for a driver that prepares no others: names and cities
    are skewed, and a generic plan would treat a rare one and a common one alike.
    """

    sql: str
    arguments: Sequence[object] = ()
    recurs: bool = False


CHECK = Statement("SELECT 1", recurs=True)


def detail(contact_id: int) -> Statement:
    """One contact."""
    return Statement(DETAIL, (contact_id,), recurs=True)


def aggregate(group_by: str) -> Statement:
    """The largest groups by a key of `GROUPS`: key, contacts, points."""
    key = GROUPS[group_by]
    join = "" if group_by == "gender" else JOINS["a"].replace("LEFT ", "")
    return Statement(
        f'SELECT {key} COLLATE "C", COUNT(*), COALESCE(SUM(r.points), 0)::bigint'  # noqa: S608  constants
        f" FROM app_user u{join}{JOINS['r']} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_GROUPS}"
    )


class Statements:
    """Puts statements together for one strength of the search."""

    def __init__(self, strength: Strength) -> None:
        self._search = Search(strength)

    def count(self, criteria: Criteria, *, ranked: bool) -> Statement:
        """How many contacts meet the criteria; of a relevance search, how many it ranks."""
        arguments = Arguments()
        if ranked:
            found = self._candidates(criteria, arguments)
            return Statement(f"SELECT COUNT(*) FROM ({found}) AS candidates", arguments)  # noqa: S608
        tables = criteria.tables | ({"a"} if criteria.terms else set())
        joins = "".join(join for table, join in JOINS.items() if table in tables)
        clause = _where(self._conditions(criteria, arguments))
        return Statement(f"SELECT COUNT(*) FROM app_user u{joins}{clause}", arguments)  # noqa: S608

    def page(self, criteria: Criteria, window: Window, *, ranked: bool, keyset: bool) -> list[Statement]:
        """The statements whose rows, one after the other up to the window's limit, are the window.

        There are two only where the keyset leads through a table that a contact may lack: one for the contacts that
        have it and one for those that lack it, in PostgreSQL's order of nulls.
        """
        if ranked:
            return [self._ranked(criteria, window)]
        ordering = reversed_(criteria.ordering) if window.backward else criteria.ordering
        parts = stretches(ordering, window.after) if keyset and window.offset == 0 else [Stretch()]
        return [self._stretch(criteria, part, ordering, window) for part in parts]

    def _stretch(self, criteria: Criteria, part: "Stretch", ordering: Ordering, window: Window) -> Statement:
        arguments = Arguments()
        conditions = self._conditions(criteria, arguments) + part.conditions(arguments)
        tail = _tail(window, arguments)
        return Statement(f"{SELECT}{_where(conditions)}{order_by(ordering)}{tail}", arguments, criteria.plain)

    def _ranked(self, criteria: Criteria, window: Window) -> Statement:
        arguments = Arguments()
        found = self._candidates(criteria, arguments)
        rank, tail = self._search.rank(criteria.terms, arguments), _tail(window, arguments)
        return Statement(
            f"WITH candidates AS MATERIALIZED ({found}) {SELECT}"  # noqa: S608  fragments
            f" WHERE u.id IN (SELECT id FROM candidates) ORDER BY {rank} DESC, u.id DESC{tail}",
            arguments,
        )

    def _candidates(self, criteria: Criteria, arguments: Arguments) -> str:
        filters = [_condition(item, arguments) for item in criteria.filters]
        joins = JOINS["r"] if "r" in criteria.tables else ""
        return self._search.candidates(criteria.terms, filters, joins, arguments)

    def _conditions(self, criteria: Criteria, arguments: Arguments) -> list[str]:
        conditions = [_condition(item, arguments) for item in criteria.filters]
        return conditions + self._search.conditions(criteria.terms, arguments) if criteria.terms else conditions


def _condition(item: Filter, arguments: Arguments) -> str:
    column = item.field.column
    match item.lookup, item.value:
        case "isnull", absent:
            return f"{_PRESENT[item.field.table]} IS {'' if absent else 'NOT '}NULL"
        case "in", tuple(values):
            # As text, whose arrays the driver knows without asking the database.
            given = f"{arguments.add(list(map(str, values)))}::text[]"
            return f"{column} = ANY(({given})::bigint[])" if item.field.kind == "id" else f"{column} = ANY({given})"
        case "icontains", text:
            return contains(column, arguments.add(f"%{like_escaped(str(text))}%"))
        case "istartswith", text:
            return contains(column, arguments.add(f"{like_escaped(str(text))}%"))
    return f"{column} {_OPERATORS[item.lookup]} {arguments.add(item.value)}"


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _tail(window: Window, arguments: Arguments) -> str:
    limit = f" LIMIT {arguments.add(window.limit)}"
    return f"{limit} OFFSET {arguments.add(window.offset)}" if window.offset else limit


@lru_cache(maxsize=256)
def order_by(ordering: Ordering) -> str:
    """The ORDER BY clause."""
    return " ORDER BY " + ", ".join(f"{o.field.column}{' DESC' if o.descending else ''}" for o in ordering)


@dataclass(frozen=True)
class Stretch:
    """Part of a keyset ordering: the contacts that have `table` (or lack it), behind the values `after`."""

    table: Table | None = None
    present: bool = True
    ordering: Ordering = ()
    after: tuple[object, ...] | None = None

    def conditions(self, arguments: Arguments) -> list[str]:
        """As conditions of a WHERE clause."""
        conditions = []
        if self.table is not None:
            column = "a.id" if self.table == "a" and self.present else _PRESENT[self.table]
            conditions.append(f"{column} IS {'NOT ' if self.present else ''}NULL")
        if self.after is not None:
            conditions += self._behind(arguments, self.after)
        return conditions

    def _behind(self, arguments: Arguments, after: tuple[object, ...]) -> list[str]:
        first = self.ordering[0].field
        sign = "<" if self.ordering[0].descending else ">"
        # A relationship's own copy of the id stands in the index beside its columns.
        own_id = "r.appuser_id" if first.table == "r" else ID.column
        names = ", ".join(own_id if order.field is ID else order.field.column for order in self.ordering)
        marks = [arguments.add(value) for value in after]
        row = [f"({names}) {sign} ({', '.join(marks)})"]
        # The id lives in another table than the city: only the first column's bound can use the city's index.
        return [*row, f"{first.column} {sign}= {marks[0]}"] if first.table == "a" else row


def stretches(ordering: Ordering, after: tuple[object, ...] | None) -> list[Stretch]:
    """The stretches of a keyset ordering behind `after` (from the start where it is None), in their order."""
    first = ordering[0]
    if first.field.table == "u":
        return [Stretch(ordering=ordering, after=after)]
    table = first.field.table
    have, lack = Stretch(table), Stretch(table, present=False)
    # Nulls come first where the order descends, and last where it ascends.
    if after is None:
        return [lack, have] if first.descending else [have, lack]
    lacks = after[0] is None
    current = (
        replace(lack, ordering=ordering[1:], after=after[1:])
        if lacks
        else replace(have, ordering=ordering, after=after)
    )
    return [current, have if lacks else lack] if lacks is first.descending else [current]
