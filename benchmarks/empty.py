"""Applications that answer every request with the same bytes: what a server, and Django on it, cost by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

BODY = b"x" * 376
JSON = "application/json"


def wsgi(environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Nothing but WSGI."""
    start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(BODY)))])
    return [BODY]


async def asgi(
    scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Nothing but ASGI."""
    headers = [(b"content-type", JSON.encode()), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
