"""Reads by Django's ORM, awaited."""

from functools import reduce
from operator import or_
from typing import Any

from contract.document import MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.fields import SEARCHED
from contract.listing import Criteria, Listing
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from .models import Address, AppUser, CustomerRelationship
from .outages import translated

# An index on trigrams serves no shorter term.
SHORTEST_TRIGRAM = 3
OWN = tuple(field.name for field in SEARCHED if field.table == "u")
INDEXED = settings.SWITCHES["search"] == "trigram"


async def detail(contact_id: int) -> AppUser:
    """One contact with its address and relationship; raises `NotFoundError`."""
    whole = AppUser.objects.select_related("address", "relationship")
    async with translated():
        found = await whole.filter(pk=contact_id).afirst() if contact_id <= MAX_ID else None
    if found is None:
        raise NotFoundError(MESSAGES["no_contact"])
    return found


async def page(listing: Listing) -> tuple[int, list[AppUser]]:
    """How many contacts meet the criteria, and those of the page; raises `NotFoundError` past the end."""
    size, number = listing.page_size, listing.page or 1
    offset = (number - 1) * size
    matching = _matching(listing.criteria)
    async with translated():
        count = await matching.acount()
        if offset >= count > 0 or (count == 0 and number > 1):
            raise NotFoundError(MESSAGES["no_page"])
        ordered = matching.select_related("address", "relationship").order_by(*map(str, listing.criteria.ordering))
        return count, [contact async for contact in ordered[offset : offset + size]] if count else []


async def stats() -> tuple[dict[str, int], dict[str, Any]]:
    """The numbers of contacts and of addresses, and those of relationships and points."""
    async with translated():
        contacts = await AppUser.objects.aaggregate(contacts=Count("*"), with_address=Count("address_id"))
        points = await CustomerRelationship.objects.aaggregate(
            with_relationship=Count("*"), total=Sum("points", default=0), min=Min("points"), max=Max("points")
        )
    return contacts, points


async def password(username: str) -> str | None:
    """The stored password of an active user, or None."""
    async with translated():
        return await User.objects.filter(username=username, is_active=True).values_list("password", flat=True).afirst()


def _matching(criteria: Criteria) -> QuerySet[AppUser]:
    contacts = AppUser.objects.all()
    for item in criteria.filters:
        # An object is absent, where in the listing's words its id is null.
        name = item.field.name.removesuffix("__id")
        contacts = contacts.filter(**{f"{name}__{item.lookup}": item.value})
    if not criteria.terms:
        return contacts
    longest, *others = sorted(criteria.terms, key=len, reverse=True)
    found = Q(pk__in=_by_index(longest)) if INDEXED and len(longest) >= SHORTEST_TRIGRAM else _anywhere(longest)
    return contacts.filter(found, *map(_anywhere, others))


def _by_index(term: str) -> QuerySet[Any]:
    """The ids by a union of two index scans, since no index spans an OR over two tables."""
    own = AppUser.objects.filter(_any_of(OWN, term)).order_by().values("pk")
    city = Address.objects.filter(city__icontains=term, appusers__isnull=False).order_by().values("appusers__pk")
    return own.union(city, all=True)


def _anywhere(term: str) -> Q:
    return _any_of([field.name for field in SEARCHED], term)


def _any_of(names: Any, term: str) -> Q:
    return reduce(or_, (Q(**{f"{name}__icontains": term}) for name in names))
