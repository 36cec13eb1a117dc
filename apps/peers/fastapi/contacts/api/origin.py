"""Where a client believes us to be, for the links that it is given."""

from collections.abc import Sequence

from contract.document import MESSAGES
from contract.errors import RefusedError
from starlette.types import Scope

from .gate import header


class Origins:
    """Scheme and host of requests, as far as the hosts are ours: names, `.example.com` for all below it, or `*`."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._names = frozenset(allowed)
        self._domains = tuple(name for name in allowed if name.startswith("."))

    def of(self, scope: Scope) -> str:
        """Scheme and host, such as `https://example.com:8443`; raises `RefusedError` for a host that is not ours."""
        host = header(scope, b"host").decode("latin-1")
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        name = name.lower().rstrip(".")
        if not ("*" in self._names or name in self._names or f".{name}".endswith(self._domains or ("\0",))):
            raise RefusedError(MESSAGES["bad_request"])
        return f"{scope['scheme']}://{host}"


def query_of(scope: Scope) -> str:
    """The query of a request; what is not ASCII in it stays so, and is the contract's to refuse."""
    query: bytes = scope["query_string"]
    return query.decode("latin-1")
