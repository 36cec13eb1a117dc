"""Django's middleware on an event loop, without a thread."""

from collections.abc import Awaitable
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin


class Inline(MiddlewareMixin):
    """Middleware whose hooks wait for nothing: on a loop they run there, where Django gives each a thread."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request) if hasattr(self, "process_request") else None
        if response is None:
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        if hasattr(self, "process_response"):
            response = self.process_response(request, response)
        return cast("HttpResponseBase", response)


class InlineSecurityMiddleware(Inline, SecurityMiddleware):
    """The headers that browsers heed, and the way to TLS."""


class InlineXFrameOptionsMiddleware(Inline, XFrameOptionsMiddleware):
    """Frames in other sites."""
