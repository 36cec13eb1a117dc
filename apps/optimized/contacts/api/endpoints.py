"""Ninja's endpoints: the writes, the summaries, the tokens, and the documentation of everything."""

import json
from typing import Any, cast

from contract import bodies
from contract.document import MESSAGES
from contract.errors import RefusedError, nested
from contract.parameters import group_by as group_of
from django.contrib.auth import authenticate
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from ..composition import Services
from ..infrastructure.outages import unavailable
from . import schemas
from .basics import add_basics
from .documented import DescribedAPI
from .errors import detail, json_response, refusal


class JsonParser(Parser):
    """Ninja's parser, strict: UTF-8 alone, and neither NaN nor a body nested past Python's stack is JSON.

    It is the standard library's, since orjson refuses whole numbers past 64 bits, whose field a 400 should name.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's JSON. Raises `HttpError` for what is not JSON."""
        try:
            return json.loads(request.body.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise HttpError(400, MESSAGES["no_json"]) from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")


class Bearer(HttpBearer):
    """Wants an access token."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The user's name, or None for a token that does not count."""
        # Of the libraries one takes padding at a token's end, which it never has, and one does not.
        return None if "=" in token else self._services.tokens.username(token.strip(" "))


def make_api(services: Services) -> NinjaAPI:
    """The API with its parts put in."""
    api = DescribedAPI(
        cursors=services.queries.cursors,
        title="Contacts",
        version="1.0.0",
        description="Contacts of a CRM, their addresses and their loyalty points.",
        docs_url="swagger",
        parser=JsonParser(),
    )
    _add_error_handlers(api, services)
    _add_reads(api, services)
    _add_writes(api, services)
    _add_tokens(api, services)
    add_basics(api, services.encode)
    return api


def _add_error_handlers(api: NinjaAPI, services: Services) -> None:
    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        try:
            _there(request)
        except RefusedError as refused:
            return refusal(refused)
        return json_response(nested(error.errors, depth=2), 400)

    def _there(request: HttpRequest) -> None:
        """Make sure of the contact that an address names: that there is none is told before what its fields lack."""
        contact_id = request.resolver_match.kwargs.get("contact_id") if request.resolver_match else None
        if contact_id is not None:
            services.queries.detail(contact_id)

    @api.exception_handler(RefusedError)
    def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
        return refusal(error)

    @api.exception_handler(AuthenticationError)
    def unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return _challenge(MESSAGES["no_token"])

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return detail(error.message, error.status_code)

    # Django's, which asks the database for a user.
    @api.exception_handler(DatabaseError)
    def no_database(request: HttpRequest, error: DatabaseError) -> HttpResponse:
        if (refused := unavailable(error)) is None:
            raise error
        return refusal(refused)


def _add_reads(api: NinjaAPI, services: Services) -> None:
    # Of these two only the documentation is Ninja's: `hot` answers them.
    @api.get("/contacts/", response=schemas.ContactPage, tags=["contacts"])
    def contact_list(request: HttpRequest) -> HttpResponse:
        """A page of contacts; follow `next`."""
        raise NotImplementedError

    @api.get("/contacts/{int:contact_id}/", response=schemas.Contact, tags=["contacts"])
    def contact_read(request: HttpRequest, contact_id: Path[int]) -> HttpResponse:
        """One contact."""
        raise NotImplementedError

    @api.get("/contacts/stats/", response=schemas.Stats, tags=["summaries"])
    def contact_stats(request: HttpRequest) -> HttpResponse:
        """How many contacts there are, and the sum of their points."""
        return _json(services.cached(b"stats", lambda: services.encode(services.summaries.stats())))

    @api.get("/contacts/aggregate/", response=schemas.Aggregate, tags=["summaries"])
    def contact_aggregate(request: HttpRequest, group_by: str = "country") -> HttpResponse:
        """The largest groups by country, city or gender."""
        group_by = group_of(request.META.get("QUERY_STRING", ""))
        key = f"aggregate:{group_by}".encode()
        return _json(services.cached(key, lambda: services.encode(services.summaries.aggregate(group_by))))


def _add_writes(api: NinjaAPI, services: Services) -> None:
    def whole(contact_id: int, status: int) -> HttpResponse:
        return _json(services.encode(services.contact(services.queries.detail(contact_id))), status)

    @api.post("/contacts/", response={201: schemas.Contact}, tags=["contacts"])
    def contact_create(request: HttpRequest, body: bodies.ContactIn) -> HttpResponse:
        """Add a contact."""
        return whole(services.contacts.create(body.values()), 201)

    @api.put("/contacts/{int:contact_id}/", response=schemas.Contact, tags=["contacts"])
    def contact_replace(request: HttpRequest, contact_id: Path[int], body: bodies.ContactIn) -> HttpResponse:
        """Give a contact new values."""
        services.contacts.replace(contact_id, body.values())
        return whole(contact_id, 200)

    @api.patch("/contacts/{int:contact_id}/", response=schemas.Contact, tags=["contacts"])
    def contact_change(request: HttpRequest, contact_id: Path[int], body: bodies.ContactPatch) -> HttpResponse:
        """Change some values of a contact."""
        services.contacts.change(contact_id, body.values())
        return whole(contact_id, 200)

    @api.delete("/contacts/{int:contact_id}/", response={204: None}, tags=["contacts"])
    def contact_remove(request: HttpRequest, contact_id: Path[int]) -> HttpResponse:
        """Remove a contact with its relationship and its address."""
        services.contacts.remove(contact_id)
        return HttpResponse(status=204)

    @api.post("/contacts/bulk/", response={201: schemas.BulkOut}, tags=["contacts"])
    def contact_create_bulk(request: HttpRequest, body: bodies.BulkIn) -> HttpResponse:
        """Add up to 2000 contacts, all or none."""
        ids = services.contacts.create_bulk([item.values() for item in body.contacts])
        return json_response({"created": len(ids), "ids": ids}, 201)

    @api.post("/contacts/transfer/", response=schemas.TransferOut, by_alias=True, tags=["contacts"])
    def points_transfer(request: HttpRequest, body: bodies.TransferIn) -> HttpResponse:
        """Move points from one contact to another."""
        balances = services.contacts.transfer(body.sender, body.receiver, body.points)
        sides = {"from": body.sender, "to": body.receiver}
        return json_response({side: {"id": id_, "points": balances[id_]} for side, id_ in sides.items()}, 200)


def _add_tokens(api: NinjaAPI, services: Services) -> None:
    @api.post("/auth/token/", response=schemas.Tokens, tags=["auth"])
    def token_create(request: HttpRequest, body: bodies.Credentials) -> HttpResponse:
        """A pair of tokens for a name and a password."""
        user = authenticate(request, username=body.username, password=body.password)
        if user is None:
            return _challenge(MESSAGES["wrong_credentials"])
        return json_response(services.tokens.pair(user.get_username()), 200)

    @api.get("/auth/me/", response=schemas.Me, auth=Bearer(services), tags=["auth"])
    def me(request: HttpRequest) -> HttpResponse:
        """Who the token speaks for."""
        return json_response({"username": cast("Any", request).auth}, 200)


def _challenge(message: str) -> HttpResponse:
    response = detail(message, 401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _json(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", status=status)
