"""The `sqlalchemy` arm's endpoints: a session for each request, models in and out, as FastAPI's tutorial has it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any

from contract import bodies
from contract.parameters import group_by as group_of
from contract.query import parameters
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from fastapi import Depends, FastAPI, Request, Response

from ..infrastructure.orm import writer
from ..infrastructure.orm.reader import OrmReader
from . import schemas
from .caching import Cache, NoCache, done
from .origin import Origins, query_of

Sessions = async_sessionmaker[AsyncSession]
Answer = Callable[..., Awaitable[Any]]


def _answers(cache: Cache) -> Answer:
    """How a read is answered: from the cache as the model's bytes, without one as an object that FastAPI encodes."""

    async def answer(
        key: str, model: type[BaseModel], compute: Callable[[], Awaitable[Any]], *, guard: bool = True
    ) -> Any:
        if isinstance(cache, NoCache):
            return await compute()

        async def encoded() -> bytes:
            return model.model_validate(await compute()).model_dump_json().encode()

        return Response(await cache.get(key.encode(), encoded, guard=guard), media_type="application/json")

    return answer


def add_contacts(
    app: FastAPI, sessions: Sessions, reader: OrmReader, cache: Cache, origins: Origins, *, max_body: int
) -> None:
    """Put the endpoints of contacts into the application."""

    async def opened() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    _add_reads(app, opened, reader, _answers(cache), origins)
    _add_writes(app, opened, reader, cache, max_body)


def _add_reads(app: FastAPI, opened: Any, reader: OrmReader, answer: Answer, origins: Origins) -> None:
    Session = Annotated[AsyncSession, Depends(opened)]  # noqa: N806  a type

    @app.get("/api/contacts/", response_model=schemas.ContactPage, tags=["contacts"])
    async def contact_list(request: Request, session: Session) -> Any:
        """A page of contacts; follow `next`."""
        base, query = f"{origins.of(request.scope)}{request.url.path}", query_of(request.scope)
        asked = parameters(query)

        async def compute() -> Mapping[str, Any]:
            page = await reader.page(session, asked)
            return page.envelope(base, query, page.contacts)

        return await answer(f"{base}?{query}", schemas.ContactPage, compute)

    @app.get("/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"])
    async def contact_read(contact_id: int, session: Session) -> Any:
        """One contact."""
        return await answer(str(contact_id), schemas.Contact, lambda: reader.detail(session, contact_id), guard=False)

    @app.get("/api/contacts/stats/", response_model=schemas.Stats, tags=["summaries"])
    async def contact_stats(session: Session) -> Any:
        """How many contacts there are, and the sum of their points."""
        return await answer("stats", schemas.Stats, lambda: reader.stats(session))

    @app.get(
        "/api/contacts/aggregate/",
        response_model=schemas.Aggregate,
        tags=["summaries"],
    )
    async def contact_aggregate(request: Request, session: Session) -> Any:
        """The largest groups by country, city or gender."""
        group_by = group_of(query_of(request.scope))
        return await answer(f"aggregate:{group_by}", schemas.Aggregate, lambda: reader.aggregate(session, group_by))


def _add_writes(app: FastAPI, opened: Any, reader: OrmReader, cache: Cache, max_body: int) -> None:
    Session = Annotated[AsyncSession, Depends(opened)]  # noqa: N806  a type

    # What was cached before a write is forgotten after its commit and before anybody hears that it was done.
    @app.post(
        "/api/contacts/", status_code=201, response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_create(body: bodies.ContactIn, session: Session) -> Any:
        """Add a contact."""
        return await done(writer.create(session, body.values()), cache)

    @app.put(
        "/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_replace(contact_id: int, body: bodies.ContactIn, session: Session) -> Any:
        """Give a contact new values."""
        return await done(writer.replace(session, contact_id, body.values()), cache)

    @app.patch(
        "/api/contacts/{contact_id:id}/", response_model=schemas.Contact, tags=["contacts"], max_body_size=max_body
    )
    async def contact_change(contact_id: int, body: bodies.ContactPatch, session: Session) -> Any:
        """Change some values of a contact."""
        return await done(writer.change(session, contact_id, body.values()), cache)

    @app.delete("/api/contacts/{contact_id:id}/", status_code=204, tags=["contacts"])
    async def contact_remove(contact_id: int, session: Session) -> None:
        """Remove a contact with its relationship and its address."""
        await done(writer.remove(session, contact_id), cache)

    @app.post(
        "/api/contacts/bulk/",
        status_code=201,
        response_model=schemas.BulkOut,
        tags=["contacts"],
        max_body_size=max_body,
    )
    async def contact_create_bulk(body: bodies.BulkIn, session: Session) -> Any:
        """Add up to 2000 contacts, all or none."""
        ids = await done(writer.create_bulk(session, [item.values() for item in body.contacts]), cache)
        return {"created": len(ids), "ids": ids}

    @app.post("/api/contacts/transfer/", response_model=schemas.TransferOut, tags=["contacts"], max_body_size=max_body)
    async def points_transfer(body: bodies.TransferIn, session: Session) -> Any:
        """Move points from one contact to another."""
        sent, received = await done(writer.transfer(session, body.sender, body.receiver, body.points), cache)
        return {"from": {"id": body.sender, "points": sent}, "to": {"id": body.receiver, "points": received}}
