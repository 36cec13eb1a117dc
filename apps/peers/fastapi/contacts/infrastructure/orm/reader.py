"""The reads of the `sqlalchemy` arm: models in a session."""

import operator
from collections.abc import Mapping, Sequence
from typing import Any

from contract.document import MAX_GROUPS, MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.fields import FIELDS, Field
from contract.listing import Criteria, Filter, Ordering, reversed_
from contract.paging import Page, Pager, Plan
from contract.parameters import parse
from peers.core.python import rows, search
from sqlalchemy import ColumnElement, Row, Select, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from . import search as matching
from .engine import repeated
from .models import Address, AppUser, AuthUser, CustomerRelationship

Condition = ColumnElement[bool]
_MODELS: Mapping[str, Any] = {"u": AppUser, "a": Address, "r": CustomerRelationship}
COLUMNS: Mapping[str, Any] = {field.name: getattr(_MODELS[field.table], field.attribute) for field in FIELDS}
GROUPS: Mapping[str, Any] = {"country": Address.country, "city": Address.city, "gender": AppUser.gender}
_COMPARE = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_PRESENT: Mapping[str, Any] = {"a": AppUser.address_id, "r": CustomerRelationship.id}


def values(contact: AppUser, ordering: Ordering) -> tuple[object, ...]:
    """What stands in an ordering's fields of a contact, None where it lacks the address or the relationship."""
    return tuple(_value(contact, order.field) for order in ordering)


def _value(contact: AppUser, field: Field) -> object:
    found: object = contact
    for name in field.name.split("__"):
        found = None if found is None else getattr(found, name)
    return found


class OrmReader:
    """Reads contacts in the session that it is given."""

    def __init__(self, strength: search.Strength, pager: Pager[AppUser]) -> None:
        self._strength = strength
        self._pager = pager

    @repeated
    async def detail(self, session: AsyncSession, contact_id: int) -> AppUser:
        """One contact; raises `NotFoundError`."""
        eager = joinedload(AppUser.address), joinedload(AppUser.relationship)
        contact = await session.get(AppUser, contact_id, options=eager) if contact_id <= MAX_ID else None
        if contact is None:
            raise NotFoundError(MESSAGES["no_contact"])
        return contact

    @repeated
    async def page(self, session: AsyncSession, parameters: Mapping[str, str]) -> Page[AppUser]:
        """A page of contacts; raises `InvalidError`, and `NotFoundError` past the end."""
        plan = self._pager.plan(parse(parameters, cursors=self._pager.keyset))
        count = await session.scalar(self._count(plan)) if plan.counts else None
        beyond = count is not None and plan.window.offset >= count
        return self._pager.finish(plan, [] if beyond else await self._window(session, plan), count)

    @repeated
    async def stats(self, session: AsyncSession) -> Mapping[str, object]:
        """The contract's `stats`."""
        contacts = (await session.execute(select(func.count(), func.count(AppUser.address_id)))).one()
        points = CustomerRelationship.points
        summed = select(func.count(), func.coalesce(func.sum(points), 0), func.min(points), func.max(points))
        return rows.stats([*contacts, *(await session.execute(summed)).one()])

    @repeated
    async def aggregate(self, session: AsyncSession, group_by: str) -> Mapping[str, object]:
        """The contract's `aggregate`, by a key of `GROUPS`."""
        key, contacts = GROUPS[group_by].collate("C"), func.count()
        points = func.coalesce(func.sum(CustomerRelationship.points), 0)
        found: Select[Any] = select(key, contacts, points).select_from(AppUser).outerjoin(AppUser.relationship)
        if group_by != "gender":
            found = found.join(AppUser.address)
        groups: Sequence[Row[Any]] = (
            await session.execute(found.group_by(key).order_by(contacts.desc(), key).limit(MAX_GROUPS))
        ).all()
        return rows.aggregate(group_by, groups)

    @repeated
    async def password(self, session: AsyncSession, username: str) -> str | None:
        """The stored password of an active user, or None."""
        found = select(AuthUser.password).where(AuthUser.username == username, AuthUser.is_active)
        return await session.scalar(found)

    async def _window(self, session: AsyncSession, plan: Plan) -> Sequence[AppUser]:
        found: list[AppUser] = []
        for selected in self._selects(plan):
            limited = selected.limit(plan.window.limit - len(found)).offset(plan.window.offset or None)
            found += (await session.scalars(limited)).all()
            if len(found) == plan.window.limit:
                break
        return found

    def _count(self, plan: Plan) -> Select[int]:
        criteria = plan.listing.criteria
        if plan.ranked:
            return select(func.count()).select_from(self._candidates(criteria).subquery())
        counted: Select[int] = select(func.count(AppUser.id)).outerjoin(AppUser.address)
        return counted.outerjoin(AppUser.relationship).where(*self._conditions(criteria))

    def _selects(self, plan: Plan) -> list[Select[AppUser]]:
        """The selects whose contacts, one after the other, are the plan's window; two where a keyset meets nulls."""
        criteria, window = plan.listing.criteria, plan.window
        whole = (
            select(AppUser)
            .outerjoin(AppUser.address)
            .outerjoin(AppUser.relationship)
            .options(contains_eager(AppUser.address), contains_eager(AppUser.relationship))
        )
        if plan.ranked:
            candidates = self._candidates(criteria).cte("candidates").prefix_with("MATERIALIZED")
            ranked = whole.where(AppUser.id.in_(select(candidates.c.id)))
            return [ranked.order_by(matching.rank(criteria.terms).desc(), AppUser.id.desc())]
        ordering = reversed_(criteria.ordering) if window.backward else criteria.ordering
        parts = stretches(ordering, window.after) if plan.keyset and window.offset == 0 else [true()]
        columns = [COLUMNS[o.field.name].desc() if o.descending else COLUMNS[o.field.name] for o in ordering]
        conditions = self._conditions(criteria)
        return [whole.where(*conditions, part).order_by(*columns) for part in parts]

    def _candidates(self, criteria: Criteria) -> Any:
        filters = [condition(item) for item in criteria.filters]
        return matching.candidates(criteria.terms, self._strength, filters)

    def _conditions(self, criteria: Criteria) -> list[Condition]:
        conditions = [condition(item) for item in criteria.filters]
        return conditions + matching.conditions(criteria.terms, self._strength) if criteria.terms else conditions


def condition(item: Filter) -> Condition:
    """The condition of one filter."""
    column, wanted = COLUMNS[item.field.name], item.value
    made: Condition
    match item.lookup, wanted:
        case "isnull", absent:
            present = _PRESENT[item.field.table]
            made = present.is_(None) if absent else present.is_not(None)
        case "in", tuple(given):
            made = column.in_(given)
        case "icontains", text:
            made = matching.contains(column, f"%{search.like_escaped(str(text))}%")
        case "istartswith", text:
            made = matching.contains(column, f"{search.like_escaped(str(text))}%")
        case lookup, _:
            made = _COMPARE[lookup](column, wanted)
    return made


def stretches(ordering: Ordering, after: tuple[object, ...] | None) -> list[Condition]:
    """The stretches of a keyset ordering behind `after`, as `infrastructure.statements` explains them."""
    first = ordering[0]
    if first.field.table == "u":
        return [true() if after is None else behind(ordering, after)]
    present = _PRESENT[first.field.table]
    have, lack = present.is_not(None), present.is_(None)
    if after is None:
        return [lack, have] if first.descending else [have, lack]
    lacks = after[0] is None
    current = lack & behind(ordering[1:], after[1:]) if lacks else have & behind(ordering, after)
    return [current, have if lacks else lack] if lacks is first.descending else [current]


def behind(ordering: Ordering, after: tuple[object, ...]) -> Condition:
    """The row comparison that a composite index answers: `(a, b) < (x, y)`."""
    columns = [COLUMNS[order.field.name] for order in ordering]
    values = [literal(given, column.type) for column, given in zip(columns, after, strict=True)]
    row, bound = tuple_(*columns), tuple_(*values)
    return row < bound if ordering[0].descending else row > bound
