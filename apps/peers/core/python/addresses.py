"""The addresses of the core and their methods, for a framework that spells addresses more leniently."""

import re

from contract.document import DOCUMENT, OPERATIONS

_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_READ = frozenset({"GET", "HEAD"})
_ID = re.compile("[0-9]+")


def _methods() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = dict.fromkeys(_PROBES, _READ)
    for operation in DOCUMENT["core"]["operations"]:
        method, address = OPERATIONS[operation]
        found[address] = found.get(address, frozenset()) | (_READ if method == "GET" else {method})
    return found


METHODS = _methods()


def methods_at(path: str) -> frozenset[str] | None:
    """The methods of an address, None where there is no such."""
    start, _, name = path.removesuffix("/").rpartition("/")
    if _ID.fullmatch(name) and path.endswith("/"):
        return METHODS.get(f"{start}/{{id}}/")
    return METHODS.get(path) if "{" not in path else None
