"""Tokens: made by PyJWT, as Bolt makes them, and read by Bolt's own authentication, in Rust."""

from time import time
from typing import Any

import jwt
from contract import bodies as contract_bodies
from contract.document import MESSAGES
from contract.errors import UnauthorizedError
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django_bolt import Request
from django_bolt.concurrency import sync_to_thread

from . import reader
from .asked import nothing
from .bodies import body
from .elsewhere import Routes
from .structs import Me, Tokens

# As many rounds as Django 5.2 takes: a name that nobody has costs as much as a wrong password.
NOBODYS = "pbkdf2_sha256$1000000$nobody$"
LIVES = {"access": settings.ACCESS_TOKEN_S, "refresh": settings.REFRESH_TOKEN_S}


def pair(username: str) -> Tokens:
    """An access and a refresh token for a user."""
    now = int(time())
    claims = {"sub": username, "iat": now}
    return Tokens(
        *(
            jwt.encode(claims | {"typ": use, "exp": now + life}, settings.SECRET_KEY, "HS256")
            for use, life in LIVES.items()
        )
    )


def add_tokens(routes: Routes) -> None:
    """Route the endpoints."""

    @routes.add("POST", "/api/auth/token/")
    async def token_create(request: Request) -> Any:
        """A pair of tokens for a name and a password."""
        asked = body(contract_bodies.Credentials, request)
        stored = await reader.password(asked.username)
        # Takes its time on a thread: Django's own `acheck_password` would take the loop's.
        matches = await sync_to_thread(check_password, asked.password, stored or NOBODYS)
        if not matches or stored is None:
            raise UnauthorizedError(MESSAGES["wrong_credentials"])
        return pair(asked.username)

    @routes.add("GET", "/api/auth/me/")
    async def me(request: Request) -> Any:
        """Who the bearer of a token is."""
        nothing(request)
        if (username := _username(request)) is None:
            raise UnauthorizedError(MESSAGES["no_token"])
        return Me(username)


def _username(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    # A token has no padding at its end, though the library would take it.
    if scheme.lower() != "bearer" or "=" in token:
        return None
    try:
        claims = jwt.decode(token.strip(), settings.SECRET_KEY, ["HS256"], options={"require": ["exp", "iat", "sub"]})
    except jwt.InvalidTokenError:
        return None
    return str(claims["sub"]) if claims.get("typ") == "access" else None
