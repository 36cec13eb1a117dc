"""Tokens: given for a password, and asked for where an address is protected."""

from contract.bodies import Credentials
from contract.document import MESSAGES
from contract.errors import UnauthorizedError
from peers.core.python.bodies import read
from peers.core.python.passwords import matches

from flask import Blueprint, Response, jsonify, request

from .parts import parts

blueprint = Blueprint("auth", __name__, url_prefix="/api/auth")


@blueprint.post("/token/")
def token_create() -> Response:
    """A pair of tokens for a name and a password."""
    body = read(Credentials, request.get_json())
    stored = parts().database.read(parts().reads.password(body.username))
    # On this worker's thread: hashing lets the others run meanwhile.
    if not matches(body.password, stored):
        raise UnauthorizedError(MESSAGES["wrong_credentials"])
    return jsonify(parts().tokens.pair(body.username))


@blueprint.get("/me/")
def me() -> Response:
    """Who the bearer of a token is."""
    username = parts().tokens.bearer(request.headers.get("Authorization", ""))
    if username is None:
        raise UnauthorizedError(MESSAGES["no_token"])
    return jsonify(username=username)
