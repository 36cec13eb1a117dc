"""Sets up one Django service in this process, for benchmarks of what happens inside a request. No database."""

import os
import sys
from pathlib import Path

import django
import pytest

APPS = Path(__file__).resolve().parents[1] / "apps"
SECRET_KEY = "of no use but for benchmarks, and as long as HS256 wants"  # noqa: S105


def set_up(name: str) -> None:
    """Make the modules of `apps/name` importable, with its own settings.

    Both services have a `config` and a `contacts`: raises `pytest.UsageError` where another one is set up already.
    """
    if "config" in sys.modules:
        raise pytest.UsageError("Benchmark one service at a time, as scripts/benchmark-request does.")
    for variable in ("METRICS_DIR", "PROMETHEUS_MULTIPROC_DIR", "CACHE_URL", "SWITCHES"):
        os.environ.pop(variable, None)
    os.environ |= {
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    sys.path[:0] = [str(APPS / name), str(APPS)]
    django.setup()
