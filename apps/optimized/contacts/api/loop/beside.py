"""Everything that is not a hot read: Django's synchronous handler in a thread, one hop for the whole request.

Django's own ASGI handler hops for each signal, for each synchronous middleware and for the view.
"""

from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import IO, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from .asgi import Headers, Receive, Scope, Send, content, headers, send_whole


class ThreadHandler(ASGIHandler):
    """An ASGI application over synchronous middleware and views, which so many threads run."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is answered here, not {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            answered = await get_running_loop().run_in_executor(self._threads, self._answered, scope, body)
        await send_whole(send, *answered)

    def _answered(self, scope: Scope, body: IO[bytes]) -> tuple[int, Headers, bytes]:
        """Status, headers and body; what Django does around a request under WSGI."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else cast("HttpResponseBase", refused)
        response._handler_class = type(self)  # type: ignore[attr-defined]
        try:
            return response.status_code, headers(response), content(response)
        finally:
            # Sends `request_finished`, which gives this thread's connection back.
            response.close()
