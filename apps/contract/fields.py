"""The fields of a contact: one table for parameters, statements, ORMs and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from .document import KINDS, LISTING

Table = Literal["u", "a", "r"]
Kind = Literal["text", "gender", "id", "points", "date", "time"]

# The object that holds a field → how statements call its table: app_user, address, customer_relationship.
_TABLES: Mapping[str, Table] = {"": "u", "address": "a", "relationship": "r"}


# Each is there once, and so is known by its identity: caches that are keyed by orderings hash them with every request.
@dataclass(frozen=True, eq=False)
class Field:
    """A value of a contact under its public name, such as `address__city`.

    `attribute` is its name in its own table, `column` the same as statements have it, with the table's letter, and
    `place` its index in a row of all fields.
    """

    name: str
    table: Table
    attribute: str
    column: str
    kind: Kind
    place: int
    lookups: tuple[str, ...]
    orders: bool

    @property
    def nullable(self) -> bool:
        """Whether a contact may lack the value, because it may lack the table."""
        return self.table != "u"


def _field(place: int, entry: Mapping[str, Any]) -> Field:
    name, kind = entry["name"], cast("Kind", entry["kind"])
    holder, _, attribute = name.rpartition("__")
    table = _TABLES[holder]
    lookups = tuple(KINDS[kind]["lookups"]) if entry.get("filters", True) else ()
    return Field(name, table, attribute, f"{table}.{attribute}", kind, place, lookups, entry.get("orders", True))


# In the order of a contact's JSON, in which every statement selects them too.
FIELDS = tuple(_field(place, entry) for place, entry in enumerate(LISTING["fields"]))
BY_NAME = {field.name: field for field in FIELDS}
ID = BY_NAME["id"]
ORDERABLE = {field.name: field for field in FIELDS if field.orders}
SEARCHED = tuple(BY_NAME[name] for name in LISTING["searched"])

# Parameter → (field, lookup): `first_name`, `first_name__icontains`, …; an object is absent where its id is null.
FILTERS = {
    field.name if lookup == "exact" else f"{field.name}__{lookup}": (field, lookup)
    for field in FIELDS
    for lookup in field.lookups
} | {f"{holder}__isnull": (BY_NAME[f"{holder}__id"], "isnull") for holder in _TABLES if holder}
