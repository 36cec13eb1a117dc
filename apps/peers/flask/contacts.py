"""Contacts: the list, one of them, and what changes them."""

from contract.bodies import ContactIn, ContactPatch, TransferIn
from contract.errors import InvalidError
from contract.query import parameters
from peers.core.python import writes
from peers.core.python.bodies import read
from peers.core.python.rows import Row, balances, contact, stats

from flask import Blueprint, Response, jsonify, request

from .checks import query
from .parts import parts

blueprint = Blueprint("contacts", __name__, url_prefix="/api/contacts")


@blueprint.get("/")
def contact_list() -> Response:
    """A page of contacts; follow `next`."""
    asked, base = query(), f"{request.scheme}://{request.headers['Host']}{request.path}"
    page = parts().database.read(parts().reads.page(parameters(asked)))
    return jsonify(page.envelope(base, asked, list(map(contact, page.contacts))))


@blueprint.get("/<digits:contact_id>/")
def contact_read(contact_id: int) -> Response:
    """One contact."""
    return jsonify(contact(_there(contact_id)))


@blueprint.get("/stats/")
def contact_stats() -> Response:
    """How many contacts there are, and the sum of their points."""
    return jsonify(stats(parts().database.read(parts().reads.stats())))


@blueprint.post("/")
def contact_create() -> tuple[Response, int]:
    """Add a contact."""
    values = read(ContactIn, request.get_json()).values()
    return jsonify(contact(parts().database.write(writes.create(values)))), 201


@blueprint.patch("/<digits:contact_id>/")
def contact_change(contact_id: int) -> Response:
    """Change some values of a contact."""
    body = request.get_json()
    try:
        values = read(ContactPatch, body).values()
    except InvalidError:
        # That there is no such contact is told before what its fields lack.
        _there(contact_id)
        raise
    return jsonify(contact(parts().database.write(writes.change(contact_id, values))))


@blueprint.delete("/<digits:contact_id>/")
def contact_remove(contact_id: int) -> tuple[str, int]:
    """Remove a contact with its relationship and its address."""
    parts().database.write(writes.remove(contact_id))
    return "", 204


@blueprint.post("/transfer/")
def points_transfer() -> Response:
    """Move points from one contact to another."""
    body = read(TransferIn, request.get_json())
    moved = parts().database.write(writes.transfer(body.sender, body.receiver, body.points))
    return jsonify(balances(body.sender, body.receiver, moved))


def _there(contact_id: int) -> Row:
    return parts().database.read(parts().reads.contact(contact_id))
