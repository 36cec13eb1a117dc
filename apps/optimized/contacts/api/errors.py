"""What the domain refuses, and what Django refuses, as the contract's JSON."""

import orjson
from django.http import HttpRequest, HttpResponse

from ..domain.errors import InvalidError, NotFoundError, RefusedError


def json_response(body: object, status: int) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(orjson.dumps(body), content_type="application/json", status=status)


def detail(message: str, status: int) -> HttpResponse:
    """`{"detail": message}`."""
    return json_response({"detail": message}, status)


def refusal(error: RefusedError) -> HttpResponse:
    """400 with the fields, 404 or 503."""
    if isinstance(error, InvalidError):
        return json_response(error.errors, 400)
    return detail(str(error), 404 if isinstance(error, NotFoundError) else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals: a strange host, too many parameters."""
    return detail("Bad request.", 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such path."""
    return detail("Not found.", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours; Django has logged it."""
    return detail("The service failed.", 500)
