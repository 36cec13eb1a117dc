"""Ninja's endpoints for what a request costs without a database."""

from contract.bodies import EchoCode, Name, Quantity, Tags
from contract.parameters import basics_count
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from pydantic import BaseModel

from ..application.basics import items, prime_count
from ..infrastructure.rendering import Encoder


class Echo(BaseModel):
    """What is checked and given back."""

    name: Name
    code: EchoCode
    quantity: Quantity
    tags: Tags


class Item(Schema):
    """An item of the list."""

    id: int
    name: str
    price: int
    available: bool


class Items(Schema):
    """A list of items."""

    items: list[Item]


class Primes(Schema):
    """How many primes there are up to `n`."""

    n: int
    primes: int


def add_basics(api: NinjaAPI, encode: Encoder) -> None:
    """Put the endpoints into the API; what they answer is encoded as the contacts are."""

    @api.get("/basics/json/", response=Items, tags=["basics"])
    def basics_json(request: HttpRequest) -> HttpResponse:
        """A number of items."""
        number = basics_count(request.META.get("QUERY_STRING", ""), "items")
        return _answer(encode({"items": items(number)}))

    @api.post("/basics/echo/", response=Echo, tags=["basics"])
    def basics_echo(request: HttpRequest, body: Echo) -> HttpResponse:
        """What was sent, checked."""
        return _answer(encode(body.model_dump()))

    @api.get("/basics/cpu/", response=Primes, tags=["basics"])
    def basics_cpu(request: HttpRequest) -> HttpResponse:
        """How many primes there are up to a number, found the slow way."""
        n = basics_count(request.META.get("QUERY_STRING", ""), "n")
        return _answer(encode({"n": n, "primes": prime_count(n)}))


def _answer(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
