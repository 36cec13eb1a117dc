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

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_COUNT = re.compile(r"0*([1-9][0-9]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# PostgreSQL takes offsets below 16 hours, Python below 24.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?"
)
# Drivers take these two for infinity.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NO_SUCH_TIME = "There is no such time between the years 1 and 9999 of UTC."


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


def only(parameters: Mapping[str, str], name: str) -> str:
    """The value of the one parameter that there may be, empty where it is absent; raises `InvalidError`."""
    if unknown := {other: ["This parameter is unknown."] for other in parameters if other != name}:
        raise InvalidError(unknown)
    return parameters.get(name, "")


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
    if "" in items:
        raise ValueError("Give no empty value between commas.")
    if field.kind == "id":
        return tuple(_whole(item, MAX_INT["id"]) for item in items)
    return tuple(_gender(item) if field.kind == "gender" else item for item in items)


def _ordering(value: str) -> Ordering:
    orders: list[Order] = []
    for item in value.split(","):
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
    if not _WHOLE.fullmatch(value):
        raise ValueError("Enter a whole number.")
    number = int(value)
    if abs(number) > limit:
        raise ValueError(f"Enter a whole number within ±{limit}.")
    return number


def _positive(value: str) -> int:
    match = _COUNT.fullmatch(value)
    if match is None:
        raise ValueError("Enter a whole number of at least 1.")
    # Any number of digits is a number, but int() refuses thousands of them.
    return int(match[1][:20])


def _boolean(value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError("Enter true or false.")
    return value == "true"


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
    """The contract's date and time, UTC where it names no offset, as an aware datetime in UTC; else `ValueError`."""
    if not _TIME.fullmatch(value):
        raise ValueError(
            "Enter a date and time as YYYY-MM-DDThh:mm:ssZ, or with an offset below 16 hours, such as +02:00."
        )
    try:
        read = datetime.fromisoformat(value)
        moment = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_NO_SUCH_TIME) from None
    if not _FIRST < moment < _LAST:
        raise ValueError(_NO_SUCH_TIME)
    return moment


_VALUES: Mapping[str, Callable[[str], FilterValue]] = {
    "text": str,
    "gender": _gender,
    "id": lambda value: _whole(value, MAX_INT["id"]),
    "points": lambda value: _whole(value, MAX_INT["points"]),
    "date": _date,
    "time": read_time,
}
