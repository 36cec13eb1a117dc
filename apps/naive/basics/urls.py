"""The addresses of what needs no database."""

from django.urls import path

from naive.basics.views import CpuView, EchoView, JsonView

urlpatterns = [
    path("json/", JsonView.as_view(), name="json"),
    path("echo/", EchoView.as_view(), name="echo"),
    path("cpu/", CpuView.as_view(), name="cpu"),
]
