"""What a request must be before Ninja's view is asked: the contract's order of refusals, which Ninja lacks."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from contract.document import MESSAGES
from contract.errors import RefusedError
from contract.query import none
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .errors import detail, refusal

View = Callable[..., HttpResponseBase]
BODIES = frozenset({"POST", "PUT", "PATCH"})
# Those that read a query themselves.
OWN_QUERY = frozenset({"contacts/aggregate/", "basics/json/", "basics/cpu/"})
# Ninja's own pages, which are no views of methods.
PAGES = frozenset({"", "openapi.json", "swagger"})


def methods_of(view: View) -> frozenset[str]:
    """The methods that Ninja's view answers, as it says to a request of none, and HEAD where it answers GET."""
    allowed = frozenset(view(HttpRequest())["Allow"].split(", "))
    return allowed | {"HEAD"} if "GET" in allowed else allowed


def guarded(view: View, route: str) -> View:
    """Ninja's view behind the refusals of a method, a host, a query and a media type, in this order."""
    if route in PAGES:
        return view
    allowed = methods_of(view)
    allow = ", ".join(sorted(allowed))

    def guard(request: HttpRequest, **values: Any) -> HttpResponseBase:
        if request.method not in allowed:
            refused = detail(MESSAGES["method"].format(method=request.method), HTTPStatus.METHOD_NOT_ALLOWED)
            refused["Allow"] = allow
            return refused
        request.get_host()
        if route not in OWN_QUERY or request.method in BODIES:
            try:
                none(request.META.get("QUERY_STRING", ""))
            except RefusedError as error:
                return refusal(error)
        if request.method in BODIES and media_type(request) != "application/json":
            return detail(MESSAGES["media_type"], HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if request.method in BODIES and not request.body:
            return detail(MESSAGES["empty_body"], HTTPStatus.BAD_REQUEST)
        return _answered(view, request, values)

    guard.csrf_exempt = True  # type: ignore[attr-defined]
    return guard


def media_type(request: HttpRequest) -> str:
    """A body's media type in lower case, without its parameters."""
    given: str = request.META.get("CONTENT_TYPE", "")
    return given.partition(";")[0].strip().lower()


def _answered(view: View, request: HttpRequest, values: dict[str, Any]) -> HttpResponseBase:
    """The view's answer, to HEAD as to GET; the server leaves out the body."""
    if request.method != "HEAD":
        return view(request, **values)
    request.method = "GET"
    try:
        return view(request, **values)
    finally:
        # The metrics count by method.
        request.method = "HEAD"
