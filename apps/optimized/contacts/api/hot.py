"""The hot reads, as plain Django views: a contact and the listing.

Ninja documents them (see `endpoints`), but does not run them: finding the operation, building its parameter model
and its response cost more than the query does. The views answer GET and HEAD themselves and hand every other method
to Ninja's view of the same path.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import sync_to_async
from contract.errors import RefusedError
from contract.query import none, parameters
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ..application.loop_reads import LoopReads
from ..composition import Services
from .errors import refusal
from .hosts import ours
from .loop.asgi import READS

JSON = "application/json"
View = Callable[..., HttpResponseBase]


def origin(request: HttpRequest) -> str:
    """Scheme and host that the client used; raises `DisallowedHost` for a host that is not ours."""
    return f"{request.scheme}://{request.get_host()}"


def host_of(request: HttpRequest) -> str:
    """The host that the client used, without asking Django again; raises `DisallowedHost` for one that is not ours."""
    given: str = request.META.get("HTTP_HOST", "")
    return given if ours(given) else request.get_host()


class HotViews:
    """The two views over the services; each takes Ninja's view for the methods that it does not answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def contact(self, ninja: View) -> View:
        """The view of one contact."""

        def read(request: HttpRequest, contact_id: int) -> bytes:
            services = self._services
            request.get_host()
            none(request.META.get("QUERY_STRING", ""))
            # Read by its key, a contact costs less than the lock that would guard it.
            return services.cached(
                b"%d" % contact_id,
                lambda: services.encode(services.contact(services.queries.detail(contact_id))),
                guard=False,
            )

        async def read_on_loop(reads: LoopReads, request: HttpRequest, contact_id: int) -> bytes:
            host_of(request)
            return await reads.contact(contact_id, request.META.get("QUERY_STRING", ""))

        return self._view(ninja, read, read_on_loop)

    def contacts(self, ninja: View) -> View:
        """The view of the listing."""

        def read(request: HttpRequest) -> bytes:
            services = self._services
            base, query = origin(request) + request.path, request.META.get("QUERY_STRING", "")

            def compute() -> bytes:
                page = services.page(services.queries.plan(parameters(query)), query)
                return services.encode(page.envelope(base, query, list(map(services.contact, page.contacts))))

            return services.cached(f"{base}?{query}".encode(), compute)

        async def read_on_loop(reads: LoopReads, request: HttpRequest) -> bytes:
            base = f"{request.scheme}://{host_of(request)}{request.path}"
            return await reads.contacts(base, request.META.get("QUERY_STRING", ""))

        return self._view(ninja, read, read_on_loop)

    def _view(
        self,
        ninja: View,
        read: Callable[..., bytes],
        read_on_loop: Callable[..., Awaitable[bytes]],
    ) -> View:
        def view(request: HttpRequest, **values: int) -> HttpResponseBase:
            if request.method not in READS:
                return ninja(request, **values)
            try:
                return HttpResponse(read(request, **values), content_type=JSON)
            except RefusedError as error:
                return refusal(error)

        async def on_loop(request: HttpRequest, **values: int) -> HttpResponseBase:
            try:
                return HttpResponse(await read_on_loop(reads, request, **values), content_type=JSON)
            except RefusedError as error:
                return refusal(error)

        async def async_view(request: HttpRequest, **values: int) -> HttpResponseBase:
            # The writes, the ORM and the cache's client are synchronous: they get a thread, as Django gives it.
            if request.method not in READS or reads is None:
                return await sync_to_async(view)(request, **values)
            return await on_loop(request, **values)

        reads = self._services.on_loop
        if self._services.async_views:
            # Django's types know no asynchronous views in `path`.
            return cast("View", async_view)
        if reads is not None:
            # Where `LoopHandler` looks for it.
            view.on_loop = on_loop  # type: ignore[attr-defined]
        return view
