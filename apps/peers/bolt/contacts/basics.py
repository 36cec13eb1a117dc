"""What a request costs without a database."""

from typing import Any

from contract.parameters import basics_count
from django_bolt import Request
from django_bolt.concurrency import sync_to_thread

from . import bodies
from .asked import origin, query_of
from .elsewhere import Routes
from .structs import Item, Items, Primes


def prime_count(n: int) -> int:
    """How many primes there are up to `n`, by the contract's loop, which is not meant to be fast."""
    primes = 1 if n >= 2 else 0
    for candidate in range(3, n + 1, 2):
        divisor = 3
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 2
        primes += divisor * divisor > candidate
    return primes


def add_basics(routes: Routes) -> None:
    """Route the endpoints."""

    @routes.add("GET", "/api/basics/json/")
    async def basics_json(request: Request) -> Any:
        """A number of items."""
        number = _count(request, "items")
        return Items([Item(i, f"Item {i}", i * 37 % 1000, i % 3 != 0) for i in range(1, number + 1)])

    @routes.add("POST", "/api/basics/echo/")
    async def basics_echo(request: Request) -> Any:
        """What was sent, checked."""
        return bodies.echo(request)

    @routes.add("GET", "/api/basics/cpu/")
    async def basics_cpu(request: Request) -> Any:
        """How many primes there are up to a number, found the slow way."""
        n = _count(request, "n")
        # On a thread: on the loop, everybody else would wait.
        return Primes(n, await sync_to_thread(prime_count, n))


def _count(request: Request, name: str) -> int:
    origin(request)
    return basics_count(query_of(request), name)
