"""Who gets an answer: a browser on this machine, for the page itself. Nobody else, whatever name leads here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scalebed.report.output.templates import script

NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
_CLOSED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{_POLICY}; {_CLOSED}",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SORTING = f"'sha256-{b64encode(sha256(script().encode()).digest()).decode()}'"
REPORT_POLICY = f"default-src 'none'; script-src {_SORTING}; style-src 'unsafe-inline'; img-src data:; {_CLOSED}"
"""Of the report, which has its style, its drawings and its one script in it; no other script in it runs."""


class Guard:
    """ASGI middleware. Any port is taken, since a tunnel may end at another one than it began."""

    def __init__(self, app: ASGIApp, names: Collection[str] = NAMES) -> None:
        """`names`: under which it answers."""
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if why := refused(scope["method"], Headers(scope=scope), self._names):
            await PlainTextResponse(f"{why}\n", 403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def refused(method: str, headers: Headers, names: Collection[str] = NAMES) -> str:
    """Why a request gets nothing; empty where it may have what it asks for."""
    if method not in ("GET", "HEAD"):
        return "This page is only read."
    hosts = headers.getlist("host")
    if len(hosts) != 1 or _hostname(hosts[0]) not in names:
        return "This page answers to localhost alone; open it under that name."
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != hosts[0]:
        return "This page is not for pages of another origin."
    visits = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not visits:
        return "This page is not for pages of another origin."
    return ""


def _hostname(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where there is none to be read
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname
