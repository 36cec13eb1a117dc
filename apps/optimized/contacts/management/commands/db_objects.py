"""`manage.py db_objects sync|list`: the database objects that the switches ask for."""

import json
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection, transaction

from ...infrastructure.objects import BY_NAME, OBJECTS, DatabaseObject, wanted

TABLES = ("app_user", "address", "customer_relationship")
_PRESENT = """
SELECT c.relname, pg_relation_size(c.oid) FROM pg_class c
WHERE c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
UNION ALL
SELECT t.relname || '.' || a.attname, 0 FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND NOT a.attisdropped
  AND t.relname || '.' || a.attname = ANY(%s)
"""


class Command(BaseCommand):
    """Makes, drops and lists the objects; each line of output is one JSON object."""

    help = "Make the database objects match SWITCHES (sync), or list them (list)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("sync", "list"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list()
        else:
            self._sync()

    def _list(self) -> None:
        present, due = self._present(), {item.name for item in wanted(settings.SWITCHES)}
        for item in OBJECTS:
            self._say(item, present=item.name in present, wanted=item.name in due, bytes=present.get(item.name, 0))

    def _sync(self) -> None:
        # One transaction: whole or not at all, on one server connection even behind a pooler, which also keeps the
        # lock and the settings. A build may well take longer than the service lets a request's statement run.
        with transaction.atomic():
            self._run("SET LOCAL statement_timeout = 0")
            self._run("SET LOCAL maintenance_work_mem = '256MB'")
            self._run("SELECT pg_advisory_xact_lock(hashtext('contacts.db_objects'))")
            changed = self._match()
        if changed:
            self._vacuum()

    def _match(self) -> bool:
        present, due = self._present(), wanted(settings.SWITCHES)
        names = {item.name for item in due}
        # Indexes go before the columns that they are on.
        obsolete = [BY_NAME[name] for name in present if name not in names]
        missing = [item for item in due if item.name not in present]
        if any(item.set == "trigram" or item.name.endswith("_digits") for item in missing):
            self._run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for item in sorted(obsolete, key=lambda item: item.column is not None):
            size = present[item.name]
            self._say(item, action="dropped", seconds=self._run(item.drop), bytes=size)
        for item in missing:
            seconds = self._run(item.create)
            self._say(item, action="created", seconds=seconds, bytes=self._present().get(item.name, 0))
        if obsolete or missing:
            self._run(f"ANALYZE {', '.join(TABLES)}")
        return bool(obsolete or missing)

    def _vacuum(self) -> None:
        # A new column rewrote its table, which index-only scans cannot use until a vacuum has seen it. It is no
        # loss where the statement timeout stops this: autovacuum comes by itself.
        for table in TABLES:
            try:
                self._run(f"VACUUM (ANALYZE) {table}")
            except OperationalError as error:
                self.stderr.write(f"{table} was not vacuumed, which autovacuum will make up for: {error}")

    def _run(self, statement: str) -> float:
        started = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return round(perf_counter() - started, 3)

    def _present(self) -> dict[str, int]:
        """The objects of the table that exist: name → bytes."""
        with connection.cursor() as cursor:
            cursor.execute(_PRESENT, [list(BY_NAME), list(BY_NAME)])
            return dict(cursor.fetchall())

    def _say(self, item: DatabaseObject, **facts: object) -> None:
        self.stdout.write(json.dumps({"object": item.name, "set": item.set, **facts}))
