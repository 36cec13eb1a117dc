"""The fields of a contact: one table for parameters, statements, ORM and JSON."""

from dataclasses import dataclass
from typing import Literal

Table = Literal["u", "a", "r"]
Kind = Literal["text", "gender", "id", "points", "date", "time"]

TEXT = ("exact", "icontains", "istartswith", "in")
NUMBER = ("exact", "gt", "gte", "lt", "lte")
RANGE = ("gte", "lte")


@dataclass(frozen=True)
class Field:
    """A column: its public name, its table (`u` app_user, `a` address, `r` customer_relationship), its lookups."""

    name: str
    table: Table
    kind: Kind
    lookups: tuple[str, ...] = ()
    orders: bool = True

    @property
    def attribute(self) -> str:
        """The column's name in its table."""
        return self.name.rpartition("__")[2]

    @property
    def column(self) -> str:
        """The column as statements name it."""
        return f"{self.table}.{self.attribute}"


# In the order of a contact's JSON, in which every statement selects them too.
FIELDS = (
    Field("id", "u", "id", (*NUMBER, "in")),
    Field("first_name", "u", "text", TEXT),
    Field("last_name", "u", "text", TEXT),
    Field("gender", "u", "gender", ("exact", "in")),
    Field("customer_id", "u", "text", TEXT),
    Field("phone_number", "u", "text", TEXT),
    Field("birthday", "u", "date", ("exact", *RANGE)),
    Field("created", "u", "time", RANGE),
    Field("last_updated", "u", "time", RANGE),
    Field("address__id", "a", "id", orders=False),
    Field("address__street", "a", "text", TEXT),
    Field("address__street_number", "a", "text", TEXT, orders=False),
    Field("address__city", "a", "text", TEXT),
    Field("address__city_code", "a", "text", TEXT),
    Field("address__country", "a", "text", TEXT),
    Field("relationship__id", "r", "id", orders=False),
    Field("relationship__points", "r", "points", NUMBER),
    Field("relationship__created", "r", "time", RANGE),
    Field("relationship__last_activity", "r", "time", RANGE),
)
PLACES = {field.name: place for place, field in enumerate(FIELDS)}
BY_NAME = {field.name: field for field in FIELDS}
ID = BY_NAME["id"]
ORDERABLE = {field.name: field for field in FIELDS if field.orders}
SEARCHED = tuple(BY_NAME[name] for name in ("first_name", "last_name", "customer_id", "phone_number", "address__city"))
# Parameter → (field, lookup): `first_name`, `first_name__icontains`, …
FILTERS = {
    field.name if lookup == "exact" else f"{field.name}__{lookup}": (field, lookup)
    for field in FIELDS
    for lookup in field.lookups
} | {f"{name}__isnull": (BY_NAME[f"{name}__id"], "isnull") for name in ("address", "relationship")}
