"""What a request must be before its handler is asked: a guard, in the order of the contract's refusals."""

from typing import Any

from peers.core.python.strict import WRITES, check_media_type, check_query

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from .parts import Parts

Connection = ASGIConnection[Any, Any, Any, Any]


async def as_the_contract_wants(connection: Connection, handler: BaseRouteHandler) -> None:
    """Check the host, the query and the media type; raises `RefusedError`."""
    parts: Parts = connection.app.state.parts
    method = str(connection.scope.get("method"))
    parts.hosts.check(connection.headers.get("host", ""))
    check_query(method, f"{connection.scope['path'].rstrip('/')}/", query(connection))
    if method in WRITES:
        check_media_type(connection.headers.get("content-type", ""))


def query(connection: Connection) -> str:
    """The query of a request; what is not ASCII in it stays so, and is the contract's to refuse."""
    text: bytes = connection.scope["query_string"]
    return text.decode("latin-1")
