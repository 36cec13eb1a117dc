"""What is refused, by the service, Litestar or the database, as the contract's JSON."""

import logging
from typing import Any

from contract.document import MESSAGES
from contract.errors import RefusedError, UnauthorizedError
from peers.core.python.sessions import NoDatabaseError

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

SENTENCES = {404: MESSAGES["not_found"], 500: MESSAGES["failed"]}
Asked = Request[Any, Any, Any]

logger = logging.getLogger("contacts.request")


def _refused(request: Asked, error: RefusedError) -> Response[Any]:
    headers = {}
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, NoDatabaseError):
        headers["Retry-After"] = str(error.retry_after_s)
    return Response(error.body, status_code=error.status, headers=headers, media_type=MediaType.JSON)


def _of_http(request: Asked, error: HTTPException) -> Response[Any]:
    detail = SENTENCES.get(error.status_code, MESSAGES["bad_request"])
    return Response({"detail": detail}, status_code=error.status_code, media_type=MediaType.JSON)


def _failed(request: Asked, error: Exception) -> Response[Any]:
    logger.error("Internal Server Error: %s", request.url.path, exc_info=error)
    return Response({"detail": MESSAGES["failed"]}, status_code=500, media_type=MediaType.JSON)


HANDLERS: ExceptionHandlersMap = {RefusedError: _refused, HTTPException: _of_http, Exception: _failed}
