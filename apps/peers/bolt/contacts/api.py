"""The endpoints: async handlers, msgspec's structs out."""

from typing import Any

from asgiref.sync import sync_to_async
from contract import bodies as contract_bodies
from contract import parameters
from contract.errors import RefusedError
from contract.paging import link
from contract.query import parameters as query_parameters
from django_bolt import BoltAPI, Request, Response
from django_bolt.openapi import OpenAPIConfig
from django_bolt.responses import JSON

from . import reader, structs, writer
from .answering import refusal
from .asked import json_of, nothing, origin, query_of
from .basics import add_basics
from .beside import add_beside
from .bodies import body, checked
from .elsewhere import CONTACT, Routes
from .structs import contact_of
from .tokens import add_tokens

# Answers go as they are: nginx in front, or nobody, would compress them.
api = BoltAPI(
    trailing_slash="keep",
    enable_logging=False,
    compression=False,
    openapi_config=OpenAPIConfig(title="Contacts", version="1.0.0", enabled=False),
    error_formatter=refusal,
)
routes = Routes(api)
CONTACTS = "/api/contacts/"


@routes.add("GET", CONTACTS)
async def contact_list(request: Request) -> Any:
    """A page of contacts; follow `next`."""
    base, query = origin(request) + CONTACTS, query_of(request)
    listing = parameters.parse(query_parameters(query), cursors=False)
    count, contacts = await reader.page(listing)
    number = listing.page or 1
    following = f"page={number + 1}" if number * listing.page_size < count else None
    before = f"page={number - 1}" if number > 1 else None
    shown = list(map(contact_of, contacts))
    return structs.ContactPage(count, link(base, query, following), link(base, query, before), shown)


@routes.add("GET", "/api/contacts/stats/")
async def contact_stats(request: Request) -> Any:
    """How many contacts there are, and the sum of their points."""
    nothing(request)
    contacts, points = await reader.stats()
    with_relationship = points.pop("with_relationship")
    return structs.Stats(**contacts, with_relationship=with_relationship, points=structs.PointsStats(**points))


@routes.add("GET", CONTACT)
async def contact_read(request: Request) -> Any:
    """One contact."""
    if (contact_id := routes.contact_id(request)) is None:
        return await routes.elsewhere(request)
    nothing(request)
    return contact_of(await reader.detail(contact_id))


@routes.add("POST", CONTACTS, 201)
async def contact_create(request: Request) -> Any:
    """Add a contact."""
    values = body(contract_bodies.ContactIn, request).values()
    return JSON(await sync_to_async(writer.create)(values), status_code=201)


@routes.add("PATCH", CONTACT)
async def contact_change(request: Request) -> Any:
    """Change some values of a contact."""
    if (contact_id := routes.contact_id(request)) is None:
        return await routes.elsewhere(request)
    found = json_of(request)
    try:
        values = checked(contract_bodies.ContactPatch, found).values()
    except RefusedError:
        # That there is no such contact is told before what its fields lack.
        await reader.detail(contact_id)
        raise
    return await sync_to_async(writer.change)(contact_id, values)


@routes.add("DELETE", CONTACT, 204)
async def contact_remove(request: Request) -> Any:
    """Remove a contact with its relationship and its address."""
    if (contact_id := routes.contact_id(request)) is None:
        return await routes.elsewhere(request)
    nothing(request)
    await sync_to_async(writer.remove)(contact_id)
    return Response(b"", status_code=204)


@routes.add("POST", "/api/contacts/transfer/")
async def points_transfer(request: Request) -> Any:
    """Move points from one contact to another."""
    asked = body(contract_bodies.TransferIn, request)
    sent, received = await sync_to_async(writer.transfer)(asked.sender, asked.receiver, asked.points)
    return structs.TransferOut(structs.Balance(asked.sender, sent), structs.Balance(asked.receiver, received))


add_tokens(routes)
add_basics(routes)
add_beside(routes)
routes.finish()
