"""Serves HTTP on `$BIND` with the server that the switch `server` names; becomes that server by exec."""

import os
import sys
from pathlib import Path

from config.switches import SwitchError, Switches

# A stop is to be over within 10 s of SIGTERM.
DRAIN_S = 8


def command(server: str, host: str, port: str, threads: int) -> list[str]:
    """The server's command line: one process, since a replica has at most one core."""
    if server == "gthread":
        return [
            *("gunicorn", "config.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"),
            *("--threads", str(threads), "--graceful-timeout", str(DRAIN_S), "--keep-alive", "75"),
            *("--limit-request-line", "8190", "--no-control-socket"),
        ]
    if server == "uvicorn":
        return [
            *("uvicorn", "config.asgi:application", "--host", host, "--port", port, "--no-access-log"),
            *("--lifespan", "off", "--timeout-graceful-shutdown", str(DRAIN_S), "--no-proxy-headers"),
            *("--timeout-keep-alive", "75", "--no-server-header", "--no-date-header"),
        ]
    interface = server.removeprefix("granian-")
    granian = [
        *("granian", f"config.{interface}:application", "--host", host, "--port", port, "--no-ws", "--http", "1"),
        *("--workers", "1", "--workers-kill-timeout", f"{DRAIN_S}s", "--log-level", "warning"),
    ]
    if interface == "wsgi":
        return [*granian, "--interface", "wsgi", "--blocking-threads", str(threads)]
    return [*granian, "--interface", "asginl", "--loop", "uvloop"]


def main() -> None:
    """Check the switches, and exec."""
    try:
        switches = Switches.parse(os.environ.get("SWITCHES", ""))
    except SwitchError as error:
        sys.exit(str(error))
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    os.chdir(Path(__file__).resolve().parent)
    arguments = command(switches["server"], host, port, int(os.environ.get("SERVER_THREADS", "2")))
    # The interpreter's own folder first: the server of this environment, whatever else is on PATH.
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    os.execvp(arguments[0], arguments)  # noqa: S606  the command is the table's above


if __name__ == "__main__":
    main()
