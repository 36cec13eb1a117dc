"""Counts and times every request, under WSGI and ASGI alike."""

from __future__ import annotations

from asyncio import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from telemetry.counting import CLIENT_LEFT, record

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    SyncHandler = Callable[[HttpRequest], HttpResponseBase]
    AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


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
