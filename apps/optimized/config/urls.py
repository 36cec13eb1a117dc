"""The service's addresses. The hot ones come first, since Django tries them in this order."""

from typing import cast

from django.urls import URLPattern, include, path

from contacts.api import hot
from contacts.api.endpoints import make_api
from contacts.composition import services

_services = services()
_api = make_api(_services)


def _ninja_view(route: str) -> hot.View:
    """Ninja's view of a path, for the methods that the hot views leave to it."""
    patterns = cast("list[URLPattern]", _api.urls[0])
    return cast("hot.View", next(pattern.callback for pattern in patterns if str(pattern.pattern) == route))


urlpatterns = [
    path("api/contacts/<int:contact_id>/", hot.hot_contact(_services, _ninja_view("contacts/<int:contact_id>/"))),
    path("api/contacts/", hot.hot_contacts(_services, _ninja_view("contacts/"))),
    path("", include("telemetry.urls")),
    path("api/", _api.urls),
]

handler400 = "contacts.api.errors.bad_request"
handler404 = "contacts.api.errors.not_found"
handler500 = "contacts.api.errors.server_error"
