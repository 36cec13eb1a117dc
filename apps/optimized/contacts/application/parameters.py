"""Query parameters → `listing.Request`; every refusal names its parameter. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime

from ..domain.errors import InvalidError
from .fields import FILTERS, ID, ORDERABLE, PRESENCE, Field
from .listing import NEWEST_FIRST, Criteria, Filter, FilterValue, Order, Ordering, Presence, Request

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_TERMS = 8
MAX_SEARCH = 100
MAX_IN = 100
MAX_INT = {"id": 2**63 - 1, "points": 2**31 - 1}
# A page so far out cannot exist, and its offset would not fit PostgreSQL's.
MAX_PAGE = 2**63 // MAX_PAGE_SIZE - 1

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?([.,]\d{1,6})?\d*\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)


def parse(parameters: Mapping[str, str], *, cursors: bool) -> Request:
    """Read a listing's parameters; raises `InvalidError` with all that is wrong, by parameter.

    `parameters` maps each name to its last value. `cursors` says whether `cursor` is a parameter at all.
    """
    errors: dict[str, list[str]] = {}
    reading = _Reading(cursors=cursors)
    for name, value in parameters.items():
        try:
            reading.take(name, value)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidError(errors)
    return reading.request()


class _Reading:
    """What the parameters have said so far."""

    def __init__(self, *, cursors: bool) -> None:
        self._cursors = cursors
        self._filters: list[Filter] = []
        self._presences: list[Presence] = []
        self._terms: tuple[str, ...] = ()
        self._ordering: Ordering | None = None
        self._page_size = DEFAULT_PAGE_SIZE
        self._page: int | None = None
        self._cursor: str | None = None

    def take(self, name: str, value: str) -> None:
        """Read one parameter; raises ValueError with a sentence."""
        if "\0" in name or "\0" in value:
            raise ValueError("Null characters are not allowed.")
        filtered = FILTERS.get(name)
        if (
            filtered is None
            and name not in PRESENCE
            and name not in _PLACES
            and not (name == "cursor" and self._cursors)
        ):
            raise ValueError("This parameter is unknown.")
        if not value:
            return
        if filtered is not None:
            field, lookup = filtered
            self._filters.append(Filter(field, lookup, _filter_value(field, lookup, value)))
        elif name in PRESENCE:
            self._presences.append(Presence(PRESENCE[name], _boolean(value)))
        else:
            self._place(name, value)

    def _place(self, name: str, value: str) -> None:
        if name == "ordering":
            self._ordering = _ordering(value)
        elif name == "search":
            self._terms = _terms(value)
        elif name == "page_size":
            self._page_size = min(_positive(value), MAX_PAGE_SIZE)
        elif name == "page":
            self._page = min(_positive(value), MAX_PAGE)
        else:
            self._cursor = value

    def request(self) -> Request:
        """All of it."""
        criteria = Criteria(
            tuple(self._filters),
            tuple(self._presences),
            self._terms,
            self._ordering or NEWEST_FIRST,
            ordered=self._ordering is not None,
        )
        return Request(criteria, self._page_size, self._page, self._cursor)


_PLACES = frozenset({"ordering", "search", "page_size", "page"})


def _filter_value(field: Field, lookup: str, value: str) -> FilterValue:
    if lookup != "in":
        return _VALUES[field.kind](value)
    items = value.split(",")
    if len(items) > MAX_IN:
        raise ValueError(f"At most {MAX_IN} values are allowed.")
    if field.kind == "id":
        return tuple(_whole(item, MAX_INT["id"]) for item in items)
    return tuple(_gender(item) if field.kind == "gender" else item for item in items)


def _ordering(value: str) -> Ordering:
    orders: list[Order] = []
    for item in (part.strip() for part in value.split(",")):
        name = item.removeprefix("-")
        field = ORDERABLE.get(name)
        if field is None:
            raise ValueError(f"{item!r} is not an ordering; choose from {', '.join(ORDERABLE)}.")
        orders.append(Order(field, item.startswith("-")))
    return finished(orders)


def finished(orders: Iterable[Order]) -> Ordering:
    """The ordering without fields that cannot matter (a field named again, what follows `id`), ending in `id`."""
    kept: list[Order] = []
    last: Order | None = None
    for order in orders:
        last = order
        if all(order.field is not other.field for other in kept):
            kept.append(order)
        if order.field is ID:
            return tuple(kept)
    if last is None:
        return NEWEST_FIRST
    return (*kept, Order(ID, last.descending))


def _terms(value: str) -> tuple[str, ...]:
    if len(value) > MAX_SEARCH:
        raise ValueError(f"At most {MAX_SEARCH} characters are allowed.")
    terms = tuple(value.split())
    if len(terms) > MAX_TERMS:
        raise ValueError(f"At most {MAX_TERMS} terms are allowed.")
    return terms


def _whole(value: str, limit: int) -> int:
    value = value.strip()
    if not _WHOLE.fullmatch(value):
        raise ValueError("Enter a whole number.")
    number = int(value)
    if abs(number) > limit:
        raise ValueError(f"Enter a whole number within ±{limit}.")
    return number


def _positive(value: str) -> int:
    digits = value.lstrip("0")
    if not digits.isascii() or not digits.isdecimal():
        raise ValueError("Enter a whole number of at least 1.")
    # Any number of digits is a number, but int() refuses thousands of them.
    return int(digits[:20])


def _boolean(value: str) -> bool:
    lowered = value.lower()
    if lowered not in {"true", "false"}:
        raise ValueError("Enter true or false.")
    return lowered == "true"


def _gender(value: str) -> str:
    if value not in {"M", "F", "O"}:
        raise ValueError(f"{value!r} is not a gender; choose from M, F, O.")
    return value


def _date(value: str) -> date:
    if not _DATE.fullmatch(value):
        raise ValueError("Enter a date as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day.") from None


def read_time(value: str) -> datetime:
    """An ISO 8601 date and time, UTC where it names no offset, as an aware datetime in UTC; else `ValueError`."""
    match = _TIME.fullmatch(value.strip())
    if match is None or (match[4] and not match[3]):
        raise ValueError("Enter a date and time as YYYY-MM-DDThh:mm:ssZ.")
    day, clock, seconds, fraction, offset = match.groups()
    fraction = fraction[1:].ljust(6, "0") if fraction else "000000"
    offset = "+00:00" if offset in {None, "Z", "z"} else offset
    try:
        return datetime.fromisoformat(f"{day}T{clock}{seconds or ':00'}.{fraction}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("There is no such time.") from None


_VALUES: Mapping[str, Callable[[str], FilterValue]] = {
    "text": str,
    "gender": _gender,
    "id": lambda value: _whole(value, MAX_INT["id"]),
    "points": lambda value: _whole(value, MAX_INT["points"]),
    "date": _date,
    "time": read_time,
}
