"""`manage.py db_objects`: makes and drops what switches or a strategy say, once; the copies follow the rows."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from dataset.objects.choice import OBJECTS, of_strategy, wanted
from dataset.objects.denormalised import ADDRESS, RELATIONSHIP

from scalebed.paths import ROOT
from tests.local.server import Server, running_server

APPS = ROOT / "apps"
COMMAND = [sys.executable, APPS / "dataset" / "manage.py"]

Manage = Callable[..., subprocess.CompletedProcess[str]]

SAME = " AND ".join(
    [f"u.{copy.name} IS NOT DISTINCT FROM a.{copy.source}" for copy in ADDRESS]
    + [f"u.{copy.name} IS NOT DISTINCT FROM r.{copy.source}" for copy in RELATIONSHIP]
)
STRAYS = (
    "SELECT u.id FROM app_user u LEFT JOIN address a ON a.id = u.address_id"  # noqa: S608  constants
    f" LEFT JOIN customer_relationship r ON r.appuser_id = u.id WHERE NOT ({SAME})"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        with running.connect() as admin:
            admin.execute("CREATE DATABASE loaded")
        for arguments in (["migrate", "-v0"], ["generate_data", "--count=300", "--workers=1"]):
            run(running.url("loaded"), *arguments).check_returncode()
        yield running


def run(url: str, *arguments: str, service: str = "optimized", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=APPS / service,
        env={**os.environ, "DATABASE_URL": url, **environment},
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> str:
    """The URL of a copy of the loaded database."""
    name = request.node.name.split("[")[0]
    with server.connect() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} TEMPLATE loaded".encode())
    return server.url(name)


def made(url: str, *arguments: str, **environment: str) -> list[dict[str, object]]:
    done = run(url, "db_objects", *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_objects_come_and_go_with_the_switches(database: str) -> None:
    first = made(database, "sync")
    assert [line["object"] for line in first] == [item.name for item in wanted(of_strategy("all"))]
    assert {line["action"] for line in first} == {"created"}
    assert all(set(line) == {"object", "set", "action", "seconds", "bytes"} for line in first)
    assert made(database, "sync") == []
    changed = {line["object"]: line["action"] for line in made(database, "sync", SWITCHES="trigram=off")}
    assert changed["opt_app_user_first_name_trgm"] == "dropped"
    assert changed["opt_app_user_phone_number_digits"] == "created"
    # The naive service wants none by default.
    assert {line["action"] for line in made(database, "sync", service="naive")} == {"dropped"}
    listed = made(database, "list", service="naive")
    assert [line["object"] for line in listed] == [item.name for item in OBJECTS]
    assert not any(line["present"] or line["wanted"] for line in listed)


def test_a_strategy_is_one_command_away_from_any_other(database: str) -> None:
    for name in ("denormalised", "index", "trgm", "denormalised", "fts", "all", "baseline"):
        made(database, "strategy", name)
        present = {line["object"] for line in made(database, "list") if line["present"]}
        assert present == {item.name for item in wanted(of_strategy(name))}
        assert made(database, "strategy", name) == []


def test_the_copies_follow_every_change(database: str) -> None:
    made(database, "strategy", "denormalised")
    with psycopg.connect(database, autocommit=True) as connection:

        def strays() -> list[tuple[int]]:
            return connection.execute(STRAYS.encode()).fetchall()

        # As it was filled, there are contacts with all combinations of parts.
        absent = "SELECT count(DISTINCT (address_city IS NULL, relationship_id IS NULL)) FROM app_user"
        assert connection.execute(absent.encode()).fetchone() == (4,)
        assert strays() == []
        for change in (
            "UPDATE address SET city = city || '!' WHERE id % 3 = 0",
            "UPDATE customer_relationship SET points = points + 7 WHERE id % 2 = 0",
            "UPDATE app_user SET address_id = NULL WHERE id % 5 = 0",
            "UPDATE app_user SET address_id = (SELECT min(id) FROM address) WHERE id % 7 = 0",
            (
                "UPDATE customer_relationship SET appuser_id = (SELECT min(id) FROM app_user u WHERE NOT EXISTS "
                "(SELECT FROM customer_relationship r WHERE r.appuser_id = u.id)) "
                "WHERE id = (SELECT min(id) FROM customer_relationship)"
            ),
            "DELETE FROM customer_relationship WHERE id % 11 = 0",
            (
                "INSERT INTO app_user (first_name, last_name, gender, customer_id, phone_number, birthday, created, "
                "last_updated, address_id) SELECT 'A', 'B', 'F', 'CUST-X', '123', '2000-01-01', now(), now(), max(id) "
                "FROM address"
            ),
            (
                "INSERT INTO customer_relationship (appuser_id, points, created, last_activity) "
                "SELECT max(id), 5, now(), now() FROM app_user"
            ),
        ):
            changed = connection.execute(change.encode()).rowcount
            assert changed > 0, change
            assert strays() == [], change


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (
            ["sync"],
            {"SWITCHES": "search=fuzzy"},
            "search cannot be 'fuzzy'; choose one of substring, trigram, ",
        ),
        (["sync"], {"SWITCHES": "speed=on"}, "there is no switch 'speed'; the switches are "),
        (["sync"], {"service": "dataset"}, "has no variant.toml"),
        (["strategy", "magic"], {}, "no strategy 'magic'; the strategies are baseline, index, trgm, fts, all, denorm"),
        (["strategy"], {}, "Name the strategy"),
        (["list", "all"], {}, "list takes no name"),
    ],
)
def test_what_does_not_exist_is_refused(
    server: Server, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = run(server.url("loaded"), "db_objects", *arguments, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
