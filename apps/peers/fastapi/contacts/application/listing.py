"""What a listing asks for, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from .fields import BY_NAME, ID, Field

Value = str | int | bool | date | datetime | list[str]


@dataclass(frozen=True)
class Filter:
    """One condition on one field: `value` has the field's kind, is a list of texts for `in`, a bool for `isnull`."""

    field: Field
    lookup: str
    value: Value


@dataclass(frozen=True)
class Order:
    """One field of an ordering."""

    field: Field
    descending: bool

    def __str__(self) -> str:
        return f"-{self.field.name}" if self.descending else self.field.name


Ordering = tuple[Order, ...]
NEWEST_FIRST: Ordering = (Order(BY_NAME["created"], True), Order(ID, True))


def reversed_(ordering: Ordering) -> Ordering:
    """The ordering from its other end; nulls change sides by themselves, as PostgreSQL has them."""
    return tuple(Order(order.field, not order.descending) for order in ordering)


@dataclass(frozen=True)
class Criteria:
    """Which contacts, in which order. `ordering` always ends in `id`; `ordered` says whether it was asked for."""

    filters: tuple[Filter, ...] = ()
    terms: tuple[str, ...] = ()
    ordering: Ordering = NEWEST_FIRST
    ordered: bool = False

    @property
    def tables(self) -> set[str]:
        """The tables besides `u` that the filters speak of."""
        named: set[str] = {item.field.table for item in self.filters}
        return named - {"u"}


@dataclass(frozen=True)
class Listing:
    """A listing as asked for: the criteria and the place in them."""

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
