"""Starts the small service of this folder under a real server."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
APPS = HERE.parents[2] / "apps"
SERVERS = {
    "wsgi": [
        "gunicorn",
        "--workers=2",
        "--bind=fd://{fd}",
        "--no-control-socket",
        "django.core.wsgi:get_wsgi_application()",
    ],
    "asgi": ["uvicorn", "--fd={fd}", "--no-access-log", "--factory", "django.core.asgi:get_asgi_application"],
}


def environment(**variables: str) -> dict[str, str]:
    """The variables for a process of the service, free of what the shell around the tests sets."""
    kept = {key: value for key, value in os.environ.items() if "PROMETHEUS" not in key and key != "METRICS_DIR"}
    return {**kept, "PYTHONPATH": f"{HERE}:{APPS}", "DJANGO_SETTINGS_MODULE": "service", **variables}


Serve = Callable[..., httpx.Client]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start the service, `serve("wsgi" | "asgi", **variables)`; its log is `serve.log` in tmp_path."""
    started: list[tuple[subprocess.Popen[bytes], httpx.Client]] = []

    def start(server: str, **variables: str) -> httpx.Client:
        # The kernel queues connections on a socket that listens already, so there is nothing to wait for.
        listener = socket.create_server(("127.0.0.1", 0))
        command = [part.format(fd=listener.fileno()) for part in SERVERS[server]]
        with (tmp_path / "serve.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment(**variables),
                cwd=tmp_path,
                stderr=log,
                stdout=log,
                pass_fds=[listener.fileno()],
            )
        host, port = listener.getsockname()
        listener.close()
        client = httpx.Client(base_url=f"http://{host}:{port}", timeout=30)
        started.append((process, client))
        return client

    yield start
    for process, client in started:
        client.close()
        process.terminate()
    for process, _ in started:
        process.wait(timeout=20)
