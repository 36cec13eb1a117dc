"""Whoever makes the tables, they are the same, and each knows the others' migrations."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scalebed.paths import ROOT
from tests.local.server import Server, running_server

APPS = ROOT / "apps"
MAKERS = ("dataset", "naive", "optimized")

COLUMNS = """
SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attnum,
       pg_get_expr(adbin, adrelid), attcollation::regcollation::text
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)
  AND attnum > 0 AND NOT attisdropped
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


def manage(server: Server, maker: str, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=APPS / maker,
        env={**os.environ, "DATABASE_URL": server.url(database), "SECRET_KEY": "tables" * 12, "PYTHONPATH": str(APPS)},
        text=True,
        capture_output=True,
        check=False,
    )


def test_every_way_makes_the_same_tables(server: Server) -> None:
    found = {}
    for maker in MAKERS:
        with server.connect() as admin:
            admin.execute(f"CREATE DATABASE {maker}".encode())
        manage(server, maker, maker, "migrate", "--no-input").check_returncode()
        with server.connect(maker) as connection:
            found[maker] = [
                sorted(connection.execute(query.encode()), key=str) for query in (COLUMNS, CONSTRAINTS, INDEXES)
            ]
    assert {row[0] for row in found["dataset"][0]} >= {"address", "app_user", "customer_relationship", "dataset_info"}
    for maker in MAKERS[1:]:
        assert found[maker] == found["dataset"]

    for maker in MAKERS:
        for database in MAKERS:
            assert manage(server, maker, database, "migrate", "--check").returncode == 0, (maker, database)
        done = manage(server, maker, maker, "makemigrations", "--check", "--dry-run")
        assert done.returncode == 0, done.stdout
