"""What a listing asks for, as frozen values that every reader compiles."""

from dataclasses import dataclass
from datetime import date, datetime

from .document import LISTING
from .fields import BY_NAME, ID, Field

FilterValue = str | int | bool | date | datetime | tuple[str | int | date | datetime, ...]


@dataclass(frozen=True)
class Filter:
    """One condition on one field: `value` has the field's kind, is a tuple of it for `in`, a bool for `isnull`."""

    field: Field
    lookup: str
    value: FilterValue


@dataclass(frozen=True)
class Order:
    """One field of an ordering."""

    field: Field
    descending: bool

    def __str__(self) -> str:
        return f"-{self.field.name}" if self.descending else self.field.name


Ordering = tuple[Order, ...]
_FIRST = Order(BY_NAME[LISTING["ordering"].removeprefix("-")], LISTING["ordering"].startswith("-"))
DEFAULT_ORDERING: Ordering = (_FIRST, Order(ID, _FIRST.descending))


def reversed_(ordering: Ordering) -> Ordering:
    """The ordering from its other end; nulls change sides by themselves, as PostgreSQL has them."""
    return tuple(Order(order.field, not order.descending) for order in ordering)


@dataclass(frozen=True)
class Criteria:
    """Which contacts, in which order. `ordering` always ends in `id`; `ordered` says whether it was asked for."""

    filters: tuple[Filter, ...] = ()
    terms: tuple[str, ...] = ()
    ordering: Ordering = DEFAULT_ORDERING
    # Without an explicit ordering, a full-text search orders by relevance.
    ordered: bool = False

    @property
    def plain(self) -> bool:
        """Whether every contact is meant: nothing is filtered or searched."""
        return not (self.filters or self.terms)

    @property
    def tables(self) -> set[str]:
        """The tables besides `u` that the filters speak of."""
        named: set[str] = {item.field.table for item in self.filters}
        return named - {"u"}


@dataclass(frozen=True)
class Listing:
    """A listing as asked for: the criteria and the place in them. At most one of `page` and `cursor` counts."""

    criteria: Criteria
    page_size: int
    page: int | None = None
    cursor: str | None = None


@dataclass(frozen=True)
class Window:
    """Which stretch of the criteria's contacts to read.

    `limit` rows after `offset`, or after the row whose values in the ordering are `after`; `backward` reads against
    the ordering and gives the rows in that reversed order.
    """

    limit: int
    offset: int = 0
    after: tuple[object, ...] | None = None
    backward: bool = False
