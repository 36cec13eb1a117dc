"""Every server with two workers: they count together, see each other's writes, and stop without dropping a request."""

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from optimized.config.switches import TABLE
from prometheus_client.parser import text_string_to_metric_families

Serving = Callable[..., httpx.Client]

CONTACT = {
    "first_name": "Name 0",
    "last_name": "Of-Two-Workers",
    "gender": "F",
    "phone_number": "+49 170 1234567",
    "birthday": "1984-02-29",
}
ROUTE = "api/contacts/<int:contact_id>/"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture(params=TABLE["server"][0])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(serving: Serving, server: str, valkey, tmp_path: Path) -> httpx.Client:
    """The service with two workers, which count in `metrics` of tmp_path."""
    return serving(f"server={server},workers=2", CACHE_URL=valkey.url, METRICS_DIR=str(tmp_path / "metrics"))


@pytest.fixture
def path(service: httpx.Client) -> str:
    """The path of a contact that the test removes."""
    created = service.post("/api/contacts/", json=CONTACT)
    assert created.status_code == 201
    return f"/api/contacts/{created.json()['id']}/"


def anywhere(service: httpx.Client, path: str) -> httpx.Response:
    """GET over a connection of its own, which either worker may take."""
    return httpx.get(service.base_url.join(path), headers=service.headers, timeout=30)


def counted(service: httpx.Client) -> float:
    """How many reads of one contact the service says that it has answered."""
    families = text_string_to_metric_families(anywhere(service, "/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name == "http_requests_total"]
    wanted = {"method": "GET", "route": ROUTE, "status": "200"}
    return sum(sample.value for sample in samples if wanted.items() <= sample.labels.items())


def test_two_workers_count_and_cache_as_one(service: httpx.Client, path: str, tmp_path: Path) -> None:
    reads, number, deadline = 0, 0, time.monotonic() + 60
    with ThreadPoolExecutor(8) as pool:
        # With one worker answering, neither sum nor cache would prove anything.
        while number < 10 or len(list((tmp_path / "metrics").glob("counter_*.db"))) < 2:
            assert time.monotonic() < deadline, "one of the two workers never answers"
            number += 1
            assert service.patch(path, json={"first_name": f"Name {number}"}).status_code == 200
            answers = list(pool.map(lambda _: anywhere(service, path), range(16)))
            assert {answer.json()["first_name"] for answer in answers} == {f"Name {number}"}
            reads += len(answers)
    assert counted(service) == reads
    assert service.delete(path).status_code == 204


def test_a_stop_lets_a_request_finish(
    service: httpx.Client, path: str, contacts_database: str, started: list[subprocess.Popen[bytes]]
) -> None:
    contact_id = int(path.split("/")[-2])
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(contacts_database) as holder,
        psycopg.connect(contacts_database, autocommit=True) as watch,
    ):
        holder.execute("SELECT 1 FROM app_user WHERE id = %s FOR UPDATE", (contact_id,))
        change = pool.submit(service.patch, path, json={"first_name": "Late"})
        deadline = time.monotonic() + 20
        while watch.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline, "the change does not wait for the lock"
            time.sleep(0.05)
        started[-1].terminate()
        stopped = time.monotonic()
        time.sleep(1)
        holder.rollback()
        assert change.result().json()["first_name"] == "Late"
        started[-1].wait(20)
        assert time.monotonic() - stopped < 10
        watch.execute("DELETE FROM app_user WHERE id = %s", (contact_id,))
