"""Django with one empty view and no middleware, under WSGI and ASGI."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from empty import BODY, JSON

if not settings.configured:
    settings.configure(ROOT_URLCONF="empty_django", ALLOWED_HOSTS=["*"], SECRET_KEY="of no use", USE_I18N=False)  # noqa: S106
    django.setup()


def view(request: HttpRequest) -> HttpResponse:
    """The same bytes for everybody."""
    return HttpResponse(BODY, content_type=JSON)


async def async_view(request: HttpRequest) -> HttpResponse:
    """The same, as a coroutine."""
    return HttpResponse(BODY, content_type=JSON)


urlpatterns = [path("readyz", view), re_path("^async/", async_view), re_path("", view)]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
