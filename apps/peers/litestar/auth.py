"""Tokens: given for a password, and asked for where an address is protected."""

from typing import Any

from contract.document import MESSAGES
from contract.errors import UnauthorizedError
from peers.core.python.passwords import matches_beside
from peers.core.python.sent_structs import Credentials, decoded
from peers.core.python.shown_structs import Me, TokenPair

from litestar import Controller, Request, get, post

from .parts import Given


class Auth(Controller):
    """Who asks."""

    path = "/api/auth"

    @post("/token/", status_code=200)
    async def token_create(self, request: Request[Any, Any, Any], parts: Given) -> TokenPair:
        """A pair of tokens for a name and a password."""
        sent = decoded(await request.body(), Credentials)
        stored = await parts.database.read(parts.reads.password(sent.username))
        if not await matches_beside(sent.password, stored):
            raise UnauthorizedError(MESSAGES["wrong_credentials"])
        return TokenPair(**parts.tokens.pair(sent.username))

    @get("/me/")
    async def me(self, request: Request[Any, Any, Any], parts: Given) -> Me:
        """Who the bearer of a token is."""
        username = parts.tokens.bearer(request.headers.get("authorization", ""))
        if username is None:
            raise UnauthorizedError(MESSAGES["no_token"])
        return Me(username)
