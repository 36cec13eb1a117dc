"""Sessions killed behind a real PgBouncer while eight clients write: 503s while it lasts, and no more."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from scalebed import paths
from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import part_account
from scalebed.provision.servers import find_pgbouncer
from tests.local.optimized.conftest import patient

Serving = Callable[..., httpx.Client]
FORMS = {
    "naive": ("", "naive"),
    "naive-pooled": ("pool=on,server=gthread,threads=8,workers=1", "naive"),
    "optimized": ("threads=8,pool_size=8,cache=off", "optimized"),
    "optimized-async": ("async=on,server=uvicorn,cache=off", "optimized"),
    "optimized-loop": ("hot=loop,server=uvicorn,threads=8,pool_size=8,cache=off", "optimized"),
    "fastapi": ("cache=off", "peers/fastapi"),
    "fastapi-libpq": ("cache=off,driver=libpq", "peers/fastapi"),
    "fastapi-sqlalchemy": ("cache=off,data=sqlalchemy", "peers/fastapi"),
}
WRITERS = 8
KILLS = 15
NAME = "Of-A-Killed-Session"
CONTACT = {
    "first_name": "Name",
    "last_name": NAME,
    "gender": "F",
    "phone_number": "+49 170 1234567",
    "birthday": "1984-02-29",
    "relationship": {"points": 1},
}
CONFIG = """\
[databases]
* = host=127.0.0.1 port={server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
max_prepared_statements = 500
server_login_retry = 1
ignore_startup_parameters = extra_float_digits
"""
# All that serve the database, but the one that asks.
KILL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'killer'"
)


@pytest.fixture
def pooled(contacts_database: str) -> Iterator[str]:
    """The URL of the contacts through a PgBouncer in transaction mode."""
    parts, port, account = urlsplit(contacts_database), free_port(), part_account()
    # Where an unprivileged user can go too: PgBouncer refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="scalebed-pgbouncer-", dir="/var/tmp"))
    config, users = folder / "pgbouncer.ini", folder / "users.txt"
    users.write_text(f'"{parts.username}" ""\n', encoding="utf-8")
    config.write_text(CONFIG.format(port=port, server=parts.port, users=users), encoding="utf-8")
    for path in (folder, config, users):
        if account is not None:
            account.own(path)
    process = subprocess.Popen(
        [find_pgbouncer(paths.cache(), lambda line: None).path, config],
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
    try:
        patient(lambda: psycopg.connect(url).close())
        yield url
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(folder)


@pytest.fixture
def killer(contacts_database: str) -> Iterator[psycopg.Connection]:
    """A connection past the pooler, which cleans up in the end."""
    with psycopg.connect(contacts_database, autocommit=True, application_name="killer") as connection:
        yield connection
        connection.execute(
            "WITH gone AS (DELETE FROM customer_relationship r USING app_user u"
            " WHERE r.appuser_id = u.id AND u.last_name = %s) DELETE FROM app_user WHERE last_name = %s",
            [NAME, NAME],
        )


@pytest.mark.parametrize("form", FORMS)
def test_sessions_killed_under_eight_writers(
    serving: Serving, pooled: str, killer: psycopg.Connection, form: str
) -> None:
    switches, variant = FORMS[form]
    service = serving(switches, variant, DATABASE_URL=pooled, LOG_LEVEL="CRITICAL")
    seen: Counter[tuple[int, tuple[str, ...]]] = Counter()
    stop = threading.Event()

    def write() -> None:
        with httpx.Client(base_url=service.base_url, headers=service.headers, timeout=30) as client:
            while not stop.is_set():
                answer = client.post("/api/contacts/", json=CONTACT)
                seen[answer.status_code, () if answer.is_success else tuple(answer.json())] += 1

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(KILLS):
        time.sleep(0.2)
        killer.execute(KILL)
    stop.set()
    for writer in writers:
        writer.join()

    assert seen.keys() <= {(201, ()), (503, ("detail",))}, seen
    assert seen[503, ("detail",)] > 0, "no session died in a request"
    # What is left of the dead ones is met once by each of the pool's connections at most, and then it is over.
    answers = [service.post("/api/contacts/", json=CONTACT).status_code for _ in range(30)]
    assert set(answers) <= {201, 503}
    assert answers[-15:] == [201] * 15
    assert service.get("/readyz").json()["status"] == "ok"
