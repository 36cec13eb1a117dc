"""Which hosts are ours."""

from collections.abc import Sequence

from contract.document import MESSAGES
from contract.errors import RefusedError


class Hosts:
    """The hosts that requests may name: names, `.example.com` for all below it, or `*`."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._names = frozenset(allowed)
        self._domains = tuple(name for name in allowed if name.startswith("."))

    def check(self, host: str) -> None:
        """Raise `RefusedError` for a `Host` that is not ours, whatever its port."""
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        name = name.lower().rstrip(".")
        if not ("*" in self._names or name in self._names or f".{name}".endswith(self._domains or ("\0",))):
            raise RefusedError(MESSAGES["bad_request"])
