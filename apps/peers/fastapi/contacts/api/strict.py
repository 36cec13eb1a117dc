"""What a request must be before its endpoint is asked: the contract's order of refusals, and JSON as it wants it."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from contract.document import MESSAGES
from contract.query import none
from starlette.convertors import Convertor, register_url_convertor

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from .origin import query_of

BODIES = frozenset({"POST", "PUT", "PATCH"})
# The addresses of which GET reads a query.
OWN_QUERY = frozenset({"/api/contacts/", "/api/contacts/aggregate/", "/api/basics/json/", "/api/basics/cpu/"})
# What int() refuses to convert is no contact's id.
MOST_DIGITS = 4000
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdConvertor(Convertor[int]):
    """A contact's id in an address: ASCII digits, however many."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value) if len(value) <= MOST_DIGITS else 10**20

    def to_string(self, value: int) -> str:
        """The number in digits."""
        return str(value)


register_url_convertor("id", IdConvertor())


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")


class StrictRequest(Request):
    """A request whose body is strict JSON."""

    async def json(self) -> Any:
        """The body's JSON, which is UTF-8; raises a 400.

        By the standard library, since orjson refuses whole numbers past 64 bits, whose field a 400 should name.
        """
        try:
            return json.loads((await self.body()).decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise HTTPException(400, MESSAGES["no_json"]) from None


class StrictRoute(APIRoute):
    """A route that hands its endpoint a `StrictRequest`."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler behind the checks of the query and the media type."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            request.app.state.origins.of(request.scope)
            if request.method in BODIES or self.path not in OWN_QUERY:
                none(query_of(request.scope))
            if request.method not in BODIES:
                return await handle(request)
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type != "application/json":
                raise HTTPException(415, MESSAGES["media_type"])
            if "transfer-encoding" not in request.headers and request.headers.get("content-length", "0") == "0":
                raise HTTPException(400, MESSAGES["empty_body"])
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
