"""The service's addresses. The hot ones come first, since Django tries them in this order."""

from typing import cast

from django.contrib.staticfiles.views import serve
from django.urls import URLPattern, include, path, re_path

from optimized.contacts.api.endpoints import make_api
from optimized.contacts.api.guard import guarded
from optimized.contacts.api.hot import HotViews
from optimized.contacts.composition import services

_services = services()
_patterns, _app_name, _namespace = make_api(_services).urls
_hot = HotViews(_services)
# Ninja's views by their route.
_views = {
    str(pattern.pattern): guarded(pattern.callback, str(pattern.pattern))
    for pattern in cast("list[URLPattern]", _patterns)
}
_names = {str(pattern.pattern): pattern.name for pattern in cast("list[URLPattern]", _patterns)}

urlpatterns = [
    path("api/contacts/<int:contact_id>/", _hot.contact(_views["contacts/<int:contact_id>/"])),
    path("api/contacts/", _hot.contacts(_views["contacts/"])),
    path("", include("telemetry.urls")),
    # The scripts of the description's page come from the installed package, so that it works offline.
    re_path(r"^static/(?P<path>ninja/.*)$", serve, {"insecure": True}),
    path("api/", ([path(route, view, name=_names[route]) for route, view in _views.items()], _app_name, _namespace)),
]

handler400 = "optimized.contacts.api.errors.bad_request"
handler404 = "optimized.contacts.api.errors.not_found"
handler500 = "optimized.contacts.api.errors.server_error"
