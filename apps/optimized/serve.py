"""Serves HTTP on `$BIND` with the server that the switch `server` names; becomes that server by exec."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stopping import drain_s
from switchboard import SwitchError

from optimized.config.switches import parse, without_shared_cache

IDLE_S = 75
CONFIG = "optimized.config"


@dataclass(frozen=True)
class Place:
    """Where to serve, with how many processes of how many threads, and how long a stop may take (s)."""

    host: str
    port: str
    workers: int
    threads: int
    drain_s: int


def granian(place: Place, interface: str, *more: str) -> list[str]:
    """Granian's command line."""
    return [
        *("granian", f"{CONFIG}.{interface}:application", "--host", place.host, "--port", place.port, "--no-ws"),
        *("--http", "1", "--workers", str(place.workers), "--workers-kill-timeout", f"{place.drain_s}s"),
        *("--log-level", "warning", *more),
    ]


def granian_wsgi(place: Place) -> list[str]:
    """Granian with threads of Python."""
    return granian(place, "wsgi", "--interface", "wsgi", "--blocking-threads", str(place.threads))


def granian_asgi(place: Place) -> list[str]:
    """Granian with an event loop."""
    return granian(place, "asgi", "--interface", "asginl", "--loop", "uvloop")


def uvicorn(place: Place) -> list[str]:
    """uvicorn, which minds several workers itself."""
    return [
        *("uvicorn", f"{CONFIG}.asgi:application", "--host", place.host, "--port", place.port, "--no-access-log"),
        *("--lifespan", "off", "--timeout-graceful-shutdown", str(place.drain_s), "--no-proxy-headers"),
        *("--timeout-keep-alive", str(IDLE_S), "--no-server-header", "--no-date-header"),
        # A worker that waits for its share of a small quota is not hung.
        *("--workers", str(place.workers), "--timeout-worker-healthcheck", "60"),
    ]


def gunicorn(place: Place, interface: str, *more: str) -> list[str]:
    """gunicorn's command line. Its control socket would be one file for all replicas of a host.

    Whom to believe about TLS is for Django's settings to say; gunicorn would believe everyone on this machine.
    """
    return [
        *("gunicorn", f"{CONFIG}.{interface}", "--bind", f"{place.host}:{place.port}"),
        *("--workers", str(place.workers)),
        *("--graceful-timeout", str(place.drain_s), "--keep-alive", str(IDLE_S), "--limit-request-line", "8190"),
        *("--no-control-socket", "--forwarded-allow-ips", "", *more),
    ]


def gthread(place: Place) -> list[str]:
    """gunicorn with threads."""
    return gunicorn(place, "wsgi", "--worker-class", "gthread", "--threads", str(place.threads))


def gunicorn_sync(place: Place) -> list[str]:
    """gunicorn with one request at a time in each worker, which is silent while it answers."""
    patience = max(30, place.drain_s + 10)
    return gunicorn(place, "wsgi", "--worker-class", "sync", "--timeout", str(patience))


def gunicorn_uvicorn(place: Place) -> list[str]:
    """gunicorn with uvicorn in each worker."""
    return gunicorn(place, "asgi", "--worker-class", f"{CONFIG}.asgi_worker.AsgiWorker")


COMMANDS: dict[str, Callable[[Place], list[str]]] = {
    "granian-wsgi": granian_wsgi,
    "granian-asgi": granian_asgi,
    "uvicorn": uvicorn,
    "gthread": gthread,
    "gunicorn-sync": gunicorn_sync,
    "gunicorn-uvicorn": gunicorn_uvicorn,
}


def main() -> None:
    """Check the switches, and exec."""
    try:
        switches = parse(os.environ.get("SWITCHES", ""))
    except SwitchError as error:
        sys.exit(str(error))
    if not os.environ.get("CACHE_URL") and (trouble := without_shared_cache(switches)):
        sys.exit(f"SWITCHES: {trouble}")
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    # Servers import from where they are started, and Granian would take this file's folder for part of another package.
    os.chdir(Path(__file__).resolve().parents[1])
    place = Place(host, port, switches.number("workers"), switches.number("threads"), drain_s(os.environ))
    arguments = COMMANDS[switches["server"]](place)
    # The interpreter's own folder first: the server of this environment, whatever else is on PATH.
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    os.execvp(arguments[0], arguments)  # noqa: S606  the command is the table's above


if __name__ == "__main__":
    main()
