"""How an endpoint's outcome becomes an answer: refusals in the contract's words, counted and timed."""

from collections.abc import Awaitable, Callable
from functools import wraps
from time import perf_counter
from typing import Any

from contract.document import MESSAGES
from contract.errors import RefusedError, UnauthorizedError
from django_bolt import Request
from django_bolt.error_handlers import BoltError
from django_bolt.exceptions import HTTPException
from django_bolt.responses import JSON
from telemetry.counting import record

Handler = Callable[[Request], Awaitable[Any]]


def counted(route: str, status: int = 200) -> Callable[[Handler], Handler]:
    """Count and time an endpoint under its route, and refuse by exceptions that Bolt answers."""

    def around(handle: Handler) -> Handler:
        @wraps(handle)
        async def asked(request: Request) -> Any:
            started, told = perf_counter(), 500
            try:
                answer = await handle(request)
                told = getattr(answer, "status_code", status)
            except RefusedError as error:
                told = error.status
                headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, UnauthorizedError) else None
                raise HTTPException(told, headers=headers, body=dict(error.body)) from error
            finally:
                record(request.method, route, told, perf_counter() - started)
            return answer

        return asked

    return around


# What Bolt refuses by itself, before an endpoint is asked.
_SENTENCES = {404: MESSAGES["not_found"], 500: MESSAGES["failed"], 503: MESSAGES["no_database"]}


def refusal(error: BoltError, request: Request) -> JSON:
    """Bolt's own refusals in the contract's form; a value that it cannot take is a bad request."""
    status = 400 if error.status == 422 else error.status
    if error.exception is None:
        record(request.method, "unmatched", status, 0.0)
    return JSON({"detail": _SENTENCES.get(status, MESSAGES["bad_request"])}, status_code=status)
