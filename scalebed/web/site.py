"""What is answered under which path. Nothing that a client writes becomes the name of a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from scalebed.messages import UserError
from scalebed.records import live
from scalebed.records.run_directory import RunDirectory
from scalebed.web import trials
from scalebed.web.guard import REPORT_POLICY, Guard
from scalebed.web.stream import messages

PAGE = Path(__file__).parent / "page"
LINKED = ("report.md", "cells.csv", "comparison.csv", "faults.csv", "trials.csv", "junit.xml")
"""Files that a report leads to."""
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def site(directory: RunDirectory, closing: threading.Event) -> Starlette:
    """Of one run; once `closing` is set, whoever listens is sent home.

    Endpoints that read much are plain functions, which Starlette runs beside the event loop.
    """

    def report(request: Request) -> Response:
        path = directory.path / "report.html"
        if not path.is_file():
            return _absent("There is no report yet; it is written when a repetition is over.")
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY})

    def beside_report(request: Request) -> Response:
        path = directory.path / request.url.path.removeprefix("/")
        return FileResponse(path, media_type="text/plain") if path.is_file() else _absent("There is none yet.")

    one_at_a_time = threading.Lock()

    def trial(request: Request) -> Response:
        place = request.path_params
        try:
            with one_at_a_time:  # hours of seconds take seconds of a core
                found = trials.lines(directory, place["block"], place["cell"], place["index"])
        except UserError as error:
            return _absent(str(error))
        if found is None:
            return _absent("There is no such trial in this run.")
        return Response("\n".join(map(live.text, found)), media_type="application/x-ndjson")

    async def events(request: Request) -> Response:
        return StreamingResponse(messages(directory, closing), media_type="text/event-stream")

    files = [Route("/" if path.name == "index.html" else f"/{path.name}", _file(path)) for path in PAGE.iterdir()]
    return Starlette(
        routes=[
            *files,
            Route("/events", events),
            Route("/report", report),
            *(Route(f"/{name}", beside_report) for name in LINKED),
            Route("/trials/{block:int}/{cell}/{index:int}", trial),
        ],
        middleware=[Middleware(Guard)],
    )


def _file(path: Path) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return FileResponse(path, media_type=_TYPES[path.suffix])

    return answer


def _absent(why: str) -> Response:
    return PlainTextResponse(f"{why}\n", 404)
