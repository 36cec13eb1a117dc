"""The planner uses the database objects for what the service asks."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from optimized.contacts.application.cursors import CursorSigner
from optimized.contacts.application.paging import Pager
from optimized.contacts.application.parameters import parse
from optimized.contacts.infrastructure.sql.listing import Compiler

Manage = Callable[..., str]


@pytest.fixture
def database(optimized_postgres: str, contacts_database: str) -> Iterator[str]:
    """A copy of the contacts' database."""
    with psycopg.connect(f"{optimized_postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE objects TEMPLATE contacts")
        yield f"{optimized_postgres}/objects"
        connection.execute("DROP DATABASE objects WITH (FORCE)")


def plan(connection: psycopg.Connection, parameters: dict[str, str], strength: str) -> str:
    pager = Pager(CursorSigner("x"), keyset=True, relevance=strength == "fulltext")
    made = pager.plan(parse(parameters, cursors=True))
    compiler = Compiler(strength=strength, eager=True)
    statements = compiler.page(made.request.criteria, made.window, ranked=made.ranked, keyset=made.keyset)
    lines: list[str] = []
    for statement in statements:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(f"EXPLAIN {statement.sql}", statement.params)
        lines += [row[0] for row in cursor.fetchall()]
    return "\n".join(lines)


def test_the_planner_uses_them(manage: Manage, database: str) -> None:
    manage(database, "db_objects", "sync")
    with psycopg.connect(database) as connection:
        connection.execute("SET enable_seqscan = off")
        for parameters, strength, index in [
            ({}, "fulltext", "opt_app_user_created_id"),
            ({"ordering": "last_name,first_name"}, "fulltext", "opt_app_user_last_name_first_name_id"),
            ({"ordering": "relationship__points"}, "fulltext", "opt_customer_relationship_points_appuser_id"),
            ({"last_name": "Zzyzx"}, "fulltext", "opt_app_user_last_name_created_id"),
            ({"first_name__icontains": "zyzx"}, "fulltext", "opt_app_user_first_name_trgm"),
            ({"address__city__istartswith": "zyzx"}, "fulltext", "opt_address_city_trgm"),
            ({"search": "zyzx"}, "fulltext", "opt_app_user_search"),
            ({"search": "zyzx"}, "fulltext", "opt_address_search"),
            ({"search": "49170555"}, "fulltext", "opt_app_user_phone_number_trgm"),
            ({"search": "zyzx"}, "trigram", "opt_app_user_last_name_trgm"),
            ({"search": "zyzx"}, "trigram", "opt_address_city_trgm"),
        ]:
            found = plan(connection, parameters, strength)
            assert index in found, f"{parameters} at {strength} does without {index}:\n{found}"
