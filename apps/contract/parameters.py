"""Query parameters → what they ask for; every refusal names its parameter. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import cast

from . import query
from .document import DEFAULT_GROUP, DOCUMENT, GROUPS, KINDS, LISTING, MESSAGES
from .errors import InvalidError
from .fields import FILTERS, ID, ORDERABLE, Field
from .listing import DEFAULT_ORDERING, Criteria, Filter, FilterValue, Listing, Order, Ordering
from .spellings import READERS, Value, count, flag

DEFAULT_PAGE_SIZE: int = LISTING["page_size"]
MAX_PAGE_SIZE: int = LISTING["largest_page_size"]
MAX_TERMS: int = LISTING["most_terms"]
MAX_SEARCH: int = LISTING["most_characters"]
MAX_IN: int = LISTING["most_values"]
# A page so far out cannot exist, and its offset would not fit PostgreSQL's.
MAX_PAGE = 2**63 // MAX_PAGE_SIZE - 1

Readers = Mapping[str, Callable[[str], Value]]
_COUNT = re.compile(KINDS["count"]["pattern"])
# Parameter of a basic request → its default and the most that it may be.
_BASICS: Mapping[str, tuple[int, int]] = {
    name: (limits["default"], limits["most"]) for name, limits in DOCUMENT["basics"].items()
}


def parse(parameters: Mapping[str, str], *, cursors: bool, readers: Readers = READERS) -> Listing:
    """Read a listing's parameters; raises `InvalidError` with all that is wrong, by parameter.

    `parameters` maps each name to its last value. `cursors` says whether `cursor` is a parameter at all, and `readers`
    read a filter's value by the kind of its field.
    """
    filters: list[Filter] = []
    places: dict[str, object] = {}
    errors: dict[str, list[str]] = {}
    for name, value in parameters.items():
        try:
            _known(name, value, cursors=cursors)
            if value and name in FILTERS:
                field, lookup = FILTERS[name]
                filters.append(Filter(field, lookup, _filter_value(field, lookup, value, readers)))
            elif value:
                places[name] = _PLACES[name](value)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidError(errors)
    return _listing(tuple(filters), places)


def group_by(text: str) -> str:
    """What an aggregate's query groups by; raises `RefusedError`."""
    named = query.only(text, "group_by") or DEFAULT_GROUP
    if named not in GROUPS:
        raise InvalidError({"group_by": [MESSAGES["group"].format(choices=", ".join(GROUPS))]})
    return named


def basics_count(text: str, name: str) -> int:
    """The one parameter of a basic request's query, by its name; raises `RefusedError`."""
    default, most = _BASICS[name]
    value = query.only(text, name)
    if not value:
        return default
    # Any number of digits is a number, but int() refuses thousands of them.
    number = int(value.lstrip("0")[:9]) if _COUNT.fullmatch(value) else 0
    if not 1 <= number <= most:
        raise InvalidError({name: [MESSAGES["whole_number_between"].format(least=1, most=most)]})
    return number


def _known(name: str, value: str, *, cursors: bool) -> None:
    if "\0" in name or "\0" in value:
        raise ValueError(MESSAGES["nul"])
    if name not in FILTERS and (name not in _PLACES or (name == "cursor" and not cursors)):
        raise ValueError(MESSAGES["unknown_parameter"])


def _listing(filters: tuple[Filter, ...], places: Mapping[str, object]) -> Listing:
    ordering = cast("Ordering | None", places.get("ordering"))
    terms = cast("tuple[str, ...]", places.get("search", ()))
    return Listing(
        Criteria(filters, terms, ordering or DEFAULT_ORDERING, ordered=ordering is not None),
        page_size=cast("int", places.get("page_size", DEFAULT_PAGE_SIZE)),
        page=cast("int | None", places.get("page")),
        cursor=cast("str | None", places.get("cursor")),
    )


def _filter_value(field: Field, lookup: str, value: str, readers: Readers) -> FilterValue:
    if lookup == "isnull":
        return flag(value)
    if lookup != "in":
        return readers[field.kind](value)
    items = value.split(",")
    if len(items) > MAX_IN:
        raise ValueError(MESSAGES["too_many_values"].format(most=MAX_IN))
    if "" in items:
        raise ValueError(MESSAGES["empty_value"])
    return tuple(map(readers[field.kind], items))


def _ordering(value: str) -> Ordering:
    kept: dict[Field, Order] = {}
    descending = False
    for item in value.split(","):
        field = ORDERABLE.get(item.removeprefix("-"))
        if field is None:
            raise ValueError(MESSAGES["ordering"].format(given=repr(item), choices=", ".join(ORDERABLE)))
        descending = item.startswith("-")
        # What follows `id`, and a field named again, cannot matter.
        if ID not in kept:
            kept.setdefault(field, Order(field, descending))
    if ID not in kept:
        kept[ID] = Order(ID, descending)
    return tuple(kept.values())


def _terms(value: str) -> tuple[str, ...]:
    if len(value) > MAX_SEARCH:
        raise ValueError(MESSAGES["too_many_characters"].format(most=MAX_SEARCH))
    terms = tuple(value.split())
    if len(terms) > MAX_TERMS:
        raise ValueError(MESSAGES["too_many_terms"].format(most=MAX_TERMS))
    return terms


_PLACES: Mapping[str, Callable[[str], object]] = {
    "ordering": _ordering,
    "search": _terms,
    "page_size": lambda value: min(count(value), MAX_PAGE_SIZE),
    "page": lambda value: min(count(value), MAX_PAGE),
    "cursor": str,
}
PARAMETERS = (*_PLACES, *FILTERS)
