"""The fields that a listing can filter and order by: one table for every reader, SQL or ORM."""

from dataclasses import dataclass
from typing import Literal

Table = Literal["u", "a", "r"]
Kind = Literal["text", "gender", "id", "points", "date", "time"]

TEXT_LOOKUPS = ("exact", "icontains", "istartswith", "in")
NUMBER_LOOKUPS = ("exact", "gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Field:
    """A column under its public name.

    `name` is the public name and the ORM's path as well; `table` is `u` (app_user), `a` (address) or
    `r` (customer_relationship), and the last two may be absent; `place` is the column's index in a row.
    """

    name: str
    table: Table
    column: str
    kind: Kind
    place: int
    lookups: tuple[str, ...]
    orders: bool = True

    @property
    def nullable(self) -> bool:
        """Whether a contact may lack the value, because it may lack the table."""
        return self.table != "u"


# In the order of a contact's JSON. A row is a tuple of these 19 values: user, address, relationship.
FIELDS = (
    Field("id", "u", "id", "id", 0, (*NUMBER_LOOKUPS, "in")),
    Field("first_name", "u", "first_name", "text", 1, TEXT_LOOKUPS),
    Field("last_name", "u", "last_name", "text", 2, TEXT_LOOKUPS),
    Field("gender", "u", "gender", "gender", 3, ("exact", "in")),
    Field("customer_id", "u", "customer_id", "text", 4, TEXT_LOOKUPS),
    Field("phone_number", "u", "phone_number", "text", 5, TEXT_LOOKUPS),
    Field("birthday", "u", "birthday", "date", 6, ("exact", "gte", "lte")),
    Field("created", "u", "created", "time", 7, ("gte", "lte")),
    Field("last_updated", "u", "last_updated", "time", 8, ("gte", "lte")),
    Field("address__id", "a", "id", "id", 9, (), orders=False),
    Field("address__street", "a", "street", "text", 10, TEXT_LOOKUPS),
    Field("address__street_number", "a", "street_number", "text", 11, TEXT_LOOKUPS, orders=False),
    Field("address__city", "a", "city", "text", 12, TEXT_LOOKUPS),
    Field("address__city_code", "a", "city_code", "text", 13, TEXT_LOOKUPS),
    Field("address__country", "a", "country", "text", 14, TEXT_LOOKUPS),
    Field("relationship__id", "r", "id", "id", 15, (), orders=False),
    Field("relationship__points", "r", "points", "points", 16, NUMBER_LOOKUPS),
    Field("relationship__created", "r", "created", "time", 17, ("gte", "lte")),
    Field("relationship__last_activity", "r", "last_activity", "time", 18, ("gte", "lte")),
)
BY_NAME = {field.name: field for field in FIELDS}
ORDERABLE = {field.name: field for field in FIELDS if field.orders}
SEARCHED = tuple(BY_NAME[name] for name in ("first_name", "last_name", "customer_id", "phone_number", "address__city"))
ID = BY_NAME["id"]

# Parameter → (field, lookup): `first_name`, `first_name__icontains`, …
FILTERS = {
    field.name if lookup == "exact" else f"{field.name}__{lookup}": (field, lookup)
    for field in FIELDS
    for lookup in field.lookups
}
PRESENCE: dict[str, Table] = {"address__isnull": "a", "relationship__isnull": "r"}
