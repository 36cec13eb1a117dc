"""What is refused, by the service, FastAPI or the database, as the contract's JSON."""

from http import HTTPStatus

import asyncpg
from contract.document import MESSAGES
from contract.errors import RefusedError, UnauthorizedError, nested
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.routing import Match, Route

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from ..infrastructure.database import NoDatabaseError
from ..infrastructure.orm.engine import unavailable

# What a session raises that is opened for a read. SQLAlchemy lets through some of asyncpg's own errors.
OF_A_DATABASE = (
    OSError,
    PoolTimeoutError,
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def refusal(error: RefusedError) -> JSONResponse:
    """The error's own status and body."""
    headers = {}
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, NoDatabaseError):
        headers["Retry-After"] = str(error.retry_after_s)
    return JSONResponse(error.body, error.status, headers)


async def _outage(request: Request, error: Exception) -> JSONResponse:
    refused = unavailable(error)
    if refused is None:
        raise error
    return refusal(refused)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error in JSON."""

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # That there is no such contact is told before what its fields lack.
        contact_id = request.path_params.get("contact_id")
        try:
            if contact_id is not None:
                await app.state.there(contact_id)
        except RefusedError as missing:
            return refusal(missing)
        except OF_A_DATABASE as failure:
            return await _outage(request, failure)
        return JSONResponse(nested(error.errors(), depth=1), 400)

    @app.exception_handler(HTTPStatus.METHOD_NOT_ALLOWED)
    async def not_allowed(request: Request, error: Exception) -> JSONResponse:
        # Starlette would name the methods of the first route of this address alone.
        routes = [route for route in app.router.routes if isinstance(route, Route)]
        matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
        methods = {method for route in matching for method in route.methods or ()}
        allowed = methods | {"HEAD"} if "GET" in methods else methods
        detail = MESSAGES["method"].format(method=request.method)
        return JSONResponse({"detail": detail}, HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(sorted(allowed))})

    for kind in OF_A_DATABASE:
        app.add_exception_handler(kind, _outage)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": MESSAGES["failed"]}, 500)
