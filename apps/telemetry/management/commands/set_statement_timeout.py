"""Gives the database role its statement timeout."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from psycopg import sql


class Command(BaseCommand):
    """Sets `statement_timeout` on the current role: PgBouncer drops it from a connection's options.

    Sessions that are already open, also those which PgBouncer keeps, go on with the timeout they began with.
    """

    help = "Set the statement timeout of the database role, in milliseconds (0: none)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the timeout from the command line, or else from the settings."""
        parser.add_argument("--milliseconds", type=int, default=settings.STATEMENT_TIMEOUT_MS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set it, and print one JSON line: role, statement_timeout_ms."""
        milliseconds: int = options["milliseconds"]
        if milliseconds < 0:
            raise CommandError(f"--milliseconds is {milliseconds}: give 0 (no limit) or more.")
        statement = sql.SQL("ALTER ROLE CURRENT_USER SET statement_timeout = {}").format(sql.Literal(milliseconds))
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
        self.stdout.write(json.dumps({"role": role, "statement_timeout_ms": milliseconds}))
