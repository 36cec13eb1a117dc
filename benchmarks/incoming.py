"""Requests as a WSGI server hands them to Django."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest

# Name → the parameters of a list.
LISTINGS: Mapping[str, Mapping[str, str]] = {
    "first page": {},
    "filter and order": {"last_name__icontains": "müll", "address__country": "Germany", "ordering": "-birthday"},
    "search": {"search": "mary leeds", "ordering": "last_name,first_name"},
}

_ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "HTTP_ACCEPT": "*/*",
    "HTTP_X_FORWARDED_PROTO": "https",
    "wsgi.url_scheme": "http",
}


def contact_request() -> WSGIRequest:
    """GET one contact."""
    return _request("/api/contacts/1/", {})


def listing_request(parameters: Mapping[str, str]) -> WSGIRequest:
    """GET a list of contacts."""
    return _request("/api/contacts/", parameters)


def _request(path: str, parameters: Mapping[str, str]) -> WSGIRequest:
    return WSGIRequest({**_ENVIRON, "PATH_INFO": path, "QUERY_STRING": urlencode(parameters), "wsgi.input": BytesIO()})
