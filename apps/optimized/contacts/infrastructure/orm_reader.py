"""Reads by Django's ORM, as the switches `sql=orm` and `sql=values` have it; slower, as each query is built anew."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from contract.fields import FIELDS, SEARCHED
from contract.listing import Criteria, Ordering, reversed_
from contract.paging import Plan
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from ..application.ports import Row
from ..models import AppUser
from .connections import Database
from .outages import translated
from .sql.listing import Compiler

COLUMNS = tuple(field.name for field in FIELDS)


class RowComparison(models.Func):
    """`(a, b) < (x, y)`, which PostgreSQL answers from a composite index; the ORM's own Q would be an OR."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, names: Sequence[str], operator: str, values: Sequence[object]) -> None:
        super().__init__(*(F(name) for name in names))
        self._operator = operator
        self._values = values

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[object]]:  # type: ignore[override]
        """The comparison, its columns resolved by the ORM."""
        sides = [compiler.compile(source)[0] for source in self.get_source_expressions()]
        marks = ", ".join(["%s"] * len(self._values))
        return f"({', '.join(sides)}) {self._operator} ({marks})", list(self._values)


class OrmReader:
    """The `Reader` by querysets.

    Without `values` rows come through model instances: `eager` adds select_related, without it each contact asks
    twice more. With `values` they come as tuples by one joined query.
    """

    def __init__(self, database: Database, compiler: Compiler, *, strength: str, eager: bool, values: bool) -> None:
        self._database = database
        self._compiler = compiler
        self._strength = strength
        self._eager = eager
        self._values = values

    def detail(self, contact_id: int) -> Row | None:
        with translated():
            return next(iter(self._rows(self._contacts().filter(pk=contact_id))), None)

    def by_ids(self, ids: Sequence[int]) -> list[Row]:
        with translated():
            found = {row[0]: row for row in self._rows(self._contacts().filter(pk__in=ids))}
            return [found[contact_id] for contact_id in ids if contact_id in found]

    def page(self, plan: Plan) -> list[Row]:
        if plan.ranked:
            statements = self._compiler.page(plan.listing.criteria, plan.window, ranked=True, keyset=False)
            return self.by_ids([cast("int", row[0]) for row in self._database.rows(statements[0])])
        window = plan.window
        rows: list[Row] = []
        with translated():
            for contacts in self.stretches(plan):
                rows += self._rows(contacts[window.offset : window.offset + window.limit - len(rows)])
                if len(rows) == window.limit:
                    break
        return rows

    def stretches(self, plan: Plan) -> list[QuerySet[AppUser]]:
        """What the plan's window is a slice of, one after the other; a ranked plan has none."""
        criteria, window = plan.listing.criteria, plan.window
        ordering = reversed_(criteria.ordering) if window.backward else criteria.ordering
        contacts = self._matching(criteria).order_by(*map(str, ordering))
        bounds = _stretches(ordering, window.after) if plan.keyset and window.offset == 0 else [Q()]
        return [contacts.filter(bound) for bound in bounds]

    def count(self, criteria: Criteria, *, ranked: bool) -> int:
        if ranked:
            return cast("int", self._database.rows(self._compiler.count(criteria, ranked=True))[0][0])
        with translated():
            return self._matching(criteria).count()

    def _contacts(self) -> QuerySet[AppUser]:
        contacts = AppUser.objects.all()
        return contacts.select_related("address", "relationship") if self._eager else contacts

    def _rows(self, contacts: QuerySet[AppUser]) -> Iterable[Row]:
        if self._values:
            return contacts.values_list(*COLUMNS)
        return map(_row, contacts)

    def _matching(self, criteria: Criteria) -> QuerySet[AppUser]:
        contacts = self._contacts()
        for item in criteria.filters:
            # An object is absent, where in the listing's words its id is null.
            name = item.field.name.removesuffix("__id")
            contacts = contacts.filter(**{f"{name}__{item.lookup}": item.value})
        if not criteria.terms:
            return contacts
        if self._strength == "substring":
            for term in criteria.terms:
                contacts = contacts.filter(_any(Q(**{f"{f.name}__icontains": term}) for f in SEARCHED))
            return contacts
        found = self._compiler.searched_ids(criteria.terms)
        return contacts.filter(pk__in=RawSQL(found.sql, found.params))  # noqa: S611  fragments and parameters


def _any(conditions: Iterator[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def _stretches(ordering: Ordering, after: tuple[object, ...] | None) -> list[Q | RowComparison]:
    first = ordering[0]
    names = [order.field.name for order in ordering]
    sign = "<" if first.descending else ">"
    if not first.field.nullable:
        return [Q() if after is None else RowComparison(names, sign, after)]
    path = "address" if first.field.table == "a" else "relationship"
    have, lack = Q(**{f"{path}__isnull": False}), Q(**{f"{path}__isnull": True})
    stretches: list[Q | RowComparison] = [lack, have] if first.descending else [have, lack]
    if after is None:
        return stretches
    rest = stretches[stretches.index(lack if after[0] is None else have) + 1 :]
    if after[0] is None:
        return [lack & Q(**{f"id__{'lt' if first.descending else 'gt'}": after[1]}), *rest]
    return [RowComparison(names, sign, after), *rest]


def _row(contact: AppUser) -> Row:
    address, relationship = contact.address, getattr(contact, "relationship", None)
    own = (
        contact.pk,
        contact.first_name,
        contact.last_name,
        contact.gender,
        contact.customer_id,
        contact.phone_number,
        contact.birthday,
        contact.created,
        contact.last_updated,
    )
    lived: Row = (None,) * 6
    if address is not None:
        street = (address.pk, address.street, address.street_number)
        lived = (*street, address.city, address.city_code, address.country)
    loyal: Row = (None,) * 4
    if relationship is not None:
        loyal = (relationship.pk, relationship.points, relationship.created, relationship.last_activity)
    return own + lived + loyal
