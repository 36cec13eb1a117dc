"""What a request must be before its body is looked into: its query, its media type, and JSON."""

import json
from typing import Any

from contract.document import MESSAGES
from contract.errors import RefusedError
from contract.query import none

WRITES = frozenset({"POST", "PUT", "PATCH"})
# The addresses of which GET reads a query.
OWN_QUERY = frozenset({"/api/contacts/", "/api/basics/json/", "/api/basics/cpu/"})
# int() refuses to convert longer ones, and no contact has such an id.
MOST_DIGITS = 4000


class MediaTypeError(RefusedError):
    """The body is not said to be JSON."""

    status = 415


def contact_id(digits: str) -> int:
    """The id in an address, of however many ASCII digits."""
    return int(digits) if len(digits) <= MOST_DIGITS else 10**20


def check_query(method: str, route: str, query: str) -> None:
    """Refuse every parameter where none is read; raises `RefusedError`."""
    if method in WRITES or route not in OWN_QUERY:
        none(query)


def check_media_type(content_type: str) -> None:
    """Raise `MediaTypeError` for a `Content-Type` that is not `application/json`, with whatever parameters."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise MediaTypeError(MESSAGES["media_type"])


def json_of(body: bytes) -> Any:
    """The JSON of a body, which is UTF-8; raises `RefusedError`.

    By the standard library, since faster readers refuse whole numbers past 64 bits, whose field a 400 should name.
    """
    if not body:
        raise RefusedError(MESSAGES["empty_body"])
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(MESSAGES["no_json"]) from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")
