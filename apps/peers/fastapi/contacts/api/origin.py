"""Where a client believes us to be, for the links that it is given."""

from collections.abc import Sequence

from peers.core.python.hosts import Hosts
from starlette.types import Scope

from .gate import header


class Origins:
    """Scheme and host of requests, as far as the hosts are ours: names, `.example.com` for all below it, or `*`."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._hosts = Hosts(allowed)

    def of(self, scope: Scope) -> str:
        """Scheme and host, such as `https://example.com:8443`; raises `RefusedError` for a host that is not ours."""
        host = header(scope, b"host").decode("latin-1")
        self._hosts.check(host)
        return f"{scope['scheme']}://{host}"


def query_of(scope: Scope) -> str:
    """The query of a request; what is not ASCII in it stays so, and is the contract's to refuse."""
    query: bytes = scope["query_string"]
    return query.decode("latin-1")
