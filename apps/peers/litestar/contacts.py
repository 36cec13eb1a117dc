"""Contacts: the list, one of them, and what changes them."""

from typing import Any

from contract.errors import InvalidError
from contract.paging import link
from contract.query import parameters
from peers.core.python import writes
from peers.core.python.rows import Row
from peers.core.python.sent_structs import ContactIn, ContactPatch, TransferIn, decoded
from peers.core.python.shown_structs import Balance, Contact, ContactPage, Stats, Transferred

from litestar import Controller, Request, delete, get, patch, post

from .checks import query
from .parts import Given

Asked = Request[Any, Any, Any]


class Contacts(Controller):
    """The contacts of the CRM."""

    path = "/api/contacts"

    @get("/")
    async def contact_list(self, request: Asked, parts: Given) -> ContactPage:
        """A page of contacts; follow `next`."""
        asked, base = query(request), f"{request.scope['scheme']}://{request.headers['host']}/api/contacts/"
        page = await parts.database.read(parts.reads.page(parameters(asked)))
        following, previous = link(base, asked, page.next), link(base, asked, page.previous)
        return ContactPage(page.count, following, previous, list(map(Contact.of, page.contacts)))

    @get("/{contact_id:int}/")
    async def contact_read(self, contact_id: int, parts: Given) -> Contact:
        """One contact."""
        return Contact.of(await _there(contact_id, parts))

    @get("/stats/")
    async def contact_stats(self, parts: Given) -> Stats:
        """How many contacts there are, and the sum of their points."""
        return Stats.of(await parts.database.read(parts.reads.stats()))

    @post("/")
    async def contact_create(self, request: Asked, parts: Given) -> Contact:
        """Add a contact."""
        sent = decoded(await request.body(), ContactIn)
        return Contact.of(await parts.database.write(writes.create(sent.values())))

    @patch("/{contact_id:int}/")
    async def contact_change(self, contact_id: int, request: Asked, parts: Given) -> Contact:
        """Change some values of a contact."""
        try:
            sent = decoded(await request.body(), ContactPatch)
        except InvalidError:
            # That there is no such contact is told before what its fields lack.
            await _there(contact_id, parts)
            raise
        return Contact.of(await parts.database.write(writes.change(contact_id, sent.values())))

    @delete("/{contact_id:int}/")
    async def contact_remove(self, contact_id: int, parts: Given) -> None:
        """Remove a contact with its relationship and its address."""
        await parts.database.write(writes.remove(contact_id))

    @post("/transfer/", status_code=200)
    async def points_transfer(self, request: Asked, parts: Given) -> Transferred:
        """Move points from one contact to another."""
        sent = decoded(await request.body(), TransferIn)
        moved = await parts.database.write(writes.transfer(sent.sender, sent.receiver, sent.points))
        return Transferred(Balance(sent.sender, moved[0]), Balance(sent.receiver, moved[1]))


async def _there(contact_id: int, parts: Given) -> Row:
    return await parts.database.read(parts.reads.contact(contact_id))
