"""The hot reads, as plain Django views: a contact and the listing.

Ninja documents them (see `endpoints`), but does not run them: finding the operation, building its parameter model
and its response cost more than the query does. `hot_contact` and `hot_contacts` answer GET and HEAD themselves and
hand every other method to Ninja's view of the same path.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ..application.paging import Link, Page
from ..composition import Services
from ..domain.errors import Refused
from ..infrastructure.rendering import contact
from .errors import refusal

JSON = "application/json"
View = Callable[..., HttpResponseBase]


def origin(request: HttpRequest) -> str:
    """Scheme and host that the client used; raises `DisallowedHost` for a host that is not ours."""
    return f"{request.scheme}://{request.get_host()}"


def link(base: str, query: str, to: Link | None) -> str | None:
    """The absolute URL of a neighbouring page: the same query, with the other page or cursor at its end."""
    if to is None:
        return None
    kept = [part for part in query.split("&") if part and not part.startswith(("page=", "cursor="))]
    return f"{base}?{'&'.join([*kept, f'{to.parameter}={to.value}'])}"


def envelope(base: str, query: str, page: Page) -> dict[str, object]:
    """The contract's envelope around a page."""
    return {
        "count": page.count,
        "next": link(base, query, page.next),
        "previous": link(base, query, page.previous),
        "results": [contact(row) for row in page.rows],
    }


def hot_contact(services: Services, ninja: View) -> View:
    """The view of one contact."""

    def view(request: HttpRequest, contact_id: int) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return ninja(request, contact_id=contact_id)
        try:
            body = services.cached(
                b"%d" % contact_id, lambda: services.encode(contact(services.queries.detail(contact_id)))
            )
        except Refused as error:
            return refusal(error)
        return HttpResponse(body, content_type=JSON)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def hot_contacts(services: Services, ninja: View) -> View:
    """The view of the listing."""

    def view(request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return ninja(request)
        base, query = origin(request) + request.path, request.META.get("QUERY_STRING", "")

        def compute() -> bytes:
            plan = services.queries.plan(request.GET.dict())
            return services.encode(envelope(base, query, services.page(plan, query)))

        try:
            body = services.cached(f"{base}?{query}".encode(), compute)
        except Refused as error:
            return refusal(error)
        return HttpResponse(body, content_type=JSON)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view
