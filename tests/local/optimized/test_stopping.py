"""Every server of every service answers, after SIGTERM, a request whose statement takes as long as statements may."""

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import psycopg
from optimized.config.switches import ASGI_SERVERS, TABLE

from scalebed.engines.local.isolation.processes import STOP_GRACE_S
from scalebed.engines.local.parts.postgres import STATEMENT_TIMEOUT_MS

Serving = Callable[..., httpx.Client]
FORMS = [
    ("naive", ""),
    ("naive", "server=gthread,threads=2"),
    *(("optimized", f"server={server},cache=off") for server in TABLE["server"][0]),
    *(("optimized", f"server={server},async=on,cache=off") for server in ASGI_SERVERS),
    *(("optimized", f"server={server},hot=loop,cache=off") for server in ASGI_SERVERS),
    *(("peers/fastapi", f"server={server},cache=off") for server in ("uvicorn", "granian")),
    ("peers/fastapi", "data=sqlalchemy,cache=off"),
    *(("peers/flask", f"server={server}") for server in ("gthread", "sync")),
    *(("peers/quart", f"server={server}") for server in ("uvicorn", "hypercorn")),
    *(("peers/litestar", f"server={server}") for server in ("granian", "uvicorn")),
    *((f"peers/{name}", "") for name in ("bolt", "express", "fastify", "fiber", "gin", "nestjs", "nethttp")),
    ("peers/express", "style=callback,workers=2"),
    ("peers/nestjs", "adapter=fastify"),
    ("peers/fiber", "prefork=on"),
]
# Less than the timeout by what it takes to send the write and the signal: afterwards it would be a 503.
HELD_S = STATEMENT_TIMEOUT_MS / 1000 - 0.5
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
CONTACT = {
    "first_name": "Early",
    "last_name": "Of-A-Stopping-Service",
    "gender": "F",
    "phone_number": "+49 170 1234567",
    "birthday": "1984-02-29",
}


def test_what_has_begun_is_answered_by_every_server(
    serving: Serving, started: list[subprocess.Popen[bytes]], contacts_database: str
) -> None:
    """All at once, since each is asleep for as long as a statement may take."""
    services = [
        serving(switches, service, STATEMENT_TIMEOUT_MS=str(STATEMENT_TIMEOUT_MS)) for service, switches in FORMS
    ]
    paths = []
    for service in services:
        answer = service.post("/api/contacts/", json=CONTACT)
        assert answer.status_code == 201, answer.text
        paths.append(f"/api/contacts/{answer.json()['id']}/")

    with ExitStack() as exits:
        watcher = exits.enter_context(psycopg.connect(contacts_database, autocommit=True))
        exits.callback(watcher.execute, "DELETE FROM app_user WHERE last_name = %s", [CONTACT["last_name"]])
        holder = exits.enter_context(psycopg.connect(contacts_database))
        pool = exits.enter_context(ThreadPoolExecutor(len(FORMS)))
        holder.execute("SELECT FROM app_user WHERE last_name = %s FOR UPDATE", [CONTACT["last_name"]])
        writes = [
            pool.submit(service.patch, path, json={"first_name": "Late"})
            for service, path in zip(services, paths, strict=True)
        ]
        deadline = time.monotonic() + 60
        while watcher.execute(WAITING).fetchone() != (len(FORMS),):
            assert time.monotonic() < deadline, "not every write waits for its lock"
            time.sleep(0.02)
        stopped = time.monotonic()
        for process in started:
            process.terminate()
        release = threading.Timer(HELD_S, holder.rollback)
        release.start()
        answers = {}
        for (service, switches), write in zip(FORMS, writes, strict=True):
            try:
                answers[f"{service} {switches}"] = write.result().status_code
            except httpx.TransportError as error:
                answers[f"{service} {switches}"] = repr(error)
        release.join()
        assert answers == dict.fromkeys(answers, 200)
        for process in started:
            process.wait(STOP_GRACE_S)
        # Whatever is left over of it, an engine waits this long, and no longer, before it kills.
        assert time.monotonic() - stopped < STOP_GRACE_S
