"""Makes a database's objects match a choice, in the default connection."""

from collections.abc import Callable
from time import perf_counter

from django.db import OperationalError, connection, transaction

from dataset.objects.choice import OBJECTS, wanted
from dataset.objects.definitions import Choice, DatabaseObject

TABLES = ("app_user", "address", "customer_relationship")
_PRESENT = """
SELECT 'index', c.relname, c.relname, pg_relation_size(c.oid) FROM pg_class c
WHERE c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'columns', t.relname, a.attname, 0 FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND NOT a.attisdropped
UNION ALL
SELECT 'triggers', t.relname, g.tgname, 0 FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
WHERE t.relnamespace = current_schema()::regnamespace
"""

Tell = Callable[[DatabaseObject, str, float, int], None]
"""Takes an object that was made or dropped: the object, the action, seconds, bytes."""


def present() -> dict[str, int]:
    """The objects that exist: name → bytes; columns and triggers have none of their own."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT)
        found = {(kind, table, mark): size for kind, table, mark, size in cursor.fetchall()}
    places = {item: (item.kind, item.mark if item.kind == "index" else item.table, item.mark) for item in OBJECTS}
    return {item.name: found[place] for item, place in places.items() if place in found}


def match(choice: Choice, tell: Tell, complain: Callable[[str], object]) -> None:
    """Make what the choice wants and drop what it does not.

    `complain` is told of a table that could not be vacuumed afterwards, which is no failure.
    """
    # One transaction: whole or not at all, on one server connection even behind a pooler, which also keeps the
    # lock and the settings. A build may well take longer than the service lets a request's statement run.
    with transaction.atomic():
        _run("SET LOCAL statement_timeout = 0")
        _run("SET LOCAL maintenance_work_mem = '256MB'")
        _run("SELECT pg_advisory_xact_lock(hashtext('dataset.db_objects'))")
        changed = _match(wanted(choice), tell)
    if changed:
        _vacuum(complain)


def _match(due: list[DatabaseObject], tell: Tell) -> bool:
    there, names = present(), {item.name for item in due}
    obsolete = [item for item in OBJECTS if item.name in there and item.name not in names]
    missing = [item for item in due if item.name not in there]
    if any("gin_trgm_ops" in statement for item in missing for statement in item.create):
        _run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # In the reverse of the order to make them: indexes go before the columns that they are on.
    for item in reversed(obsolete):
        tell(item, "dropped", _run(*item.drop), there[item.name])
    for item in missing:
        seconds = _run(*item.create)
        tell(item, "created", seconds, present().get(item.name, 0))
    if obsolete or missing:
        _run(f"ANALYZE {', '.join(TABLES)}")
    return bool(obsolete or missing)


def _vacuum(complain: Callable[[str], object]) -> None:
    # A new column rewrote its table, which index-only scans cannot use until a vacuum has seen it. It is no
    # loss where the statement timeout stops this: autovacuum comes by itself.
    for table in TABLES:
        try:
            _run(f"VACUUM (ANALYZE) {table}")
        except OperationalError as error:
            complain(f"{table} was not vacuumed, which autovacuum will make up for: {error}")


def _run(*statements: str) -> float:
    """Run them; the seconds that they took."""
    started = perf_counter()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return round(perf_counter() - started, 3)
