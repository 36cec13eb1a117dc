"""What is refused, by the contract and by Django, as JSON."""

import orjson
from contract.document import MESSAGES
from contract.errors import RefusedError
from django.http import HttpRequest, HttpResponse

from ..infrastructure.outages import NoDatabaseError


def json_response(body: object, status: int) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(orjson.dumps(body), content_type="application/json", status=status)


def detail(message: str, status: int) -> HttpResponse:
    """`{"detail": message}`."""
    return json_response({"detail": message}, status)


def refusal(error: RefusedError) -> HttpResponse:
    """The error's own status and body."""
    response = json_response(error.body, error.status)
    if isinstance(error, NoDatabaseError):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals: a strange host, too many parameters."""
    return detail(MESSAGES["bad_request"], 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such path."""
    return detail(MESSAGES["not_found"], 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours; Django has logged it."""
    return detail(MESSAGES["failed"], 500)
