"""Asks two ASGI applications over the service's own settings and addresses the same: what `hot` makes, and Django.

A process of its own, since Django has one set of settings in each. Requests come as JSON on the standard input, as
`method`, `path`, `query`, `headers`, the `chunks` of their body, whether they `leave` after these, and what else of a
scope they want; what each application answers, counts and logs goes to the standard output. There is no database:
contacts have their ids for an answer. Below `odd/` there are views for what the service's own do not do.
"""

import asyncio
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import django

# ruff: noqa: E402  before its settings are read, Django's parts cannot be imported
django.setup()

from contract.cursors import CursorSigner
from contract.errors import UnavailableError
from contract.paging import Pager, by_place
from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.urls import path
from optimized.contacts import composition
from optimized.contacts.api.loop.application import on_the_loop
from optimized.contacts.application.loop_reads import LoopReads, uncached
from optimized.contacts.application.queries import AsyncContactQueries, ContactQueries
from optimized.contacts.infrastructure.cursors import PlaceCodec
from optimized.contacts.infrastructure.outages import NoDatabaseError
from prometheus_client import REGISTRY
from telemetry.logs import JsonFormatter

WHEN = datetime(2021, 3, 4, 5, 6, 7)  # noqa: DTZ001  as the database gives it
FAULTS = {500: LookupError("a bug"), 503: NoDatabaseError("away"), 504: UnavailableError("too long")}


class Rows:
    """What the reads find: a contact under most ids, nothing under 404, and faults under their numbers."""

    def detail(self, contact_id: int) -> Any:
        if (fault := FAULTS.get(contact_id)) is not None:
            raise fault
        own = (contact_id, "Zoë", "Müller", "F", "CUST-00A1B2C3D4E5", "+491701234567", date(1984, 2, 29), WHEN, WHEN)
        return None if contact_id == 404 else (*own, *(None,) * 10)

    def page(self, plan: Any) -> Any:
        # A page size may be a fault too.
        return [self.detail(plan.listing.page_size if number == 1 else number) for number in range(1, 4)]

    def count(self, criteria: Any, *, ranked: bool) -> int:
        return 3


class AwaitedRows(Rows):
    """The same, awaited."""

    async def detail(self, contact_id: int) -> Any:
        # What a server does to a request whose client has left.
        if contact_id == 499:
            raise asyncio.CancelledError
        return super().detail(contact_id)

    async def page(self, plan: Any) -> Any:
        return Rows().page(plan)

    async def count(self, criteria: Any, *, ranked: bool) -> int:  # type: ignore[override]
        return 3


def services() -> Any:
    """The service's own, over these rows."""
    real: Any = composition.services()
    pager: Any = Pager(
        CursorSigner("contacts", settings.SECRET_KEY, PlaceCodec()), by_place, keyset=True, relevance=True
    )
    rows: Any = Rows()
    awaited: Any = AwaitedRows()
    queries = ContactQueries(rows, pager)
    return replace(
        real,
        queries=queries,
        page=lambda plan, query: queries.page(plan),
        on_loop=LoopReads(AsyncContactQueries(awaited, pager), real.contact, real.encode, uncached),
    )


def _cookies() -> HttpResponse:
    response = HttpResponse("with cookies", headers={"X-Odd": "é"})
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", secure=True)
    return response


ODD: dict[str, Callable[[HttpRequest], Any]] = {
    "nothing": lambda _: HttpResponse(status=204),
    "unmodified": lambda _: HttpResponseNotModified(),
    "empty": lambda _: HttpResponse(),
    "file": lambda _: FileResponse(BytesIO(b"a file's content"), filename="file.txt"),
    "streamed": lambda _: StreamingHttpResponse(iter([b"in ", b"", b"pieces"])),
    "large": lambda _: HttpResponse(b"x" * 200_000),
    "echo": lambda request: HttpResponse(request.body),
    "form": lambda request: HttpResponse(repr(sorted(request.POST.items()))),
    "cookies": lambda _: _cookies(),
    "thread": lambda _: HttpResponse(threading.current_thread() is threading.main_thread()),
}


def odd(request: HttpRequest, name: str) -> Any:
    """Answer in an odd way."""
    return ODD[name](request)


class Signals:
    """How often Django said that a request began and that it was over."""

    def __init__(self) -> None:
        self.heard = [0, 0]
        signals.request_started.connect(self.began)
        signals.request_finished.connect(self.ended)

    def began(self, **_: object) -> None:
        self.heard[0] += 1

    def ended(self, **_: object) -> None:
        self.heard[1] += 1


class Logged(logging.Handler):
    """What was logged, as the service's logs would show it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = json.loads(JsonFormatter().format(record))
        # Where it was raised differs, and that it was does not.
        last = str(line.get("exception", "")).rpartition("\n")[2]
        self.lines.append([line["logger"], line["level"], line["message"], line.get("request_id"), last])


def counted() -> dict[str, float]:
    """How often each kind of request was counted."""
    return {
        " ".join(sample.labels[name] for name in ("method", "route", "status")): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "http_requests_total"
    }


async def asked(application: Any, request: dict[str, Any], logged: Logged, told: Signals) -> dict[str, Any]:
    """One request."""
    messages: list[Any] = []
    chunks, leaves = request.pop("chunks", [""]), request.pop("leave", False)
    body = [{"type": "http.request", "body": chunk.encode(), "more_body": True} for chunk in chunks]
    if leaves:
        body.append({"type": "http.disconnect"})
    else:
        body[-1]["more_body"] = False

    async def receive() -> Any:
        if body:
            return body.pop(0)
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "server": ["127.0.0.1", 80],
        **request,
        "query_string": request.get("query", "").encode("latin-1"),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in request["headers"]],
    }
    before = counted()
    logged.lines, told.heard = [], [0, 0]
    with suppress(asyncio.CancelledError):
        await application(scope, receive, send)
    start, *parts = messages or [{"status": None, "headers": []}]
    return {
        "status": start["status"],
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in start["headers"]],
        "body": b"".join(part.get("body", b"") for part in parts).decode("latin-1"),
        "counted": [kind for kind, number in counted().items() if number > before.get(kind, 0)],
        "logged": logged.lines,
        "signals": told.heard,
    }


async def main() -> None:
    made = services()
    # Before the addresses ask for them.
    composition.services = lambda: made  # type: ignore[assignment]
    from optimized.config import urls  # noqa: PLC0415

    urls.urlpatterns.append(path("odd/<str:name>", odd))
    # Django's own handler says so of every file.
    warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
    logged, told = Logged(), Signals()
    root = logging.getLogger()
    root.handlers = [logged]
    hot, plain = on_the_loop(settings.SWITCHES, made.on_loop), ASGIHandler()
    answers = [
        {
            "hot": await asked(hot, dict(request), logged, told),
            "django": await asked(plain, dict(request), logged, told),
        }
        for request in json.load(sys.stdin)
    ]
    json.dump(answers, sys.stdout)


asyncio.run(main())
