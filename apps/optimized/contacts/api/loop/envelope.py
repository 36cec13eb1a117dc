"""The headers that browsers heed, as Django's own middleware has them, asked for once."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from .asgi import Headers

Lines = tuple[tuple[str, str], ...]


def added(*, secure: bool) -> Lines:
    """The headers that Django's middleware gives every answer, to a request that came by TLS or not."""
    request, response = HttpRequest(), HttpResponse()
    if secure and settings.SECURE_PROXY_SSL_HEADER is not None:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    own = set(response.headers)
    # From the inside out, as a response passes them.
    for middleware in (XFrameOptionsMiddleware, SecurityMiddleware):
        middleware(lambda _: response).process_response(request, response)
    return tuple((name, value) for name, value in response.headers.items() if name not in own)


def as_lines(added: Lines) -> Headers:
    """The same as ASGI has them."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in added]
