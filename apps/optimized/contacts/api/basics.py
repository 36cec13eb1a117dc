"""Ninja's endpoints for what a request costs without a database."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from pydantic import AfterValidator, BaseModel, Field, StrictInt

from ..application.basics import MAX_ITEMS, MAX_N, items, prime_count, whole_parameter
from ..domain import contact as rules
from ..infrastructure.rendering import Encoder
from .queries import parameters
from .schemas import Name

MAX_TAGS = 20

Code = Annotated[str, Field(pattern=r"^[A-Z]{3}-[0-9]{4}$")]
Tag = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(rules.storable)]


class Echo(BaseModel):
    """What is checked and given back."""

    name: Name
    code: Code
    quantity: Annotated[StrictInt, Field(ge=0, le=1000)]
    tags: list[Tag] = Field(max_length=MAX_TAGS)


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
        number = whole_parameter(parameters(request), "items", 50, MAX_ITEMS)
        return _answer(encode({"items": items(number)}))

    @api.post("/basics/echo/", response=Echo, tags=["basics"])
    def basics_echo(request: HttpRequest, body: Echo) -> HttpResponse:
        """What was sent, checked."""
        return _answer(encode(body.model_dump()))

    @api.get("/basics/cpu/", response=Primes, tags=["basics"])
    def basics_cpu(request: HttpRequest) -> HttpResponse:
        """How many primes there are up to a number, found the slow way."""
        n = whole_parameter(parameters(request), "n", 2000, MAX_N)
        return _answer(encode({"n": n, "primes": prime_count(n)}))


def _answer(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
