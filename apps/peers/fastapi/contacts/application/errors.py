"""What the service can refuse, in the words of the contract."""

from collections.abc import Mapping
from typing import Any

TAKEN = "A contact with this customer id already exists."
REQUIRED = "This field is required."
NO_CONTACT = "There is no contact with this id."
TIMEOUT = "The statement took too long and was stopped."
NO_DATABASE = "The database cannot be reached for now."


class RefusedError(Exception):
    """The request cannot be done; `status` and `body` are the answer."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.body: Mapping[str, Any] = {"detail": message}


class InvalidError(RefusedError):
    """Bad input: `body` maps each field to its messages, or to the same of a nested object."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__(str(errors))
        self.body = errors


class UnauthorizedError(RefusedError):
    """Who asks is not who may."""

    status = 401


class NotFoundError(RefusedError):
    """There is no such thing."""

    status = 404


class UnavailableError(RefusedError):
    """The service cannot answer for now. `unsure`: what was asked for may have been done all the same."""

    status = 503
    unsure = False
