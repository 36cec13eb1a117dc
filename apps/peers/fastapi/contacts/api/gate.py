"""What every request passes, whatever is asked: metrics, TLS, the headers that browsers heed, and the last resort.

One ASGI application around FastAPI's, rather than a middleware for each: a layer costs every request. The metrics are
those of `telemetry`, under the same names and labels as in every variant.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING

from telemetry.metrics import DURATION, REQUESTS

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
# What nginx notes for a client that left before the answer.
CLIENT_LEFT = 499
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
TLS_HEADERS = [*HEADERS, (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload")]

logger = logging.getLogger("contacts.request")


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of this (lower-case) name, or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


class Gate:
    """The outermost application.

    `tls_host`: where a proxy in front ends TLS and tells the scheme, or nothing. Where there is one, plain HTTP is sent
    on to it, but for the probes' addresses; where there is none, nobody's word for the scheme counts.
    """

    def __init__(self, app: ASGIApp, *, tls_host: str) -> None:
        self._app = app
        self._tls_host = tls_host.encode()
        # Binding labels costs more than counting. There are few, because routes are patterns and not paths.
        self._bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        answered = False
        if self._tls_host and _said(scope) == b"https":
            scope["scheme"] = "https"
        secure = scope["scheme"] == "https"
        # Whatever answers GET answers HEAD; the server leaves out the body.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                # The time ends when the response is made: sending it is the server's, and what comes after it nobody's.
                self._record(scope["method"], asked, message["status"], perf_counter() - started)
                answered = True
                message["headers"] = [*message["headers"], *(TLS_HEADERS if secure else HEADERS)]
            await send(message)

        try:
            if secure or not self._tls_host or scope["path"] in PROBES:
                await self._app(asked, receive, answer)
            else:
                await _send_on(scope, self._tls_host, answer)
        except CancelledError:
            if not answered:
                self._record(scope["method"], asked, CLIENT_LEFT, perf_counter() - started)
            raise
        except Exception:
            # FastAPI has answered with a 500 and hands the error on.
            request_id = header(scope, b"x-request-id").decode("latin-1") or None
            message = f"Internal Server Error: {scope['path']}"
            logger.exception(message, extra={"request_id": request_id})

    def _record(self, method: str, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        key = (method, "unmatched" if route is None else route.path, status)
        count, duration = self._bound.get(key) or self._bind(key)
        count.inc()
        duration.observe(seconds)

    def _bind(self, key: tuple[str, str, int]) -> tuple[Counter, Histogram]:
        method, route, status = key
        # A method that HTTP does not know is not taken for a label, nor remembered.
        labels = (method if method in METHODS else "other", route, str(status))
        pair = REQUESTS.labels(*labels), DURATION.labels(*labels)
        if method in METHODS:
            self._bound[key] = pair
        return pair


def _said(scope: Scope) -> bytes:
    """The scheme that the nearest client came by, as the proxy in front tells it."""
    return header(scope, b"x-forwarded-proto").partition(b",")[0].strip()


async def _send_on(scope: Scope, host: bytes, send: Send) -> None:
    query = scope["query_string"]
    target = scope.get("raw_path", scope["path"].encode()) + (b"?" + query if query else b"")
    headers = [(b"location", b"https://" + host + target), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 301, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
