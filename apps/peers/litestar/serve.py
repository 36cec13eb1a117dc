"""Serves HTTP on `$BIND`, one process, with the server that the switch `server` names."""

import os
import sys
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers.core.python.settings import Settings, SettingsError
from peers.litestar.switches import TABLE
from stopping import drain_s

APPLICATION = "peers.litestar.application:create_app"


def main() -> None:
    """Check the settings, and serve."""
    try:
        settings = Settings.read(os.environ, TABLE)
    except SettingsError as error:
        sys.exit(str(error))
    # A server imports from where it is started, and this folder has the name of a package that others import.
    os.chdir(Path(__file__).resolve().parents[2])
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    if settings.switches["server"] == "granian":
        _become_granian(host, port)
    else:
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
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain_s(os.environ),
    )


def _become_granian(host: str, port: str) -> None:
    arguments = [
        *("granian", APPLICATION, "--factory", "--host", host, "--port", port),
        *("--interface", "asgi", "--loop", "uvloop", "--no-ws", "--http", "1", "--workers", "1"),
        *("--workers-kill-timeout", f"{drain_s(os.environ)}s", "--log-level", "warning"),
    ]
    # The interpreter's own folder first: the server of this environment, whatever else is on PATH.
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    os.execvp(arguments[0], arguments)  # noqa: S606  the command is the table's above


if __name__ == "__main__":
    main()
