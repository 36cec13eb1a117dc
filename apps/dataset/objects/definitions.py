"""The database objects that switches ask for, beside the tables: one table of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["index", "columns", "triggers"]
Choice = Mapping[str, str]
"""Object switch → value; every switch of `SWITCHES` is in it."""

# The switches that decide the objects: name → (values, default for a service that does not declare it).
SWITCHES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "indexes": (("on", "off"), "off"),
    "search": (("substring", "trigram", "fulltext"), "substring"),
    "trigram": (("on", "off"), "off"),
    "denormalised": (("on", "off"), "off"),
}


@dataclass(frozen=True)
class DatabaseObject:
    """An index, columns of a table, or triggers, with the set that it belongs to.

    `mark` is what tells that it is there: the index's name, the first column's, or the first trigger's. `create` and
    `drop` are statements; names are this package's own, so they need no quoting.
    """

    name: str
    set: str
    kind: Kind
    table: str
    mark: str
    create: tuple[str, ...]
    drop: tuple[str, ...]


def index(of: str, table: str, name: str, definition: str) -> DatabaseObject:
    """An index of a set."""
    create = f"CREATE INDEX {name} ON {table} {definition}"
    return DatabaseObject(name, of, "index", table, name, (create,), (f"DROP INDEX {name}",))


def btree(table: str, columns: str, of: str = "indexes") -> DatabaseObject:
    """A B-tree on columns, named after them."""
    return index(of, table, f"opt_{table}_{columns.replace(', ', '_')}", f"({columns})")


def trigram(table: str, column: str, of: str = "trigram") -> DatabaseObject:
    """An index for substrings of a column."""
    # UPPER(column) as Django's icontains has it; an index on the bare column would never be used.
    definition = f"USING gin (UPPER({column}) gin_trgm_ops) WITH (fastupdate = off)"
    return index(of, table, f"opt_{table}_{column}_{'digits' if of == 'fulltext' else 'trgm'}", definition)


def _vector(table: str, weights: Mapping[str, str]) -> DatabaseObject:
    parts = [f"setweight(to_tsvector('simple', {column}), '{weight}')" for column, weight in weights.items()]
    add = f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS ({' || '.join(parts)}) STORED"
    drop = f"ALTER TABLE {table} DROP COLUMN search"
    return DatabaseObject(f"{table}.search", "fulltext", "columns", table, "search", (add,), (drop,))


VECTORS = (_vector("app_user", {"first_name": "A", "last_name": "A"}), _vector("address", {"city": "B"}))
WORDS = tuple(
    index("fulltext", item.table, f"opt_{item.table}_search", "USING gin (search) WITH (fastupdate = off)")
    for item in VECTORS
)
INDEXES = (
    # One index an ordering with a keyset: its columns and the id. `last_name, created` serves the usual
    # listing of a name, newest first.
    btree("app_user", "created, id"),
    btree("app_user", "first_name, id"),
    btree("app_user", "first_name, last_name, id"),
    btree("app_user", "last_name, id"),
    btree("app_user", "last_name, first_name, id"),
    btree("app_user", "last_name, created, id"),
    btree("app_user", "last_updated, id"),
    btree("app_user", "birthday, id"),
    btree("app_user", "gender, id"),
    btree("app_user", "phone_number, id"),
    btree("app_user", "address_id, last_name"),
    btree("address", "city"),
    btree("address", "country"),
    btree("address", "country, city"),
    btree("address", "street"),
    btree("address", "city_code"),
    btree("customer_relationship", "points, appuser_id"),
    btree("customer_relationship", "last_activity, appuser_id"),
    btree("customer_relationship", "created, appuser_id"),
)
TRIGRAMS = (
    *(trigram("app_user", column) for column in ("first_name", "last_name", "customer_id", "phone_number")),
    *(trigram("address", column) for column in ("street", "street_number", "city", "city_code", "country")),
    trigram("app_user", "customer_id", of="fulltext"),
    trigram("app_user", "phone_number", of="fulltext"),
)
