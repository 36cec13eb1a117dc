"""JSON as the contract wants it: of its own media type, without NaN, and no deeper than Python's stack."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

BODIES = frozenset({"POST", "PUT", "PATCH"})
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")


class StrictRequest(Request):
    """A request whose body is strict JSON."""

    async def json(self) -> Any:
        """The body's JSON; raises a 400.

        By the standard library, since orjson refuses whole numbers past 64 bits, whose field a 400 should name.
        """
        try:
            return json.loads(await self.body(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise HTTPException(400, "The body is not valid JSON.") from None


class StrictRoute(APIRoute):
    """A route that hands its endpoint a `StrictRequest`."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler behind the check of the media type."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if request.method not in BODIES:
                return await handle(request)
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            # No media type at all is let pass: an empty body has none.
            if media_type not in {"application/json", ""}:
                raise HTTPException(415, "Send the body as application/json.")
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
