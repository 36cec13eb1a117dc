"""The database objects that the switches ask for, beside the tables: one table of them. Pure.

They are no migrations, since they follow switches and not versions: `manage.py db_objects sync` makes what a choice
of switches wants and drops what it does not.
"""

from dataclasses import dataclass
from typing import Protocol


class Choice(Protocol):
    """The values of the switches; `config.switches.Switches` is one."""

    def __getitem__(self, name: str) -> str: ...

    def on(self, name: str) -> bool: ...


@dataclass(frozen=True)
class DatabaseObject:
    """An index, or a generated column (then `column` names it), with the table that it belongs to."""

    name: str
    set: str
    table: str
    definition: str
    column: str | None = None

    @property
    def create(self) -> str:
        """The statement that makes it. Names are this module's own, so they need no quoting."""
        if self.column is not None:
            return f"ALTER TABLE {self.table} ADD COLUMN {self.column} {self.definition}"
        return f"CREATE INDEX {self.name} ON {self.table} {self.definition}"

    @property
    def drop(self) -> str:
        """The statement that removes it."""
        if self.column is not None:
            return f"ALTER TABLE {self.table} DROP COLUMN {self.column}"
        return f"DROP INDEX {self.name}"


def _index(table: str, columns: str) -> DatabaseObject:
    name = f"opt_{table}_{columns.replace(', ', '_')}"
    return DatabaseObject(name, "indexes", table, f"({columns})")


def _trigram(table: str, column: str, of: str = "trigram") -> DatabaseObject:
    # UPPER(column) as Django's icontains has it; an index on the bare column would never be used.
    definition = f"USING gin (UPPER({column}) gin_trgm_ops) WITH (fastupdate = off)"
    return DatabaseObject(f"opt_{table}_{column}_{'trgm' if of == 'trigram' else 'digits'}", of, table, definition)


def _vector(table: str, weights: dict[str, str]) -> list[DatabaseObject]:
    parts = [f"setweight(to_tsvector('simple', {column}), '{weight}')" for column, weight in weights.items()]
    column = f"tsvector GENERATED ALWAYS AS ({' || '.join(parts)}) STORED"
    return [
        DatabaseObject(f"{table}.search", "fulltext", table, column, column="search"),
        DatabaseObject(f"opt_{table}_search", "fulltext", table, "USING gin (search) WITH (fastupdate = off)"),
    ]


OBJECTS = (
    # Columns first: adding one rewrites the table and every index that it has by then.
    *_vector("app_user", {"first_name": "A", "last_name": "A"}),
    *_vector("address", {"city": "B"}),
    # One index an ordering with a keyset: its columns and the id. `last_name, created` serves the usual
    # listing of a name, newest first.
    _index("app_user", "created, id"),
    _index("app_user", "first_name, last_name, id"),
    _index("app_user", "last_name, first_name, id"),
    _index("app_user", "last_name, created, id"),
    _index("app_user", "last_updated, id"),
    _index("app_user", "birthday, id"),
    _index("app_user", "gender, id"),
    _index("app_user", "phone_number, id"),
    _index("app_user", "address_id, last_name"),
    _index("address", "city"),
    _index("address", "country"),
    _index("address", "country, city"),
    _index("address", "street"),
    _index("address", "city_code"),
    _index("customer_relationship", "points, appuser_id"),
    _index("customer_relationship", "last_activity, appuser_id"),
    _index("customer_relationship", "created, appuser_id"),
    *(_trigram("app_user", column) for column in ("first_name", "last_name", "customer_id", "phone_number")),
    *(_trigram("address", column) for column in ("street", "street_number", "city", "city_code", "country")),
    _trigram("app_user", "customer_id", of="fulltext"),
    _trigram("app_user", "phone_number", of="fulltext"),
)
BY_NAME = {item.name: item for item in OBJECTS}


def wanted_sets(switches: Choice) -> set[str]:
    """The sets that a choice of switches asks for."""
    sets = set()
    if switches.on("indexes"):
        sets.add("indexes")
    if switches.on("trigram") or switches["search"] == "trigram":
        sets.add("trigram")
    if switches["search"] == "fulltext":
        sets.add("fulltext")
    return sets


def wanted(switches: Choice) -> list[DatabaseObject]:
    """The objects that a choice of switches asks for, in the order in which they can be made."""
    sets = wanted_sets(switches)
    # With the trigram set there, the digits' two indexes would stand twice.
    return [item for item in OBJECTS if item.set in sets and not (item.name.endswith("_digits") and "trigram" in sets)]
