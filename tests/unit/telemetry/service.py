"""A Django service with nothing but telemetry and three routes; its settings and its URLs are this module."""

import os

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from telemetry.logs import logging_config

SECRET_KEY = "of no use"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = __name__
INSTALLED_APPS = ["telemetry"]
MIDDLEWARE = ["telemetry.middleware.MetricsMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", ":memory:")}}
LOGGING = logging_config(os.environ.get("LOG_LEVEL", "INFO"))
READINESS_CHECKS = [check for check in os.environ.get("CHECKS", "").split(",") if check]
DEGRADATION_CHECKS = [check for check in os.environ.get("BESIDE", "").split(",") if check]


def passing() -> str | None:
    return None


def refusing() -> str | None:
    return "The cache does not answer."


def breaking() -> str | None:
    raise RuntimeError("secret")


def greet(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"{name} from {os.getpid()}")


async def greet_async(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"{name} from {os.getpid()}")


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("this view fails")


urlpatterns = [
    path("greet/<str:name>/", greet),
    path("greet-async/<str:name>/", greet_async),
    path("fail/", fail),
    path("", include("telemetry.urls")),
]
