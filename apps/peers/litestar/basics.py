"""What a request costs without a database."""

from typing import Any

from contract.parameters import basics_count
from peers.core.python.basics import prime_count
from peers.core.python.sent_structs import Echo, decoded
from peers.core.python.shown_structs import Item, Items, Primes

from litestar import Controller, Request, get, post

from .checks import query


class Basics(Controller):
    """Answers of their own."""

    path = "/api/basics"

    @get("/json/")
    async def basics_json(self, request: Request[Any, Any, Any]) -> Items:
        """A number of items."""
        number = basics_count(query(request), "items")
        return Items([Item(i, f"Item {i}", i * 37 % 1000, i % 3 != 0) for i in range(1, number + 1)])

    @post("/echo/", status_code=200)
    async def basics_echo(self, request: Request[Any, Any, Any]) -> Echo:
        """What was sent, checked."""
        return decoded(await request.body(), Echo)

    # On a thread: on the loop, everybody else would wait.
    @get("/cpu/", sync_to_thread=True)
    def basics_cpu(self, request: Request[Any, Any, Any]) -> Primes:
        """How many primes there are up to a number, found the slow way."""
        n = basics_count(query(request), "n")
        return Primes(n, prime_count(n))
