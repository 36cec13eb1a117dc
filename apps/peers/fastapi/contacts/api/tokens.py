"""Tokens: given for a password, and asked for where an address is protected."""

from collections.abc import Awaitable, Callable
from typing import Any

from contract import bodies
from contract.document import MESSAGES
from contract.errors import UnauthorizedError
from peers.core.python.passwords import matches_beside
from peers.core.python.tokens import Tokens

from fastapi import FastAPI, Request

from . import schemas

# The stored password of an active user of this name, or None.
Password = Callable[[str], Awaitable[str | None]]


def add_tokens(app: FastAPI, tokens: Tokens, password: Password, max_body: int) -> None:
    """Put the endpoints into the application."""

    @app.post("/api/auth/token/", response_model=schemas.Tokens, tags=["auth"], max_body_size=max_body)
    async def token_create(body: bodies.Credentials) -> Any:
        """A pair of tokens for a name and a password."""
        if not await matches_beside(body.password, await password(body.username)):
            raise UnauthorizedError(MESSAGES["wrong_credentials"])
        return tokens.pair(body.username)

    @app.get("/api/auth/me/", response_model=schemas.Me, tags=["auth"])
    async def me(request: Request) -> Any:
        """Who the bearer of a token is."""
        username = tokens.bearer(request.headers.get("authorization", ""))
        if username is None:
            raise UnauthorizedError(MESSAGES["no_token"])
        return {"username": username}
