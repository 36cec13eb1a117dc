"""The FastAPI peer: it counts, stops statements that take too long, and stops without dropping a request."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

Serving = Callable[..., httpx.Client]
FORMS = [
    "server=uvicorn",
    "server=granian",
    "server=gunicorn-uvicorn,workers=2,models=msgspec",
    "driver=libpq",
    "data=sqlalchemy",
]
DRIVERS = ["driver=asyncpg", "driver=libpq", "data=sqlalchemy"]
CONTACT = {
    "first_name": "Name",
    "last_name": "Of-A-Peer",
    "gender": "F",
    "phone_number": "+49 170 1234567",
    "birthday": "1984-02-29",
}
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def lock(contacts_database: str) -> Iterator[Callable[[int], psycopg.Connection]]:
    """Locks a contact until the connection that it gives is rolled back."""
    with psycopg.connect(contacts_database) as holder:

        def hold(contact_id: int) -> psycopg.Connection:
            holder.execute("SELECT FROM app_user WHERE id = %s FOR UPDATE", [contact_id])
            return holder

        yield hold


@pytest.fixture
def hasty(contacts_database: str) -> Iterator[None]:
    """Sessions that begin now let a statement take a fifth of a second."""
    with psycopg.connect(contacts_database, autocommit=True) as connection:
        connection.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 200")
        yield
        connection.execute("ALTER ROLE CURRENT_USER RESET statement_timeout")


def made(service: httpx.Client) -> str:
    """The path of a contact that the test makes."""
    answer = service.post("/api/contacts/", json=CONTACT)
    assert answer.status_code == 201
    return f"/api/contacts/{answer.json()['id']}/"


@pytest.mark.parametrize("form", FORMS)
def test_requests_are_counted_by_route(serving: Serving, form: str, tmp_path: Path) -> None:
    service = serving(f"{form},cache=off", "peers/fastapi", METRICS_DIR=str(tmp_path / "metrics"))
    path = made(service)
    for _ in range(5):
        assert service.get(path).status_code == 200
    families = text_string_to_metric_families(service.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name == "http_requests_total"]
    wanted = {"method": "GET", "route": "/api/contacts/{contact_id:id}/", "status": "200"}
    assert [sample.value for sample in samples if sample.labels == wanted] == [5]
    assert list((tmp_path / "metrics").glob("counter_*.db"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("hasty")
def test_a_statement_that_takes_too_long_is_a_503(
    serving: Serving, form: str, lock: Callable[[int], psycopg.Connection]
) -> None:
    service = serving(f"{form},cache=off", "peers/fastapi")
    path = made(service)
    holder = lock(int(path.split("/")[-2]))
    answer = service.patch(path, json={"first_name": "Waiting"})
    assert (answer.status_code, answer.json()) == (503, {"detail": "The statement took too long and was stopped."})
    holder.rollback()
    assert service.patch(path, json={"first_name": "Free"}).json()["first_name"] == "Free"


@pytest.mark.parametrize("form", FORMS)
def test_it_stops_when_it_has_answered_what_it_began(
    serving: Serving,
    form: str,
    started: list[subprocess.Popen[bytes]],
    contacts_database: str,
    lock: Callable[[int], psycopg.Connection],
) -> None:
    service = serving(f"{form},cache=off", "peers/fastapi")
    path = made(service)
    holder = lock(int(path.split("/")[-2]))
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(contacts_database, autocommit=True) as watcher,
    ):
        write = pool.submit(service.patch, path, json={"first_name": "Late"})
        deadline = time.monotonic() + 20
        while watcher.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline, "the write never waits for the lock"
            time.sleep(0.02)
        started[-1].send_signal(signal.SIGTERM)
        threading.Timer(1, holder.rollback).start()
        assert write.result().json()["first_name"] == "Late"
    # uvicorn ends by the signal that it was sent, when all is done.
    assert started[-1].wait(10) in {0, -signal.SIGTERM}


def end_sessions(database: str) -> None:
    """End every session with the database, and wait until they have ended."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("form", DRIVERS)
def test_connections_that_died_while_idle_are_replaced(serving: Serving, contacts_database: str, form: str) -> None:
    service = serving(f"{form},cache=off", "peers/fastapi")
    path = made(service)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(service.get, [path] * 32)} == {200}
    end_sessions(contacts_database)
    assert [service.get(path).status_code for _ in range(2)] == [200, 200]
    assert service.patch(path, json={"first_name": "Alive"}).status_code == 200


@pytest.mark.parametrize("form", DRIVERS)
@pytest.mark.parametrize("path", ["{contact}", "/api/contacts/?page_size=3", "/api/contacts/stats/"])
def test_a_read_that_comes_before_the_news_of_its_connections_death_is_made_again(
    serving: Serving, started: list[subprocess.Popen[bytes]], contacts_database: str, form: str, path: str
) -> None:
    service = serving(f"{form},cache=off", "peers/fastapi")
    contact = made(service)
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(service.get, [contact] * 32)} == {200}
        # Held up, it finds the request and what the server said last at the same moment.
        started[-1].send_signal(signal.SIGSTOP)
        try:
            reads = [pool.submit(service.get, path.format(contact=contact)) for _ in range(4)]
            end_sessions(contacts_database)
            time.sleep(0.2)
        finally:
            started[-1].send_signal(signal.SIGCONT)
        assert [read.result().status_code for read in reads] == [200] * 4
