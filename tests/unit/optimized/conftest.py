"""What the service's own addresses answer with the hot reads on an event loop, beside what Django answers."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scalebed.paths import ROOT

HERE = Path(__file__).parent
Request = dict[str, Any]
Pair = dict[str, dict[str, Any]]
Ask = Callable[..., list[Pair]]


def request(
    path: str, query: str = "", method: str = "GET", headers: Sequence[tuple[str, str]] | None = None, **scope: Any
) -> Request:
    """A request to the service; to its own host where no headers are given."""
    named = [("host", "localhost:8000")] if headers is None else headers
    return {"path": path, "query": query, "method": method, "headers": list(named), **scope}


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Ask both: `ask(requests, hot, **variables)`."""

    def run(requests: Sequence[Request], hot: str, **variables: str) -> list[Pair]:
        environment = {
            "DJANGO_SETTINGS_MODULE": "optimized.config.settings",
            "PYTHONPATH": str(ROOT / "apps"),
            "SECRET_KEY": "test" * 16,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
            "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],.example.com",
            "SWITCHES": f"hot={hot},server=uvicorn,cache=off",
            **variables,
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", HERE / "hot_program.py"],
            input=json.dumps(requests),
            env=environment,
            cwd=ROOT / "apps" / "optimized",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: list[Pair] = json.loads(done.stdout)
        return found

    return run
