"""What a request costs without a database.

Without an encoder, as FastAPI's tutorial has it: endpoints give objects, and response models check and encode them.
With one, they give bytes.
"""

from typing import Any

from contract.parameters import basics_count
from peers.core.python.basics import items, prime_count
from starlette.concurrency import run_in_threadpool

from fastapi import FastAPI, Request, Response

from . import schemas
from .encoders import Encoder
from .origin import query_of

JSON = "application/json"


def add_basics(app: FastAPI, *, encoder: Encoder | None, max_body: int) -> None:
    """Put the endpoints into the application."""

    def answer(name: str, value: dict[str, Any]) -> Any:
        return value if encoder is None else Response(encoder(name, value), media_type=JSON)

    @app.get("/api/basics/json/", response_model=schemas.Items, tags=["basics"])
    async def basics_json(request: Request) -> Any:
        """A number of items."""
        return answer("Items", {"items": items(basics_count(query_of(request.scope), "items"))})

    @app.post("/api/basics/echo/", response_model=schemas.Echo, tags=["basics"], max_body_size=max_body)
    async def basics_echo(body: schemas.Echo) -> Any:
        """What was sent, checked."""
        return body if encoder is None else answer("Echo", body.model_dump())

    @app.get("/api/basics/cpu/", response_model=schemas.Primes, tags=["basics"])
    async def basics_cpu(request: Request) -> Any:
        """How many primes there are up to a number, found the slow way."""
        n = basics_count(query_of(request.scope), "n")
        # On a thread: on the loop, everybody else would wait.
        return answer("Primes", {"n": n, "primes": await run_in_threadpool(prime_count, n)})
