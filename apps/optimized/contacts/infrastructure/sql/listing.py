"""Criteria and a window → the statements that read it."""

from collections.abc import Sequence
from functools import lru_cache

from contract.fields import ID, Field
from contract.listing import Criteria, Ordering, Window, reversed_

from . import search
from .conditions import of_criteria, where
from .statement import JOINED, SELECT_BARE, Condition, Source, Statement

DETAIL_BARE = f"{SELECT_BARE} WHERE u.id = %s"

_CASTS = {"time": "%s::timestamptz", "date": "%s::date"}


class Compiler:
    """Puts statements together for one choice of switches: `strength` of the search, `eager` loading, `source`."""

    def __init__(self, *, strength: search.Strength, eager: bool, source: Source = JOINED) -> None:
        self._strength = strength
        self._eager = eager
        self._source = source
        self._select = source.select
        self._detail = f"{source.select} WHERE u.id = %s"
        self._by_ids = f"{source.select} WHERE u.id = ANY(%s)"

    def detail(self, contact_id: int) -> Statement:
        """One contact by its id."""
        return Statement(self._detail if self._eager else DETAIL_BARE, (contact_id,), prepare=True)

    def by_ids(self, ids: Sequence[int]) -> list[Statement]:
        """The contacts with these ids, in any order: one statement, or one a contact without eager loading."""
        if self._eager:
            return [Statement(self._by_ids, (list(ids),), prepare=True)]
        return [self.detail(contact_id) for contact_id in ids]

    def count(self, criteria: Criteria, *, ranked: bool) -> Statement:
        """How many contacts meet the criteria; of a relevance search, how many it ranks."""
        if ranked:
            found = self._candidates(criteria)
            return Statement(f"SELECT COUNT(*) FROM ({found.sql}) AS candidates", found.params)  # noqa: S608
        clause = where(self._conditions(criteria))
        return Statement(f"SELECT COUNT(*) FROM app_user u{self._joins(criteria)}{clause.sql}", clause.params)  # noqa: S608

    def page(self, criteria: Criteria, window: Window, *, ranked: bool, keyset: bool) -> list[Statement]:
        """The statements whose rows, one after the other up to the window's limit, are the window.

        There are two only where the keyset leads through a table that a contact may lack: one statement for the
        contacts that have it and one for those that lack it, in PostgreSQL's order of nulls.
        """
        if ranked:
            return [self._ranked(criteria, window)]
        ordering = reversed_(criteria.ordering) if window.backward else criteria.ordering
        conditions = self._conditions(criteria)
        if keyset and window.offset == 0:
            return [
                self._statement(criteria, conditions, part, ordering, window)
                for part in parts(ordering, window.after, copied=self._source.copied)
            ]
        return [self._statement(criteria, conditions, Condition(""), ordering, window)]

    def searched_ids(self, terms: tuple[str, ...]) -> Condition:
        """The ids of all contacts that a search finds, as a subquery."""
        clause = where(search.conditions(terms, self._strength))
        return Condition(f"SELECT u.id FROM app_user u{self._source.address}{clause.sql}", clause.params)  # noqa: S608

    def _statement(
        self, criteria: Criteria, conditions: list[Condition], part: Condition, ordering: Ordering, window: Window
    ) -> Statement:
        clause = where([*conditions, part] if part.sql else conditions)
        select = self._select if self._eager else SELECT_BARE + self._joins(criteria, ordering)
        tail = " LIMIT %s" if window.offset == 0 else " LIMIT %s OFFSET %s"
        params = (*clause.params, window.limit) if window.offset == 0 else (*clause.params, window.limit, window.offset)
        return Statement(f"{select}{clause.sql}{order_by(ordering)}{tail}", params, prepare=criteria.plain)

    def _ranked(self, criteria: Criteria, window: Window) -> Statement:
        found, rank = self._candidates(criteria), search.rank(criteria.terms)
        source = self._select if self._eager else SELECT_BARE + self._source.address
        return Statement(
            f"WITH candidates AS MATERIALIZED ({found.sql}) {source}"  # noqa: S608  fragments
            f" WHERE u.id IN (SELECT id FROM candidates) ORDER BY {rank.sql} DESC, u.id DESC LIMIT %s OFFSET %s",
            (*found.params, *rank.params, window.limit, window.offset),
        )

    def _candidates(self, criteria: Criteria) -> Condition:
        relationship = self._source.relationship if "r" in criteria.tables else ""
        return search.candidates(criteria.terms, of_criteria(criteria), self._source.address, relationship)

    def _conditions(self, criteria: Criteria) -> list[Condition]:
        found = of_criteria(criteria)
        return found + search.conditions(criteria.terms, self._strength) if criteria.terms else found

    def _joins(self, criteria: Criteria, ordering: Ordering = ()) -> str:
        tables = criteria.tables | {order.field.table for order in ordering} | ({"a"} if criteria.terms else set())
        return "".join(join for table, join in self._source.joins.items() if table in tables)


@lru_cache(maxsize=256)
def order_by(ordering: Ordering) -> str:
    """The ORDER BY clause."""
    return " ORDER BY " + ", ".join(f"{order.field.column}{' DESC' if order.descending else ''}" for order in ordering)


def parts(ordering: Ordering, after: tuple[object, ...] | None, *, copied: bool = False) -> list[Condition]:
    """The stretches of a keyset ordering behind `after` (from the start where it is None), in their order."""
    first = ordering[0]
    if not first.field.nullable:
        return [Condition("") if after is None else _behind(ordering, after)]
    absent = "u.address_id IS NULL" if first.field.table == "a" else "r.id IS NULL"
    present = "a.id IS NOT NULL" if first.field.table == "a" else "r.id IS NOT NULL"
    if copied:
        # The copies' index holds the contacts without a part too; only its own column's condition skips them.
        present = f"{first.field.column} IS NOT NULL"
    have, lack = Condition(present), Condition(absent)
    # Nulls come first where the order descends, and last where it ascends.
    stretches = [lack, have] if first.descending else [have, lack]
    if after is None:
        return stretches
    in_lack = after[0] is None
    if in_lack:
        bound = _behind(ordering[1:], after[1:])
        current = Condition(f"{absent} AND {bound.sql}", bound.params)
    else:
        bound = _behind(ordering, after)
        current = Condition(f"{present} AND {bound.sql}", bound.params)
    place = stretches.index(lack if in_lack else have)
    return [current, *stretches[place + 1 :]]


def _behind(ordering: Ordering, after: tuple[object, ...]) -> Condition:
    sign = "<" if ordering[0].descending else ">"
    names = ", ".join(_column(order.field, ordering[0].field) for order in ordering)
    marks = ", ".join(_CASTS.get(order.field.kind, "%s") for order in ordering)
    if len(ordering) == 1:
        return Condition(f"{names} {sign} {marks}", after)
    row = Condition(f"({names}) {sign} ({marks})", after)
    if ordering[0].field.table != "a":
        return row
    # The id lives in another table than the city: only the first column's bound can use the city's index.
    column = _column(ordering[0].field, ordering[0].field)
    return Condition(f"{row.sql} AND {column} {sign}= %s", (*after, after[0]))


def _column(field: Field, leader: Field) -> str:
    # A relationship's own copy of the id stands in the index beside its columns.
    return "r.appuser_id" if field is ID and leader.table == "r" else field.column
