"""What was measured with: everything that could change a result and that this engine can know."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "django", "djangorestframework", "django-filter", "drf-spectacular", "djangorestframework-simplejwt", "gunicorn",
    "django-ninja", "django-ninja-extra", "django-redis", "granian", "uvicorn", "orjson", "pydantic", "psycopg",
    "psycopg-binary", "psycopg-pool", "redis", "hiredis", "prometheus-client", "pyjwt", "faker", "numpy",
)  # fmt: skip


def package_versions(names: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Installed ones only; both services and the testbed run in this environment."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state(root: Path) -> dict[str, object]:
    """Commit, and whether the working tree differs from it; None where git cannot tell."""
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=20, check=False
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
