"""The scripts of the charts' Jobs against a real Postgres: a template, clones of it, and the same again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from scalebed.paths import ROOT
from tests.local.server import BINARIES, Server, running_server

APPS = ROOT / "apps"
DATASTORE = ROOT / "charts" / "datastore" / "files"
WEBAPP = ROOT / "charts" / "webapp" / "files"
TEMPLATE = "tpl_500_7"


@dataclass
class Pod:
    """What the containers of a Job's pod share."""

    server: Server
    steps: Path
    environment: dict[str, str]

    def step(self, script: Path, *arguments: str, folder: Path = APPS, **more: str) -> str:
        """Run a container's command; returns what it said."""
        done = self.try_step(script, *arguments, folder=folder, **more)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def try_step(
        self, script: Path, *arguments: str, folder: Path = APPS, **more: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{BINARIES}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(APPS),
            "STEPS": str(self.steps),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.server.port),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "SECRET_KEY": "signs-nothing",
            "WAIT_SECONDS": "3",
            "KEEP": "0",
            "SPARED": "",
            **self.environment,
            **more,
        }
        command = ["sh", str(script), *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        pod = Pod(running, Path("/"), {"OWNER_PASSWORD": "o'wner", "APP_PASSWORD": "app"})
        pod.step(DATASTORE / "roles.sh")
        yield running


@pytest.fixture
def pod(server: Server, tmp_path: Path) -> Pod:
    """A new pod, whose containers have not run yet."""
    return Pod(server, tmp_path, {})


@pytest.fixture(scope="module")
def template(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    pod = Pod(server, tmp_path_factory.mktemp("steps"), {"TEMPLATE": TEMPLATE})
    assert "Filling" in load(pod)
    return TEMPLATE


def load(pod: Pod) -> str:
    """The dataset Job's containers, one after the other."""
    url = f"postgres://owner@127.0.0.1:{pod.server.port}/{TEMPLATE}"
    manage = [sys.executable, "../dataset/manage.py"]
    said = pod.step(DATASTORE / "template-begin.sh")
    for command in (["migrate", "--no-input"], ["generate_data", "--count", "500", "--seed", "7"]):
        folder = APPS / "optimized"
        said += pod.step(DATASTORE / "unless-whole.sh", *manage, *command, folder=folder, DATABASE_URL=url)
    return said + pod.step(DATASTORE / "template-end.sh")


def clone(pod: Pod, database: str, **more: str) -> str:
    """The database Job's containers, one after the other."""
    own = {"TEMPLATE": TEMPLATE, "DATABASE": database, "PREFIX": "variant", "STATEMENT_TIMEOUT_MS": "1234", **more}
    url = f"postgres://owner@127.0.0.1:{pod.server.port}"
    objects = [sys.executable, "../dataset/manage.py", "db_objects", "sync"]
    said = pod.step(WEBAPP / "database-begin.sh", **own)
    said += pod.step(WEBAPP / "on-database.sh", *objects, folder=APPS / "optimized", SERVER_URL=url, **own)
    return said + pod.step(WEBAPP / "database-end.sh", **own)


def as_app(server: Server, database: str) -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=server.port, user="app", dbname=database, autocommit=True)


def databases(server: Server) -> set[str]:
    with server.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^(tpl|variant)_'").fetchall()
    return {row[0] for row in rows}


@pytest.mark.usefixtures("template")
def test_a_whole_template_is_closed_and_left_alone(pod: Pod) -> None:
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        pod.server.connect(TEMPLATE)
    pod.environment["TEMPLATE"] = TEMPLATE
    said = load(pod)
    assert "is there" in said
    assert "Filling" not in said


@pytest.mark.usefixtures("template")
def test_a_clone_has_rows_objects_and_a_time_limit_and_the_service_may_do_no_more_than_it_needs(pod: Pod) -> None:
    said = clone(pod, "variant_00000001")
    assert "variant_00000001 is whole." in said
    assert '"action": "created"' in said
    assert "variant_00000001_new" not in databases(pod.server)
    with as_app(pod.server, "variant_00000001") as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("1234ms",)
        assert connection.execute("SELECT count(*) FROM app_user").fetchone() == (500,)
        connection.execute("UPDATE customer_relationship SET points = points + 1 WHERE id = 1")
        connection.execute(
            "INSERT INTO address (street, street_number, city, city_code, country) VALUES ('','','','','')"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE customer_relationship")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE another (id int)")


@pytest.mark.usefixtures("template")
def test_a_clone_that_is_there_keeps_what_was_written_to_it(pod: Pod, tmp_path: Path) -> None:
    clone(pod, "variant_00000002")
    with as_app(pod.server, "variant_00000002") as connection:
        connection.execute("DELETE FROM customer_relationship")
    again = Pod(pod.server, tmp_path / "again", {})
    again.steps.mkdir()
    assert "variant_00000002 is there." in clone(again, "variant_00000002")
    with as_app(pod.server, "variant_00000002") as connection:
        assert connection.execute("SELECT count(*) FROM customer_relationship").fetchone() == (0,)


@pytest.mark.usefixtures("template")
def test_half_a_clone_is_made_anew(pod: Pod) -> None:
    with pod.server.connect() as connection:
        connection.execute("CREATE DATABASE variant_00000003_new OWNER owner")
    clone(pod, "variant_00000003")
    with as_app(pod.server, "variant_00000003") as connection:
        assert connection.execute("SELECT count(*) FROM app_user").fetchone() == (500,)


@pytest.mark.usefixtures("template")
def test_clones_go_when_nobody_is_connected_and_more_are_there_than_are_kept(pod: Pod, tmp_path: Path) -> None:
    clone(pod, "variant_0000000a", KEEP="9")
    newer = Pod(pod.server, tmp_path / "newer", {})
    newer.steps.mkdir()
    with as_app(pod.server, "variant_0000000a"):
        said = clone(newer, "variant_0000000b")
        assert "Kept variant_0000000a, which is still in use." in said
    newest = Pod(pod.server, tmp_path / "newest", {})
    newest.steps.mkdir()
    clone(newest, "variant_0000000c", KEEP="0")
    assert databases(pod.server) == {TEMPLATE, "variant_0000000c"}


@pytest.mark.usefixtures("template")
def test_a_clone_that_is_spared_outlives_all_others(pod: Pod, tmp_path: Path) -> None:
    clone(pod, "variant_000000a0", KEEP="9")
    for number in range(1, 4):
        later = Pod(pod.server, tmp_path / str(number), {})
        later.steps.mkdir()
        clone(later, f"variant_000000a{number}", KEEP="0", SPARED="variant_000000a0")
    assert databases(pod.server) == {TEMPLATE, "variant_000000a0", "variant_000000a3"}


def test_a_template_that_does_not_come_is_one_sentence(pod: Pod) -> None:
    done = pod.try_step(WEBAPP / "database-begin.sh", TEMPLATE="tpl_9_9", DATABASE="variant_9", WAIT_SECONDS="1")
    assert done.returncode == 1
    assert "tpl_9_9 was not loaded within 1 s (not begun): look at the dataset Job" in done.stderr


def test_a_server_that_does_not_answer_is_one_sentence(pod: Pod) -> None:
    done = pod.try_step(DATASTORE / "template-begin.sh", TEMPLATE="tpl_9_9", PGPORT="1", WAIT_SECONDS="1")
    assert done.returncode == 1
    assert "127.0.0.1 did not answer within 1 s" in done.stderr
