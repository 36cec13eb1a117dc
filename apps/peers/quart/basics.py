"""What a request costs without a database."""

from contract.parameters import basics_count
from peers.core.python.basics import items, prime_count
from peers.core.python.bodies import Echo, read

from quart import Blueprint, Response, jsonify, request
from quart.utils import run_sync

from .checks import query

blueprint = Blueprint("basics", __name__, url_prefix="/api/basics")


@blueprint.get("/json/")
async def basics_json() -> Response:
    """A number of items."""
    return jsonify(items=items(basics_count(query(), "items")))


@blueprint.post("/echo/")
async def basics_echo() -> Response:
    """What was sent, checked."""
    return jsonify(read(Echo, await request.get_json()).model_dump())


@blueprint.get("/cpu/")
async def basics_cpu() -> Response:
    """How many primes there are up to a number, found the slow way."""
    n = basics_count(query(), "n")
    # On a thread: on the loop, everybody else would wait.
    return jsonify(n=n, primes=await run_sync(prime_count)(n))
