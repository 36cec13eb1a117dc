"""What of a request the contract speaks of before its endpoint is asked: host, query, media type and JSON."""

import json
from functools import lru_cache
from typing import Any

from contract import query
from contract.document import MESSAGES
from contract.errors import RefusedError
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django_bolt import Request


class NoMediaTypeError(RefusedError):
    """The body is not said to be JSON."""

    status = 415


@lru_cache(maxsize=128)
def _ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def origin(request: Request) -> str:
    """Scheme and host that a client asked with; raises `RefusedError` for a host that is not ours."""
    host = request.headers.get("host", "")
    if not _ours(host):
        raise RefusedError(MESSAGES["bad_request"])
    return f"http://{host}"


def query_of(request: Request) -> str:
    """The query as it was sent: Bolt's own reading puts right what is no UTF-8."""
    return str(request.get_full_path()).partition("?")[2]


def nothing(request: Request) -> None:
    """Refuse a foreign host, and any parameter."""
    origin(request)
    query.none(query_of(request))


def body_of(request: Request) -> bytes:
    """The body; raises `RefusedError` where it is not said to be JSON, or is empty."""
    nothing(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NoMediaTypeError(MESSAGES["media_type"])
    if not (body := request.body):
        raise RefusedError(MESSAGES["empty_body"])
    return bytes(body)


def json_of(request: Request) -> Any:
    """The body's JSON, by the standard library: msgspec refuses texts whose field a 400 should name."""
    try:
        return json.loads(body_of(request).decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(MESSAGES["no_json"]) from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")
