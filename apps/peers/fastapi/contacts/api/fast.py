"""The `asyncpg` arm's endpoints: bytes from rows, without response models or by those that `models` names.

The two hot reads, a contact and the list, are bare ASGI routes: FastAPI's handling of a request (exit stacks,
dependencies, a response object) would cost more than the query. FastAPI documents them, and handles everything else.
"""

from typing import Any

from contract import bodies
from contract.parameters import group_by as group_of
from contract.query import none, parameters
from peers.core.python.rows import Row, contact
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from fastapi import FastAPI, Request, Response

from ..infrastructure.reader import Reader
from ..infrastructure.writer import Writer
from . import schemas
from .caching import Cache, done
from .encoders import Encoder
from .origin import Origins, query_of

JSON = "application/json"


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type=JSON)


async def _send(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class HotRoute(Route):
    """A route to a bare ASGI application that says which it is, as FastAPI's own do: the metrics ask."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return match, found if match is Match.NONE else {**found, "route": self}


class HotContact:
    """One contact, as an ASGI application."""

    def __init__(self, reader: Reader, cache: Cache, origins: Origins, encoder: Encoder) -> None:
        self._reader = reader
        self._cache = cache
        self._origins = origins
        self._encoder = encoder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        contact_id: int = scope["path_params"]["contact_id"]
        self._origins.of(scope)
        none(query_of(scope))

        async def compute() -> bytes:
            return self._encoder("Contact", contact(await self._reader.detail(contact_id)))

        # Read by its key, a contact costs less than the lock that would guard it.
        await _send(send, await self._cache.get(b"%d" % contact_id, compute, guard=False))


class HotListing:
    """The list, as an ASGI application."""

    def __init__(self, reader: Reader, cache: Cache, origins: Origins, encoder: Encoder) -> None:
        self._reader = reader
        self._cache = cache
        self._origins = origins
        self._encoder = encoder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        base = f"{self._origins.of(scope)}{scope['path']}"
        query = query_of(scope)
        asked = parameters(query)

        async def compute() -> bytes:
            page = await self._reader.page(asked)
            return self._encoder("ContactPage", page.envelope(base, query, list(map(contact, page.contacts))))

        await _send(send, await self._cache.get(f"{base}?{query}".encode(), compute))


def add_contacts(
    app: FastAPI, reader: Reader, writer: Writer, cache: Cache, origins: Origins, *, encoder: Encoder, max_body: int
) -> None:
    """Put the endpoints of contacts into the application."""
    # Before FastAPI's routes of the same addresses, which are asked for other methods only.
    hot_contact = HotContact(reader, cache, origins, encoder)
    hot_listing = HotListing(reader, cache, origins, encoder)
    app.router.routes.append(HotRoute("/api/contacts/{contact_id:id}/", hot_contact, methods=["GET"]))
    app.router.routes.append(HotRoute("/api/contacts/", hot_listing, methods=["GET"]))
    _add_reads(app, reader, cache, encoder)
    _add_writes(app, writer, cache, encoder, max_body)


def _add_reads(app: FastAPI, reader: Reader, cache: Cache, encoder: Encoder) -> None:
    # Of these two only the description is FastAPI's.
    @app.get("/api/contacts/", response_model=schemas.ContactPage, tags=["contacts"])
    async def contact_list() -> Any:
        """A page of contacts; follow `next`."""
        raise NotImplementedError

    @app.get("/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"])
    async def contact_read(contact_id: int) -> Any:
        """One contact."""
        raise NotImplementedError

    @app.get("/api/contacts/stats/", response_model=schemas.Stats, tags=["summaries"])
    async def contact_stats() -> Any:
        """How many contacts there are, and the sum of their points."""

        async def compute() -> bytes:
            return encoder("Stats", await reader.stats())

        return _json(await cache.get(b"stats", compute))

    @app.get(
        "/api/contacts/aggregate/",
        response_model=schemas.Aggregate,
        tags=["summaries"],
    )
    async def contact_aggregate(request: Request) -> Any:
        """The largest groups by country, city or gender."""
        group_by = group_of(query_of(request.scope))

        async def compute() -> bytes:
            return encoder("Aggregate", await reader.aggregate(group_by))

        return _json(await cache.get(f"aggregate:{group_by}".encode(), compute))


def _add_writes(app: FastAPI, writer: Writer, cache: Cache, encoder: Encoder, max_body: int) -> None:
    def whole(row: Row, status: int = 200) -> Response:
        return _json(encoder("Contact", contact(row)), status)

    @app.post(
        "/api/contacts/", status_code=201, response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_create(body: bodies.ContactIn) -> Any:
        """Add a contact."""
        return whole(await done(writer.create(body.values()), cache), 201)

    @app.put(
        "/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_replace(contact_id: int, body: bodies.ContactIn) -> Any:
        """Give a contact new values."""
        return whole(await done(writer.replace(contact_id, body.values()), cache))

    @app.patch(
        "/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_change(contact_id: int, body: bodies.ContactPatch) -> Any:
        """Change some values of a contact."""
        return whole(await done(writer.change(contact_id, body.values()), cache))

    @app.delete("/api/contacts/{contact_id:id}/", status_code=204, tags=["contacts"])
    async def contact_remove(contact_id: int) -> Response:
        """Remove a contact with its relationship and its address."""
        await done(writer.remove(contact_id), cache)
        return Response(status_code=204)

    @app.post(
        "/api/contacts/bulk/",
        status_code=201,
        response_model=schemas.BulkOut,
        tags=["contacts"],
        max_body_size=max_body,
    )
    async def contact_create_bulk(body: bodies.BulkIn) -> Any:
        """Add up to 2000 contacts, all or none."""
        ids = await done(writer.create_bulk([item.values() for item in body.contacts]), cache)
        return _json(encoder("BulkOut", {"created": len(ids), "ids": ids}), 201)

    @app.post("/api/contacts/transfer/", response_model=schemas.TransferOut, tags=["contacts"], max_body_size=max_body)
    async def points_transfer(body: bodies.TransferIn) -> Any:
        """Move points from one contact to another."""
        sent, received = await done(writer.transfer(body.sender, body.receiver, body.points), cache)
        sides = {"from": {"id": body.sender, "points": sent}, "to": {"id": body.receiver, "points": received}}
        return _json(encoder("TransferOut", sides))
