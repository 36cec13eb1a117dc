"""What a listing asks for, as frozen values that both readers compile."""

from dataclasses import dataclass
from datetime import date, datetime

from .fields import BY_NAME, ID, Field, Table

# How a contact travels from a reader to the JSON: 19 values in the order of `fields.FIELDS`.
Row = tuple[object, ...]
FilterValue = str | int | date | datetime | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True)
class Filter:
    """One condition on one field; `value` has the field's kind, a tuple of it for the lookup `in`."""

    field: Field
    lookup: str
    value: FilterValue


@dataclass(frozen=True)
class Presence:
    """Whether a contact's address or relationship must be absent (`isnull`) or present."""

    table: Table
    isnull: bool


@dataclass(frozen=True)
class Order:
    """One field of an ordering."""

    field: Field
    descending: bool

    def __str__(self) -> str:
        return f"-{self.field.name}" if self.descending else self.field.name


Ordering = tuple[Order, ...]
NEWEST_FIRST: Ordering = (Order(BY_NAME["created"], True), Order(ID, True))


@dataclass(frozen=True)
class Criteria:
    """Which contacts, in which order. `ordering` always ends in `id`."""

    filters: tuple[Filter, ...] = ()
    presences: tuple[Presence, ...] = ()
    terms: tuple[str, ...] = ()
    ordering: Ordering = NEWEST_FIRST
    # Without an explicit ordering, a full-text search orders by relevance.
    ordered: bool = False

    @property
    def plain(self) -> bool:
        """Whether every contact is meant: nothing is filtered or searched."""
        return not (self.filters or self.presences or self.terms)


@dataclass(frozen=True)
class Request:
    """A listing as asked for: the criteria and the place in them. At most one of `page` and `cursor` counts."""

    criteria: Criteria
    page_size: int
    page: int | None = None
    cursor: str | None = None


@dataclass(frozen=True)
class Window:
    """Which stretch of the criteria's contacts to read.

    `limit` rows after `offset`, or after the row whose values in the ordering are `after`; `backward` reads
    against the ordering and gives the rows in that reversed order.
    """

    limit: int
    offset: int = 0
    after: tuple[object, ...] | None = None
    backward: bool = False
