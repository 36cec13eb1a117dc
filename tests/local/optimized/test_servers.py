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


@pytest.mark.parametrize("server", [*TABLE["server"][0], "uvicorn,hot=loop,held=on"])
def test_two_workers_are_one_service(
    *,
    server: str,
    serving: Serving,
    started: list[subprocess.Popen[bytes]],
    contacts_database: str,
    valkey,
    tmp_path: Path,
) -> None:
    metrics = tmp_path / "metrics"
    service = serving(f"server={server},workers=2", CACHE_URL=valkey.url, METRICS_DIR=str(metrics))
    created = service.post("/api/contacts/", json=CONTACT)
    assert created.status_code == 201
    contact_id = created.json()["id"]

    # A connection each, so that either worker may take a request.
    with httpx.Client(
        base_url=service.base_url, headers=service.headers, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
    ) as anywhere:
        reads = write_and_read(service, anywhere, f"/api/contacts/{contact_id}/", metrics)
        assert counted(anywhere) == reads
    stop_during_a_write(service, started[-1], contacts_database, contact_id)


def write_and_read(service: httpx.Client, anywhere: httpx.Client, path: str, metrics: Path) -> int:
    """Read each of several writes many times at once; how many reads there were."""
    reads, number, deadline = 0, 0, time.monotonic() + 60
    with ThreadPoolExecutor(8) as pool:
        # With one worker answering, neither sum nor cache would prove anything.
        while number < 6 or len(list(metrics.glob("counter_*.db"))) < 2:
            assert time.monotonic() < deadline, "one of the two workers never answers"
            number += 1
            assert service.patch(path, json={"first_name": f"Name {number}"}).status_code == 200
            answers = list(pool.map(lambda _: anywhere.get(path), range(16)))
            assert {answer.json()["first_name"] for answer in answers} == {f"Name {number}"}
            reads += len(answers)
    return reads


def counted(anywhere: httpx.Client) -> float:
    """How many reads of one contact the service says that it has answered."""
    families = text_string_to_metric_families(anywhere.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name == "http_requests_total"]
    wanted = {"method": "GET", "route": ROUTE, "status": "200"}
    return sum(sample.value for sample in samples if wanted.items() <= sample.labels.items())


def stop_during_a_write(
    service: httpx.Client, process: subprocess.Popen[bytes], database: str, contact_id: int
) -> None:
    """Send SIGTERM while a write waits for a lock, which is given free a second later."""
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(database) as holder,
        psycopg.connect(database, autocommit=True) as watch,
    ):
        holder.execute("SELECT 1 FROM app_user WHERE id = %s FOR UPDATE", (contact_id,))
        change = pool.submit(service.patch, f"/api/contacts/{contact_id}/", json={"first_name": "Late"})
        deadline = time.monotonic() + 20
        while watch.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline, "the change does not wait for the lock"
            time.sleep(0.05)
        process.terminate()
        stopped = time.monotonic()
        time.sleep(1)
        holder.rollback()
        assert change.result().json()["first_name"] == "Late"
        process.wait(20)
        assert time.monotonic() - stopped < 10
        watch.execute("DELETE FROM app_user WHERE id = %s", (contact_id,))
