"""Serves HTTP on `$BIND`, one process, with the server that the switch `server` names."""

import os
import sys
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from peers.core.python.settings import Settings, SettingsError
from peers.quart.switches import TABLE
from stopping import drain_s


def main() -> None:
    """Check the settings, and serve."""
    try:
        settings = Settings.read(os.environ, TABLE)
    except SettingsError as error:
        sys.exit(str(error))
    # This file's folder has the name of a package that others import.
    os.chdir(Path(__file__).resolve().parents[2])
    bind = os.environ.get("BIND", "127.0.0.1:8000")
    if settings.switches["server"] == "hypercorn":
        _serve_hypercorn(bind)
    else:
        _serve_uvicorn(bind)


def _serve_uvicorn(bind: str) -> None:
    import uvicorn  # noqa: PLC0415  only the server that is asked for

    host, _, port = bind.rpartition(":")
    uvicorn.run(
        "peers.quart.application:create_app",
        factory=True,
        host=host,
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain_s(os.environ),
    )


def _serve_hypercorn(bind: str) -> None:
    from hypercorn.config import Config  # noqa: PLC0415  as above
    from hypercorn.run import run  # noqa: PLC0415

    config = Config()
    config.application_path = "peers.quart.application:create_app()"
    config.bind = [bind]
    config.worker_class = "uvloop"
    # In this process.
    config.workers = 0
    config.graceful_timeout = drain_s(os.environ)
    config.keep_alive_timeout = 75
    config.accesslog = None
    config.loglevel = "WARNING"
    sys.exit(run(config))


if __name__ == "__main__":
    main()
