"""Serves HTTP on `$BIND` with the server that the switch `server` names."""

import os
import sys
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers.fastapi.config.settings import Settings, SettingsError
from stopping import drain_s

APPLICATION = "peers.fastapi.contacts.composition:application"
# How long a connection may idle: longer than the balancer in front keeps one.
IDLE_S = 75


def main() -> None:
    """Check the settings, and serve."""
    try:
        settings = Settings.read(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    # A server imports from where it is started, and Granian would take this file's folder for part of another package.
    os.chdir(Path(__file__).resolve().parents[2])
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    match settings.switches["server"]:
        case "granian":
            _become(_granian(host, port))
        case "gunicorn-uvicorn":
            _become(_gunicorn(host, port, settings.switches["workers"]))
        case _:
            _serve_uvicorn(host, int(port))


def _serve_uvicorn(host: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415  only the server that is asked for

    uvicorn.run(
        APPLICATION,
        factory=True,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=drain_s(os.environ),
    )


def _granian(host: str, port: str) -> list[str]:
    return [
        *("granian", APPLICATION, "--factory", "--host", host, "--port", port),
        *("--interface", "asgi", "--loop", "uvloop", "--no-ws", "--http", "1", "--workers", "1"),
        *("--workers-kill-timeout", f"{drain_s(os.environ)}s", "--log-level", "warning"),
    ]


def _gunicorn(host: str, port: str, workers: str) -> list[str]:
    """gunicorn with uvicorn in each worker. Its control socket would be one file for all replicas of a host."""
    return [
        *("gunicorn", f"{APPLICATION}()", "--bind", f"{host}:{port}", "--workers", workers),
        *("--worker-class", "peers.fastapi.config.asgi_worker.AsgiWorker", "--keep-alive", str(IDLE_S)),
        *("--graceful-timeout", str(drain_s(os.environ)), "--no-control-socket", "--forwarded-allow-ips", ""),
        *("--log-level", "warning"),
    ]


def _become(arguments: list[str]) -> None:
    # The interpreter's own folder first: the server of this environment, whatever else is on PATH.
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    os.execvp(arguments[0], arguments)  # noqa: S606  the command is the table's above


if __name__ == "__main__":
    main()
