"""What a service can refuse, in the words of the contract."""

from collections.abc import Mapping, Sequence
from typing import Any


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


def nested(errors: Sequence[Mapping[str, Any]], *, depth: int) -> dict[str, Any]:
    """Pydantic's errors as nested objects; the first `depth` parts of a `loc` are a framework's words for the body."""
    found: dict[str, Any] = {}
    for error in errors:
        place = [str(part) for part in error["loc"][depth:]] or ["detail"]
        inner = found
        for part in place[:-1]:
            step = inner.setdefault(part, {})
            # The object itself was refused already: what is inside it adds nothing.
            inner = step if isinstance(step, dict) else {}
        messages = inner.setdefault(place[-1], [])
        if isinstance(messages, list):
            messages.append(error["msg"].removeprefix("Value error, "))
    return {"detail": found["detail"][0]} if list(found) == ["detail"] else found
