"""A request and what the contract says of it: the status, and the names that a refusal must say."""

from typing import Any, NamedTuple

from .wire import Headers, Message

# A refusal of fields, as its nested names: `messages` where the sentences stand.
MESSAGES = "messages"
DETAIL = {"detail": MESSAGES}
Shape = dict[str, Any]
JSON: Headers = (("Content-Type", "application/json"),)
CONTACTS, BULK, TRANSFER = "/api/contacts/", "/api/contacts/bulk/", "/api/contacts/transfer/"
STATS, AGGREGATE = "/api/contacts/stats/", "/api/contacts/aggregate/"
TOKEN, ME = "/api/auth/token/", "/api/auth/me/"
ITEMS, ECHO, CPU = "/api/basics/json/", "/api/basics/echo/", "/api/basics/cpu/"
ECHOED: dict[str, Any] = {"name": "Zoë Ťest", "code": "ABC-1234", "quantity": 7, "tags": ["a", "ľ", " b "]}
LOGIN = {"username": "bench", "password": "wrong"}
NOBODY = "/api/contacts/999999999/"

# Address → the methods that it answers.
METHODS = {
    CONTACTS: {"GET", "HEAD", "POST"},
    "/api/contacts/1/": {"GET", "HEAD", "PUT", "PATCH", "DELETE"},
    STATS: {"GET", "HEAD"},
    AGGREGATE: {"GET", "HEAD"},
    BULK: {"POST"},
    TRANSFER: {"POST"},
    TOKEN: {"POST"},
    ME: {"GET", "HEAD"},
    ITEMS: {"GET", "HEAD"},
    ECHO: {"POST"},
    CPU: {"GET", "HEAD"},
}


# Every way to send a body.
WRITERS = [
    *(("POST", path) for path in (CONTACTS, BULK, TRANSFER, TOKEN, ECHO)),
    *((m, "/api/contacts/1/") for m in ("PUT", "PATCH")),
]


class Odd(NamedTuple):
    """A request and its answer: a status, and the names in a refusal, or nothing where the reference's answer counts.

    `loose`: the balancer or the server may answer by itself, and then with no JSON.
    """

    message: Message
    status: int
    shape: Shape | None = None
    allow: frozenset[str] = frozenset()
    loose: bool = False


def get(target: str | bytes, status: int, shape: Shape | None = None, headers: Headers = ()) -> Odd:
    """A GET."""
    return Odd(Message("GET", target if isinstance(target, bytes) else target.encode(), headers), status, shape)


def post(
    path: str, body: bytes, status: int, shape: Shape | None = None, *, headers: Headers = JSON, method: str = "POST"
) -> Odd:
    """A request with a body."""
    return Odd(Message(method, path.encode(), headers, body), status, shape)


def refused(name: str) -> Shape:
    """The shape of a refusal that names one thing."""
    return {name: MESSAGES}


def required(*names: str) -> Shape:
    return dict.fromkeys(names or ("first_name", "last_name", "gender", "phone_number", "birthday"), MESSAGES)
