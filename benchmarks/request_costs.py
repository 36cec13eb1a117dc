"""Print where a read's CPU goes in the optimized service: each part alone, and whole requests, in microseconds.

    python benchmarks/request_costs.py

There is no server (`saturation.py` has these), and a real Postgres behind PgBouncer and a real Valkey. A part's figure
is the median of rounds, a whole request's that of processes which take turns; on the loop eight run at a time, of the
same read. What a part costs alone is less than it costs among others, whose code and data push its own out of the
processor's caches.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

ROUNDS = 15
TURNS = 3
AT_ONCE = 8
WAYS = {
    "Django's handler (WSGI)": "",
    "Django's handler (WSGI), no cache": "cache=off",
    "hot=loop": "hot=loop,server=uvicorn,held=on",
    "hot=loop, nothing held": "hot=loop,server=uvicorn",
    "hot=loop, no cache": "hot=loop,server=uvicorn,cache=off",
    "hot=front": "hot=front,server=uvicorn,held=on",
    "hot=front, no cache": "hot=front,server=uvicorn,cache=off",
}
CONTACTS = 100_000
READS = {"detail": "/api/contacts/77/", "list": "/api/contacts/"}


def cost_us(run: Callable[[], object], times: int) -> float:
    """CPU of one run, of so many."""
    began = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - began) / times * 1e6


def medians(parts: Mapping[str, Callable[[], object]], times: int = 300) -> Mapping[str, float]:
    """The median cost of each part, in rounds that take turns."""
    found: dict[str, list[float]] = {name: [] for name in parts}
    for run in parts.values():
        cost_us(run, times)
    for _ in range(ROUNDS):
        for name, run in parts.items():
            found[name].append(cost_us(run, times))
    return {name: statistics.median(costs) for name, costs in found.items()}


def scope(path: str) -> dict[str, Any]:
    """A request as an ASGI server hands it on, with what nginx adds."""
    headers = {"host": "127.0.0.1:8000", "user-agent": "k6", "x-request-id": "0" * 32, "x-forwarded-for": "127.0.0.1"}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 40000),
    }


def environ(path: str) -> dict[str, Any]:
    """The same as a WSGI server hands it on."""
    given = scope(path)
    names = {f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in given["headers"]}
    return names | {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }


def whole_wsgi(path: str) -> float:
    """A request through Django's WSGI handler."""
    from optimized.config.wsgi import application  # noqa: PLC0415  only where Django is set up for it

    def once() -> None:
        response = application(environ(path), lambda *_: lambda _: None)
        b"".join(response)
        response.close()

    return medians({"whole": once}, 100)["whole"]


async def whole_asgi(path: str) -> float:
    """A request through the service's ASGI application, eight at a time."""
    from optimized.config.asgi import application  # noqa: PLC0415  only where Django is set up for it

    async def receive() -> Mapping[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, object]) -> None:
        """Nobody listens."""

    async def some(times: int) -> None:
        for _ in range(times):
            await application(scope(path), receive, send)

    return await among(lambda: some(40), AT_ONCE) / 40


async def among(run: Callable[[], Awaitable[object]], at_once: int) -> float:
    """The median cost of one of so many runs at once, in microseconds of CPU."""
    costs = []
    for _ in range(ROUNDS + 2):
        began = time.process_time()
        await asyncio.gather(*[run() for _ in range(at_once)])
        costs.append((time.process_time() - began) / at_once * 1e6)
    return statistics.median(costs[2:])


def parts_of_django() -> Mapping[str, float]:
    """What Django does for a contact, part by part."""
    import django  # noqa: PLC0415  set up here

    django.setup()
    from django.core import signals  # noqa: PLC0415
    from django.core.handlers.asgi import ASGIRequest  # noqa: PLC0415
    from django.core.handlers.wsgi import WSGIRequest  # noqa: PLC0415
    from django.http import HttpResponse  # noqa: PLC0415
    from django.middleware.clickjacking import XFrameOptionsMiddleware  # noqa: PLC0415
    from django.middleware.security import SecurityMiddleware  # noqa: PLC0415
    from django.urls import get_resolver  # noqa: PLC0415
    from optimized.contacts.composition import services  # noqa: PLC0415
    from telemetry.counting import record  # noqa: PLC0415

    made, resolver, body = services(), get_resolver(), BytesIO()
    path, given, kept = READS["detail"], scope(READS["detail"]), environ(READS["detail"])
    request = ASGIRequest(given, body)
    row = made.queries.detail(77)
    page = made.queries.page(made.queries.plan({}))
    security, frames = SecurityMiddleware(HttpResponse), XFrameOptionsMiddleware(HttpResponse)

    def middleware() -> None:
        response = HttpResponse(b"")
        security.process_request(request)
        security.process_response(request, response)
        frames.process_response(request, response)

    def both_signals() -> None:
        signals.request_started.send(sender=None, environ=kept)
        signals.request_finished.send(sender=None)

    return medians(
        {
            "Django: request object (WSGI)": lambda: WSGIRequest(dict(kept)),
            "Django: request object (ASGI)": lambda: ASGIRequest(given, body),
            "Django: URL resolver": lambda: resolver.resolve(path),
            "Django: host of the request": request.get_host,
            "Django: response object": lambda: HttpResponse(b"", content_type="application/json"),
            "Django: two middlewares, with a response object": middleware,
            "Django: its two signals of a request": both_signals,
            "metrics of a request": lambda: record("GET", "api/contacts/<int:contact_id>/", 200, 0.001),
            "JSON of a contact, from its row": lambda: made.encode(made.contact(row)),
            "JSON of 50 contacts, from their rows": lambda: made.encode(list(map(made.contact, page.contacts))),
            "a list's parameters and plan": lambda: made.queries.plan({}),
        }
    )


async def parts_of_the_way() -> Mapping[str, float]:
    """Ways to Postgres and to the cache, one question at a time."""
    import asyncpg  # noqa: PLC0415
    import psycopg  # noqa: PLC0415
    from onloop.session import Session  # noqa: PLC0415
    from onloop.wire import RedisWire  # noqa: PLC0415
    from optimized.contacts.composition import services  # noqa: PLC0415
    from optimized.contacts.infrastructure.loop_database import numbered  # noqa: PLC0415
    from optimized.contacts.infrastructure.sql.listing import Compiler  # noqa: PLC0415
    from optimized.contacts.infrastructure.stores import RedisStore  # noqa: PLC0415

    url, compiler = os.environ["DATABASE_URL"], Compiler(strength="fulltext", eager=True)
    plan = services().queries.plan({})
    detail, listing = (
        compiler.detail(77),
        compiler.page(plan.listing.criteria, plan.window, ranked=False, keyset=True)[0],
    )
    session = Session(await psycopg.AsyncConnection.connect(url, autocommit=True), 10)
    looped = await psycopg.AsyncConnection.connect(url, autocommit=True)
    threaded = psycopg.connect(url, autocommit=True)
    other = await asyncpg.connect(url)
    store, wire = RedisStore(os.environ["CACHE_URL"], 250), RedisWire(os.environ["CACHE_URL"], 250)
    await wire.set(b"of-a-benchmark", b"x" * 400, 600_000)

    async def by_cursor(statement: Any) -> None:
        cursor = psycopg.AsyncCursor(looped)
        await cursor.execute(statement.sql, statement.params, prepare=True, binary=True)
        await cursor.fetchall()

    async def blocking(statement: Any) -> None:
        cursor = psycopg.Cursor(threaded)
        cursor.execute(statement.sql, statement.params, prepare=True, binary=True)
        cursor.fetchall()

    async def asked_of_store() -> None:
        store.get_many((b"version", b"of-a-benchmark"))

    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "cache: one MGET, a thread that waits": asked_of_store,
        "cache: one GET on the loop": lambda: wire.get(b"of-a-benchmark"),
    }
    for name, statement in {"a contact": detail, "50 contacts": listing}.items():
        sql = numbered(statement.sql)
        prepared = await other.prepare(sql.decode())
        ways |= {
            f"{name}: psycopg, a thread that waits": lambda s=statement: blocking(s),
            f"{name}: psycopg's cursor on the loop": lambda s=statement: by_cursor(s),
            f"{name}: asyncpg's prepared statement": lambda p=prepared, s=statement: p.fetch(*s.params),
            f"{name}: libpq on the loop, psycopg's loaders": lambda q=sql, s=statement: session.rows(
                q, s.params, prepare=True
            ),
        }

    async def many(run: Callable[[], Awaitable[object]]) -> None:
        for _ in range(60):
            await run()

    costs = {name: await among(lambda run=run: many(run), 1) / 60 for name, run in ways.items()}
    threaded.close()
    await looped.close()
    await other.close()
    session.end()
    return costs


def inside(what: str) -> Mapping[str, float]:
    """What one process measures, whose switches are set."""
    import uvloop  # noqa: PLC0415

    if what == "parts":
        return {**parts_of_django(), **uvloop.run(parts_of_the_way())}
    if what == "wsgi":
        return {kind: whole_wsgi(path) for kind, path in READS.items()}

    async def both() -> Mapping[str, float]:
        return {kind: await whole_asgi(path) for kind, path in READS.items()}

    return uvloop.run(both())


def measured(what: str, switches: str, variables: Mapping[str, str]) -> Mapping[str, float]:
    """What a process with these switches measures."""
    given = {**os.environ, **variables, "SWITCHES": switches, "DJANGO_SETTINGS_MODULE": "optimized.config.settings"}
    output = subprocess.run(
        [sys.executable, __file__, "--inside", what], env=given, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return dict(json.loads(output))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Markdown."""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def measure(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Both tables, by name."""
    parts = measured("parts", "", variables)
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name in WAYS}
    for _ in range(TURNS):
        for name, switches in WAYS.items():
            found[name].append(measured("asgi" if "hot=" in switches else "wsgi", switches, variables))
    wholes = {
        name: {kind: statistics.median(turn[kind] for turn in turns) for kind in READS} for name, turns in found.items()
    }
    return {
        "parts": table(["Part", "CPU, µs"], [[name, f"{cost:.1f}"] for name, cost in parts.items()]),
        "wholes": table(
            ["A whole request, without a server", *(f"{kind}, CPU in µs" for kind in READS)],
            [[name, *(f"{cost[kind]:.0f}" for kind in READS)] for name, cost in wholes.items()],
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="a folder for the tables")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.inside)))
        return
    from bed import bed, environment_of, say  # noqa: PLC0415  which what is measured does without

    from scalebed.engines.local.rig import Wanted  # noqa: PLC0415
    from scalebed.engines.services import read_service  # noqa: PLC0415

    with bed(Path(__file__).stem) as rig:
        service = read_service(rig.root, "optimized")
        database = rig.databases.clone(rig.databases.template(CONTACTS, 7, service, say), service, {}, say)
        running = rig.running([Wanted("optimized", service, {}, database)], warm=[database])
        with running as started:
            given = environment_of(started.replicas["optimized"][0].child.process.pid)
            variables = {name: given[name] for name in ("DATABASE_URL", "CACHE_URL", "SECRET_KEY", "PYTHONPATH")}
            tables = measure(variables)
    print(*tables.values(), sep="\n\n")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, text in tables.items():
            (options.out / f"{name}.md").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
