"""The loader against a real PostgreSQL: the same rows however they are loaded, and whatever interrupts it."""

# ruff: noqa: S608  the names in the queries are constants of this file

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from scalebed.paths import ROOT
from tests.local.server import Server, running_server

APPS = ROOT / "apps"
TABLES = ("address", "app_user", "customer_relationship")
COUNT = 20_001

KEYS = """
SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY (%(tables)s)
UNION ALL
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text = ANY (%(tables)s)
ORDER BY 1
"""


class Database:
    """One database, and what is done with it from outside."""

    def __init__(self, server: Server, name: str) -> None:
        self.name, self.server = name, server

    def connect(self) -> psycopg.Connection:
        return self.server.connect(self.name)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, APPS / "dataset" / "manage.py", *arguments],
            env={**os.environ, "DATABASE_URL": self.server.url(self.name)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, output)

    def load(self, *arguments: str, count: int = COUNT) -> str:
        done = self.manage("generate_data", f"--count={count}", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def one(self, query: str) -> object:
        with self.connect() as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]

    def checksums(self) -> list[object]:
        """A digest of each table's whole content, in the order of its ids."""
        return [self.one(f"SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM {table} t") for table in TABLES]

    def keys(self) -> list[tuple[str]]:
        with self.connect() as connection:
            return connection.execute(KEYS, {"tables": list(TABLES)}).fetchall()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Database:
    """A database of the test's own, with empty tables."""
    name = request.node.name
    with server.connect() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    made = Database(server, name)
    assert made.manage("migrate", "-v0").returncode == 0
    return made


@pytest.mark.thorough  # some of them load in every other test here
def test_any_workers_and_batches_load_the_same_rows(database: Database) -> None:
    keys = database.keys()
    database.load("--workers=1", "--batch-size=1_000")
    first = database.checksums()
    assert database.one("SELECT count(*) FROM app_user") == COUNT
    assert "there already" in database.load("--workers=3", "--batch-size=777")

    output = database.load("--workers=3", "--batch-size=777", "--force")
    assert "a second" in output
    assert database.checksums() == first
    assert database.keys() == keys
    done = database.manage("generate_fake_data", f"--customers={COUNT}", "--worker=2", "--force")
    assert done.returncode == 0, done.stdout
    assert database.checksums() == first

    database.load("--seed=8")
    assert database.checksums() != first


def test_leaves_the_tables_ready_for_use(database: Database) -> None:
    database.load()
    for table in TABLES:
        # A row made the ordinary way gets the next id, and PostgreSQL knows how many rows there are.
        assert database.one(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) > max(id) FROM {table}")
        assert database.one(
            f"SELECT abs(reltuples - (SELECT count(*) FROM {table})) < 1 FROM pg_class WHERE oid = '{table}'::regclass"
        )
        assert database.one(f"SELECT relpersistence FROM pg_class WHERE oid = '{table}'::regclass") == "p"
    assert database.one("SELECT password LIKE 'pbkdf2%' FROM auth_user WHERE username = 'bench'")
    assert database.one("SELECT count(*) = count(DISTINCT customer_id) FROM app_user")


def test_keeps_indexes_that_somebody_added(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE INDEX \"by City\" ON address (upper(city), country) WHERE country <> ''")
    keys = database.keys()
    database.load()
    assert database.keys() == keys


def test_refuses_to_load_past_triggers(database: Database) -> None:
    assert database.manage("db_objects", "strategy", "denormalised").returncode == 0
    done = database.manage("generate_data", "--count=10")
    assert done.returncode == 1
    assert "has the trigger opt_denormalised" in done.stdout
    assert database.manage("db_objects", "strategy", "baseline").returncode == 0
    database.load(count=10)


def test_killed_in_the_middle_it_begins_again_with_every_key(database: Database) -> None:
    keys = database.keys()
    database.load("--workers=2")
    complete = database.checksums()
    process = database.start("generate_data", "--count=2_000_000", "--workers=2", "--batch-size=1000")
    deadline = time.monotonic() + 60
    while not database.one("SELECT EXISTS (SELECT FROM app_user WHERE id = 3000) AND NOT complete FROM dataset_info"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert database.keys() != keys

    database.load("--workers=2")
    assert database.checksums() == complete
    assert database.keys() == keys
    # The killed load's workers have gone with it: nobody but this test is connected.
    others = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database.name}' AND pid <> pg_backend_pid()"
    while database.one(others):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_load_that_is_overtaken_stops(database: Database) -> None:
    process = database.start("generate_data", "--count=2_000_000", "--workers=2", "--batch-size=1000")
    deadline = time.monotonic() + 60
    while not database.one("SELECT EXISTS (SELECT FROM app_user)"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    database.load("--workers=1")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Another load has begun" in output.splitlines()[-1]
    assert database.one("SELECT count(*) FROM app_user") == COUNT


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--count=0"], "'0' is not a whole number from 1 to"),
        (["--count=many"], "'many' is not a whole number"),
        (["--workers=0"], "'0' is not a whole number from 1 to 64"),
        (["--seed=-1"], "'-1' is not a whole number"),
    ],
)
def test_bad_options_are_refused_in_a_sentence(server: Server, arguments: list[str], sentence: str) -> None:
    done = Database(server, "postgres").manage("generate_data", *arguments)
    assert done.returncode == 2
    assert sentence in done.stdout


def test_without_its_tables_it_says_to_migrate(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("DROP TABLE customer_relationship")
    done = database.manage("generate_data", "--count=10")
    assert done.returncode == 1
    assert done.stdout.strip().endswith("run the migrations first.")
