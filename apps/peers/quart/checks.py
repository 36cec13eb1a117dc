"""What every request passes before its view: the order of the contract's refusals, and the metrics."""

from time import perf_counter

from peers.core.python.strict import WRITES, check_media_type, check_query, contact_id
from telemetry.counting import record
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, RequestRedirect

from quart import Quart, Response, g, request

from .parts import parts


class DigitsConverter(BaseConverter):
    """An id in an address: ASCII digits, where Werkzeug's `int` takes those of any script."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """The number."""
        return contact_id(value)


def init_app(app: Quart) -> None:
    """Let every request of the application pass here."""
    app.before_request(_check)
    app.after_request(_count)


def query() -> str:
    """The query of this request; what is not ASCII in it stays so, and is the contract's to refuse."""
    return request.query_string.decode("latin-1")


async def _check() -> None:
    g.started = perf_counter()
    # Werkzeug would send a client on to the slash that is missing, and leaves out all but one at the beginning.
    if isinstance(request.routing_exception, RequestRedirect) or request.scope["path"].startswith("//"):
        raise NotFound
    if request.routing_exception is not None:
        raise request.routing_exception
    parts().hosts.check(request.headers.get("Host", ""))
    check_query(request.method, request.path, query())
    if request.method in WRITES:
        check_media_type(request.content_type or "")


async def _count(response: Response) -> Response:
    route = "unmatched" if request.url_rule is None else request.url_rule.rule
    record(request.method, route, response.status_code, perf_counter() - g.started)
    return response
