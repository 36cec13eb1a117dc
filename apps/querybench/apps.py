"""The app of the benchmark of queries."""

from django.apps import AppConfig


class QuerybenchConfig(AppConfig):
    """Brings the command `benchmark`; it has no models."""

    name = "querybench"
