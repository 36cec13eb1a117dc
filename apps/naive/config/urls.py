"""The service's addresses."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib.staticfiles.views import serve
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from naive.contacts import apiviews
from naive.contacts.views import ContactViewSet, MeView, TokenView

contact_urls: Sequence[URLPattern | URLResolver]
if settings.SWITCHES["views"] == "viewset":
    router = SimpleRouter()
    router.register("contacts", ContactViewSet, basename="contact")
    contact_urls = router.urls
else:
    contact_urls = apiviews.urlpatterns

urlpatterns = [
    path("", include("telemetry.urls")),
    path("api/", include(contact_urls)),
    path("api/basics/", include("naive.basics.urls")),
    path("api/auth/token/", TokenView.as_view(), name="token"),
    path("api/auth/me/", MeView.as_view(), name="me"),
    path("api/openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    # The page's scripts come from the installed package, so that it works offline; nothing else is served here.
    re_path(r"^static/(?P<path>drf_spectacular_sidecar/.*)$", serve, {"insecure": True}),
    path("api/swagger", SpectacularSwaggerView.as_view(url_name="schema"), name="swagger"),
]

handler400 = "naive.contacts.errors.bad_request"
handler404 = "naive.contacts.errors.not_found"
handler500 = "naive.contacts.errors.server_error"
