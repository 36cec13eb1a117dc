"""Django on an event loop without a thread: request object, URL resolver, middleware and view, for views made for it.

Django's own handler gives a thread to each signal and to each middleware that is not asynchronous, and makes two tasks
a request. Here the two signals are not sent: what listens to them closes connections and caches that a thread used, and
these views use none. All else is Django's, and for all other requests so is the handler (`beside`).
"""

from io import BytesIO
from typing import Any, cast

from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, get_resolver
from django.utils.log import log_response

from .asgi import READS, Application, LoopRequest, Receive, Scope, Send, answer


class LoopHandler(BaseHandler):
    """An ASGI application: views with an `on_loop` are run on the loop, all other requests are another's."""

    def __init__(self, beside: Application) -> None:
        super().__init__()
        self._beside = beside
        self.load_middleware(is_async=True)
        self._resolver = get_resolver()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self._request(scope)
        if request is None:
            await self._beside(scope, receive, send)
            return
        response = await cast("Any", self)._middleware_chain(request)
        if response.status_code >= 400:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        await answer(send, response)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """What `_request` found; Django's own would look again.

        Only here the request learns of it: what middleware answers before, it answers for no view.
        """
        match = cast("LoopRequest", request).found
        request.resolver_match = match
        return match

    def _request(self, scope: Scope) -> HttpRequest | None:
        """The request, resolved, where its view has a form for the loop."""
        if scope["type"] != "http" or scope["method"] not in READS:
            return None
        try:
            request = LoopRequest(scope, _NOTHING)
            match = self._resolver.resolve(request.path_info)
        # Django's handler knows what to answer.
        except (UnicodeDecodeError, Resolver404):
            return None
        if (on_loop := getattr(match.func, "on_loop", None)) is None:
            return None
        match.func = on_loop
        request.found = match
        return request


_NOTHING = BytesIO()
