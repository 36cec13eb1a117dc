"""What a request costs without a database."""

from contract.parameters import basics_count
from peers.core.python.basics import items, prime_count
from peers.core.python.bodies import Echo, read

from flask import Blueprint, Response, jsonify, request

from .checks import query

blueprint = Blueprint("basics", __name__, url_prefix="/api/basics")


@blueprint.get("/json/")
def basics_json() -> Response:
    """A number of items."""
    return jsonify(items=items(basics_count(query(), "items")))


@blueprint.post("/echo/")
def basics_echo() -> Response:
    """What was sent, checked."""
    return jsonify(read(Echo, request.get_json()).model_dump())


@blueprint.get("/cpu/")
def basics_cpu() -> Response:
    """How many primes there are up to a number, found the slow way."""
    n = basics_count(query(), "n")
    return jsonify(n=n, primes=prime_count(n))
