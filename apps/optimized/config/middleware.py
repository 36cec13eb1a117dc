"""One middleware in the place of three, for views on an event loop, where every layer costs every request."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from telemetry.counting import CLIENT_LEFT
from telemetry.middleware import count

from optimized.contacts.api.loop.asgi import Enveloped, LoopRequest
from optimized.contacts.api.loop.envelope import added, as_lines


class EnvelopeMiddleware(SecurityMiddleware):
    """Counts requests, sends plain HTTP on to TLS, and adds the headers that browsers heed.

    It is `telemetry`'s middleware and Django's for security and frames. Their headers are asked for once; and none of
    them waits for anything, so that on a loop no thread is needed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._added = {secure: added(secure=secure) for secure in (False, True)}
        self._lines = {secure: as_lines(lines) for secure, lines in self._added.items()}

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.async_mode:
            return self._answer(request)
        started = perf_counter()
        response = self.process_request(request) or self.get_response(request)
        return self._sealed(request, cast("HttpResponseBase", response), started)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        response: HttpResponseBase | None = self.process_request(request)
        if response is None:
            try:
                response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
            except CancelledError:
                count(request, CLIENT_LEFT, perf_counter() - started)
                raise
        return self._sealed(request, response, started)

    def _sealed(self, request: HttpRequest, response: HttpResponseBase, started: float) -> HttpResponseBase:
        secure = request.is_secure()
        if isinstance(request, LoopRequest):
            # Put there one by one and taken out again, they would be a quarter of all that Django does here.
            cast("Enveloped", response).envelope = self._lines[secure]
        else:
            for name, value in self._added[secure]:
                response.headers.setdefault(name, value)
        count(request, response.status_code, perf_counter() - started)
        return response
