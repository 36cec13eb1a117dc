"""Counts and times every request, under WSGI and ASGI alike."""

from __future__ import annotations

from asyncio import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from telemetry.metrics import DURATION, REQUESTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from prometheus_client import Counter, Histogram

    SyncHandler = Callable[[HttpRequest], HttpResponseBase]
    AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
# What nginx notes for a client that left before the answer; Django cancels the request's task.
CLIENT_LEFT = 499

# Binding labels costs more than counting, so each combination is bound once; there are few, because routes are
# patterns and not paths, and a method that HTTP does not know is not taken for a label.
_bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def _bind(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    labels = (method, route, str(status))
    pair = _bound[(method, route, status)] = REQUESTS.labels(*labels), DURATION.labels(*labels)
    return pair


def record(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count a request to a route and the seconds that it took."""
    key = (method if method in METHODS else "other", route, status)
    requests, duration = _bound.get(key) or _bind(*key)
    requests.inc()
    duration.observe(seconds)


def count(request: HttpRequest, status: int, seconds: float) -> None:
    """Count a request of Django's to the route that it was resolved to."""
    match = request.resolver_match
    record(request.method, match.route if match else "unmatched", status, seconds)


class MetricsMiddleware:
    """Counts requests and their durations by method, route and status; belongs first in MIDDLEWARE.

    A route is the URL pattern, or "unmatched". The time ends when the response is made; sending it is the server's.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: SyncHandler | AsyncHandler) -> None:
        self._is_async = iscoroutinefunction(get_response)
        self._get_response = get_response
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._answer(request)
        started = perf_counter()
        response = cast("HttpResponseBase", self._get_response(request))
        count(request, response.status_code, perf_counter() - started)
        return response

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        try:
            response = await cast("Awaitable[HttpResponseBase]", self._get_response(request))
        except CancelledError:
            count(request, CLIENT_LEFT, perf_counter() - started)
            raise
        count(request, response.status_code, perf_counter() - started)
        return response
