"""What a request costs without a database.

With `modelled`, as FastAPI's tutorial has it: endpoints give objects, and response models check and encode them.
Without, they give bytes.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from ..application.basics import ITEMS, N, items, prime_count, whole_parameter
from ..infrastructure.rows import encode
from . import schemas
from .query import parameters

JSON = "application/json"


def add_basics(app: FastAPI, *, modelled: bool, max_body: int) -> None:
    """Put the endpoints into the application."""
    answer: Callable[[Any], Any] = _same if modelled else _encoded

    @app.get("/api/basics/json/", response_model=schemas.Items, tags=["basics"])
    async def basics_json(request: Request) -> Any:
        """A number of items."""
        return answer({"items": items(whole_parameter(parameters(request.scope), *ITEMS))})

    @app.post("/api/basics/echo/", response_model=schemas.Echo, tags=["basics"], max_body_size=max_body)
    async def basics_echo(body: schemas.Echo) -> Any:
        """What was sent, checked."""
        return body if modelled else _encoded(body.model_dump())

    @app.get("/api/basics/cpu/", response_model=schemas.Primes, tags=["basics"])
    async def basics_cpu(request: Request) -> Any:
        """How many primes there are up to a number, found the slow way."""
        n = whole_parameter(parameters(request.scope), *N)
        # On a thread: on the loop, everybody else would wait.
        return answer({"n": n, "primes": await run_in_threadpool(prime_count, n)})


def _same(value: Any) -> Any:
    return value


def _encoded(value: Any) -> Response:
    return Response(encode(value), media_type=JSON)
