"""What the service can refuse, in the words of the contract."""

from collections.abc import Mapping
from typing import Any


class RefusedError(Exception):
    """The request cannot be done; the base of the errors below."""


class InvalidError(RefusedError):
    """Bad input: `errors` maps each field to its messages, or to the same of a nested object (a 400)."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class NotFoundError(RefusedError):
    """There is no such thing; the message is for the client (a 404)."""


class UnavailableError(RefusedError):
    """The service cannot answer for now; the message is for the client (a 503)."""
