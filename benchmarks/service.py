"""Sets up one Django service in this process, for benchmarks of what happens inside a request. No database."""

import os

import django
import pytest
from django.apps import apps

SECRET_KEY = "of no use but for benchmarks, and as long as HS256 wants"  # noqa: S105


def set_up(name: str) -> None:
    """Set Django up with the settings of a service; raises `pytest.UsageError` where another one has done so."""
    if apps.ready:
        raise pytest.UsageError("Benchmark one service at a time, as scripts/benchmark-request does.")
    for variable in ("METRICS_DIR", "PROMETHEUS_MULTIPROC_DIR", "CACHE_URL", "SWITCHES"):
        os.environ.pop(variable, None)
    os.environ |= {
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
        "DJANGO_SETTINGS_MODULE": f"{name}.config.settings",
    }
    django.setup()
