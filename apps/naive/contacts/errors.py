"""Errors as the contract wants them: always a JSON object."""

import logging
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, JsonResponse
from psycopg.errors import QueryCanceled
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

OWN = "non_field_errors"

logger = logging.getLogger(__name__)

# What the death of a session looks like depends on the moment. Where BEGIN or COMMIT is answered by the server's
# farewell and the pooler's behind it, psycopg finds one result too many, an InternalError.
DATABASE_FAILED = (OperationalError, InterfaceError, InternalError)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer 503 where the database gave up, and as REST framework does otherwise."""
    if isinstance(exc, DATABASE_FAILED):
        if isinstance(exc.__cause__, QueryCanceled):
            return Response({"detail": "The query took longer than the service allows."}, status=503)
        logger.error("The database failed.", exc_info=exc)
        return Response({"detail": "The database is unavailable."}, status=503)
    response = default_handler(exc, context)
    if response is not None and response.status_code == 401:
        # simplejwt adds what it knows of a token, in a shape of its own.
        response.data = {"detail": response.data["detail"]}
    if response is not None and response.status_code == 400:
        response.data = _by_name(response.data)
        if isinstance(response.data, list):
            response.data = {"detail": response.data[0]}
    return response


def _by_name(errors: Any) -> Any:
    """REST framework's errors, with those of an object itself under the object's own name."""
    if not isinstance(errors, dict):
        return errors
    return errors[OWN] if OWN in errors else {name: _by_name(value) for name, value in errors.items()}


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer a request that Django itself refuses."""
    return JsonResponse({"detail": "Bad request."}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer a request for an address that the service does not have."""
    return JsonResponse({"detail": "Not found."}, status=404)


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer a request on which the service failed; Django has logged the traceback."""
    return JsonResponse({"detail": "The service failed."}, status=500)
