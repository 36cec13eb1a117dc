"""ASGI's messages, and how a response of Django becomes two of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from django.core.handlers.asgi import ASGIRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

Scope = Mapping[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
READS = frozenset({"GET", "HEAD"})
# A length would be forbidden with the first, and with the second that of the body which the client has.
BODILESS = frozenset({204, 304})


class LoopRequest(ASGIRequest):
    """A request that is answered on the loop: `found` is what its address was resolved to."""

    found: ResolverMatch


class Enveloped(Protocol):
    """A response with headers that are added as it is sent."""

    envelope: Headers


def content(response: HttpResponseBase) -> bytes:
    """The whole body of a response, also of one that would be streamed."""
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]


def headers(response: HttpResponseBase) -> Headers:
    """Its headers and cookies, without a length: the body's own is told as it is sent."""
    lines = [
        (name.encode("ascii"), value.encode("latin-1"))
        for name, value in response.items()
        if name.lower() != "content-length"
    ]
    cookies = [
        (b"Set-Cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values()
    ]
    return [*lines, *cookies, *getattr(response, "envelope", ())]


async def answer(send: Send, response: HttpResponseBase) -> None:
    """Send a response whose body is at hand."""
    await send_whole(send, response.status_code, headers(response), content(response))


async def send_whole(send: Send, status: int, lines: Headers, body: bytes) -> None:
    """Send a status, headers without a length, and a body, whose length is told where it may be."""
    sized = lines if status in BODILESS else [*lines, (b"Content-Length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": body})
