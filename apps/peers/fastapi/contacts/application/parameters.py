"""Query parameters → `listing.Listing`; every refusal names its parameter. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import cast

from .errors import InvalidError
from .fields import FILTERS, ID, ORDERABLE, Field
from .listing import NEWEST_FIRST, Criteria, Filter, Listing, Order, Ordering, Value

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_TERMS = 8
MAX_SEARCH = 100
MAX_IN = 100
MAX_ID = 2**63 - 1
MAX_POINTS = 2**31 - 1
# A page so far out cannot exist, and its offset would not fit PostgreSQL's.
MAX_PAGE = 2**63 // MAX_PAGE_SIZE - 1

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_COUNT = re.compile(r"0*([1-9][0-9]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# PostgreSQL takes offsets below 16 hours, Python below 24.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?"
)
# asyncpg writes these two as -infinity and infinity.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NO_SUCH_TIME = "There is no such time between the years 1 and 9999 of UTC."


def parse(parameters: Mapping[str, str], *, cursors: bool) -> Listing:
    """Read a listing's parameters; raises `InvalidError` with all that is wrong, by parameter.

    `parameters` maps each name to its last value. `cursors` says whether `cursor` is a parameter at all.
    """
    filters: list[Filter] = []
    places: dict[str, object] = {}
    errors: dict[str, list[str]] = {}
    for name, value in parameters.items():
        try:
            _known(name, value, cursors=cursors)
            if value and name in FILTERS:
                filters.append(Filter(*FILTERS[name], _filter_value(*FILTERS[name], value)))
            elif value:
                places[name] = _PLACES[name](value)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidError(errors)
    return _listing(tuple(filters), places)


def only(parameters: Mapping[str, str], name: str) -> str:
    """The value of the one parameter that there may be, empty where it is absent; raises `InvalidError`."""
    if unknown := {other: ["This parameter is unknown."] for other in parameters if other != name}:
        raise InvalidError(unknown)
    return parameters.get(name, "")


def _known(name: str, value: str, *, cursors: bool) -> None:
    if "\0" in name or "\0" in value:
        raise ValueError("Null characters are not allowed.")
    if name not in FILTERS and (name not in _PLACES or (name == "cursor" and not cursors)):
        raise ValueError("This parameter is unknown.")


def _listing(filters: tuple[Filter, ...], places: Mapping[str, object]) -> Listing:
    ordering = cast("Ordering | None", places.get("ordering"))
    terms = cast("tuple[str, ...]", places.get("search", ()))
    return Listing(
        Criteria(filters, terms, ordering or NEWEST_FIRST, ordered=ordering is not None),
        page_size=cast("int", places.get("page_size", DEFAULT_PAGE_SIZE)),
        page=cast("int | None", places.get("page")),
        cursor=cast("str | None", places.get("cursor")),
    )


def _filter_value(field: Field, lookup: str, value: str) -> Value:
    if lookup == "isnull":
        return boolean(value)
    if lookup != "in":
        return _VALUES[field.kind](value)
    items = value.split(",")
    if len(items) > MAX_IN:
        raise ValueError(f"At most {MAX_IN} values are allowed.")
    if "" in items:
        raise ValueError("Give no empty value between commas.")
    return [str(_VALUES[field.kind](item)) for item in items]


def _ordering(value: str) -> Ordering:
    kept: dict[Field, Order] = {}
    descending = False
    for item in value.split(","):
        field = ORDERABLE.get(item.removeprefix("-"))
        if field is None:
            raise ValueError(f"{item!r} is not an ordering; choose from {', '.join(ORDERABLE)}.")
        descending = item.startswith("-")
        # What follows `id`, and a field named again, cannot matter.
        if ID not in kept:
            kept.setdefault(field, Order(field, descending))
    if ID not in kept:
        kept[ID] = Order(ID, descending)
    return tuple(kept.values())


def _terms(value: str) -> tuple[str, ...]:
    if len(value) > MAX_SEARCH:
        raise ValueError(f"At most {MAX_SEARCH} characters are allowed.")
    terms = tuple(value.split())
    if len(terms) > MAX_TERMS:
        raise ValueError(f"At most {MAX_TERMS} terms are allowed.")
    return terms


def whole(value: str, limit: int) -> int:
    """A whole number within ±`limit`; else ValueError."""
    if not _WHOLE.fullmatch(value):
        raise ValueError("Enter a whole number.")
    number = int(value)
    if abs(number) > limit:
        raise ValueError(f"Enter a whole number within ±{limit}.")
    return number


def _at_least_one(value: str) -> int:
    match = _COUNT.fullmatch(value)
    if match is None:
        raise ValueError("Enter a whole number of at least 1.")
    # Any number of digits is a number, but int() refuses thousands of them.
    return int(match[1][:20])


def boolean(value: str) -> bool:
    """`true` or `false`; else ValueError."""
    if value not in {"true", "false"}:
        raise ValueError("Enter true or false.")
    return value == "true"


def gender(value: str) -> str:
    """M, F or O; else ValueError."""
    if value not in {"M", "F", "O"}:
        raise ValueError("This is not a gender; choose from M, F, O.")
    return value


def day(value: str) -> date:
    """A date as YYYY-MM-DD; else ValueError."""
    if not _DATE.fullmatch(value):
        raise ValueError("Enter a date as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day.") from None


def moment(value: str) -> datetime:
    """The contract's date and time, UTC where it names no offset, as an aware datetime in UTC; else ValueError."""
    if not _TIME.fullmatch(value):
        raise ValueError(
            "Enter a date and time as YYYY-MM-DDThh:mm:ssZ, or with an offset below 16 hours, such as +02:00."
        )
    try:
        read = datetime.fromisoformat(value)
        found = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_NO_SUCH_TIME) from None
    if not _FIRST < found < _LAST:
        raise ValueError(_NO_SUCH_TIME)
    return found


_VALUES: Mapping[str, Callable[[str], Value]] = {
    "text": str,
    "gender": gender,
    "id": lambda value: whole(value, MAX_ID),
    "points": lambda value: whole(value, MAX_POINTS),
    "date": day,
    "time": moment,
}
_PLACES: Mapping[str, Callable[[str], object]] = {
    "ordering": _ordering,
    "search": _terms,
    "page_size": lambda value: min(_at_least_one(value), MAX_PAGE_SIZE),
    "page": lambda value: min(_at_least_one(value), MAX_PAGE),
    "cursor": str,
}
PARAMETERS = (*_PLACES, *FILTERS)
