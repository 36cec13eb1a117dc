"""What every request passes before Litestar: its address and method, and the metrics.

Litestar's router takes an address with and without slashes at its end, tells a wrong method before it reads an id, and
answers OPTIONS by itself.
"""

from asyncio import CancelledError
from time import perf_counter

import msgspec
from contract.document import MESSAGES
from peers.core.python.addresses import methods_at
from telemetry.counting import CLIENT_LEFT, record

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send


class Gate:
    """The outermost application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started, method = perf_counter(), scope["method"]
        answered = False
        # Whatever answers GET answers HEAD; the server leaves out the body.
        asked: HTTPScope = {**scope, "method": "GET"} if method == "HEAD" else scope

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                route = str(asked.get("path_template", "unmatched"))
                record(method, route, message["status"], perf_counter() - started)
            await send(message)

        allowed = methods_at(scope["path"])
        try:
            if allowed is None:
                await _refuse(answer, 404, MESSAGES["not_found"])
            elif method not in allowed:
                detail = MESSAGES["method"].format(method=method)
                await _refuse(answer, 405, detail, (b"allow", ", ".join(sorted(allowed)).encode()))
            else:
                await self._app(asked, receive, answer)
        except CancelledError:
            if not answered:
                record(method, "unmatched", CLIENT_LEFT, perf_counter() - started)
            raise


async def _refuse(send: Send, status: int, detail: str, *headers: tuple[bytes, bytes]) -> None:
    body = msgspec.json.encode({"detail": detail})
    own = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body, "more_body": False})
