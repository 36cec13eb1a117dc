"""The planner uses the database objects for what the service asks."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from contract.cursors import CursorSigner
from contract.paging import Pager, by_place
from contract.parameters import parse
from optimized.contacts.infrastructure.cursors import PlaceCodec
from optimized.contacts.infrastructure.sql.listing import Compiler
from optimized.contacts.infrastructure.sql.search import Strength
from optimized.contacts.infrastructure.sql.statement import COPIED, JOINED, Source, Statement

# Its many rows are loaded once.
pytestmark = pytest.mark.xdist_group("plans")

Manage = Callable[..., str]


@pytest.fixture
def database(optimized_postgres: str, large_database: str) -> Iterator[str]:
    """A copy of the contacts' database."""
    with psycopg.connect(f"{optimized_postgres}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE objects TEMPLATE large")
        yield f"{optimized_postgres}/objects"
        connection.execute("DROP DATABASE objects WITH (FORCE)")


def statements(parameters: dict[str, str], strength: Strength, source: Source = JOINED) -> list[Statement]:
    pager = Pager(CursorSigner("contacts", "x", PlaceCodec()), by_place, keyset=True, relevance=strength == "fulltext")
    made = pager.plan(parse(parameters, cursors=True))
    compiler = Compiler(strength=strength, eager=True, source=source)
    return compiler.page(made.listing.criteria, made.window, ranked=made.ranked, keyset=made.keyset)


def rows(connection: psycopg.Connection, statement: Statement, before: str = "") -> list[tuple[object, ...]]:
    return psycopg.ClientCursor(connection).execute(f"{before}{statement.sql}".encode(), statement.params).fetchall()


def plan(
    connection: psycopg.Connection, parameters: dict[str, str], strength: Strength, source: Source = JOINED
) -> str:
    made = statements(parameters, strength, source)
    return "\n".join(str(row[0]) for statement in made for row in rows(connection, statement, "EXPLAIN "))


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


def test_copies_give_the_same_rows_from_one_table(manage: Manage, database: str) -> None:
    manage(database, "db_objects", "strategy", "denormalised")
    with psycopg.connect(database) as connection:
        for parameters, index in [
            ({}, "opt_app_user_created_id"),
            ({"ordering": "-relationship__points"}, "opt_app_user_relationship_points_id"),
            ({"ordering": "relationship__last_activity"}, "opt_app_user_relationship_last_activity_id"),
            ({"ordering": "address__city"}, "opt_app_user_address_city_id"),
            ({"ordering": "-address__country,id"}, None),
            ({"address__country": "Germany"}, "opt_app_user_address_country"),
            ({"address__country": "Germany", "ordering": "-relationship__points"}, "opt_app_user_address_country"),
            ({"address__city__icontains": "berl", "relationship__points__gte": "500"}, None),
            ({"relationship__isnull": "true"}, None),
            ({"address__isnull": "true", "ordering": "-last_name,created"}, None),
            ({"search": "ma", "address__country": "Germany", "ordering": "id"}, None),
            ({"search": "ma ber", "relationship__points__gte": "100"}, None),
        ]:
            copied, joined = (statements(parameters, "fulltext", source) for source in (COPIED, JOINED))
            for mine, theirs in zip(copied, joined, strict=True):
                assert rows(connection, mine) == rows(connection, theirs), parameters
            found = plan(connection, parameters, "fulltext", COPIED)
            if "search" not in parameters:
                assert " on address" not in found, f"{parameters}:\n{found}"
                assert "customer_relationship" not in found, f"{parameters}:\n{found}"
            assert index is None or index in found, f"{parameters} does without {index}:\n{found}"
