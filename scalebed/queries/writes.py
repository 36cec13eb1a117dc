"""What database objects cost when rows change: writes a second, by kind, straight to Postgres over one connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from scalebed.queries.study import BULK, WRITES

if TYPE_CHECKING:
    import psycopg

_WHEN = datetime(2025, 6, 7, 8, 9, tzinfo=UTC)
_ADDRESS = (
    "INSERT INTO address (street, street_number, city, city_code, country) VALUES (%s, %s, %s, %s, %s) RETURNING id"
)
_CONTACT = """
INSERT INTO app_user
    (first_name, last_name, gender, customer_id, phone_number, birthday, created, last_updated, address_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_RELATIONSHIP = "INSERT INTO customer_relationship (appuser_id, points, created, last_activity) VALUES (%s, %s, %s, %s)"


def measure(connection: psycopg.Connection, count: int, seed: int) -> dict[str, float]:
    """Writes a second, by kind, of `count` writes each (of bulk, of so many times ten contacts).

    The rows are spent after it. The connection is to be in autocommit.
    """
    generator = random.Random(seed)
    # No index has it: what such an update costs on a table that has many.
    connection.execute("ALTER TABLE app_user ADD COLUMN note text")
    row = connection.execute("SELECT count(*) FROM app_user").fetchone()
    ids = [generator.randint(1, int(row[0]) if row else 1) for _ in range(count)]
    updates = {
        "update-indexed": "UPDATE app_user SET last_name = %s WHERE id = %s",
        "update-unindexed": "UPDATE app_user SET note = %s WHERE id = %s",
        "update-points": "UPDATE customer_relationship SET points = length(%s) WHERE appuser_id = %s",
        "update-city": "UPDATE address SET city = %s WHERE id = (SELECT address_id FROM app_user WHERE id = %s)",
    }
    found = {
        "insert": _rate(count, partial(_inserts, connection, count, generator)),
        "bulk": _rate(10 * count, partial(_bulk, connection, 10 * count, generator)),
    }
    for kind, statement in updates.items():
        rows = [(_text(generator), contact) for contact in ids]
        found[kind] = _rate(count, partial(_update, connection, statement, rows))
    return {kind: found[kind] for kind in WRITES}


def _rate(count: int, write: Callable[[], object]) -> float:
    started = time.perf_counter()
    write()
    return count / (time.perf_counter() - started)


def _text(generator: random.Random) -> str:
    return "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=generator.randint(4, 12))).title()


def _inserts(connection: psycopg.Connection, count: int, generator: random.Random) -> None:
    for _ in range(count):
        with connection.transaction():
            address = connection.execute(_ADDRESS, _address(generator)).fetchone()
            contact = connection.execute(_CONTACT, _contact(generator, address[0] if address else None)).fetchone()
            related = (contact[0] if contact else None, generator.randint(0, 5000), _WHEN, _WHEN)
            connection.execute(_RELATIONSHIP, related)


def _bulk(connection: psycopg.Connection, count: int, generator: random.Random) -> None:
    for first in range(0, count, BULK):
        size = min(BULK, count - first)
        with connection.transaction(), connection.cursor() as cursor:
            addresses = _many(cursor, _ADDRESS, [_address(generator) for _ in range(size)])
            contacts = _many(cursor, _CONTACT, [_contact(generator, address) for address in addresses])
            rows = [(contact, generator.randint(0, 5000), _WHEN, _WHEN) for contact in contacts]
            cursor.executemany(_RELATIONSHIP, rows)


def _many(cursor: psycopg.Cursor, statement: str, rows: list[tuple[object, ...]]) -> list[int]:
    """Insert in one go; the new ids in the order of the rows."""
    cursor.executemany(statement.encode(), rows, returning=True)
    return [int(row[0]) for _ in cursor.results() for row in cursor.fetchall()]


def _update(connection: psycopg.Connection, statement: str, rows: list[tuple[str, int]]) -> None:
    for row in rows:
        connection.execute(statement.encode(), row)


def _address(generator: random.Random) -> tuple[object, ...]:
    return _text(generator), str(generator.randint(1, 99)), _text(generator), "12345", _text(generator)


def _contact(generator: random.Random, address: int | None) -> tuple[object, ...]:
    customer = f"CUST-{generator.getrandbits(48):012X}"
    phone = f"+49{generator.randint(10**8, 10**9)}"
    return _text(generator), _text(generator), "F", customer, phone, "1990-05-06", _WHEN, _WHEN, address
