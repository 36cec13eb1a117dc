"""Serves an application in a thread, until it is closed; the page of one run on loopback."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from scalebed.messages import UserError
from scalebed.records.run_directory import RunDirectory
from scalebed.web.site import site

PORT = 8321
_CLOSING_S = 5.0


class PortError(UserError):
    """One sentence: which port, and what to do."""


class Server:
    """One that listens. Closing it ends what is still being read."""

    def __init__(self, app: ASGIApp, listening: socket.socket, closing: threading.Event) -> None:
        """`closing` is set before it closes, for answers that have no end."""
        self._socket = listening
        host, port = listening.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        self._closing = closing
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Safe to call twice."""
        self._closing.set()
        self._server.should_exit = True
        self._thread.join(_CLOSING_S)
        self._socket.close()


def page_server(directory: RunDirectory, port: int | None = None) -> Server:
    """`port`: None takes `PORT`, and another where that is taken. Raises PortError where a named one is."""
    closing = threading.Event()
    listening = _listening(port)
    return Server(site(directory, closing), listening, closing)


def _listening(port: int | None) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", PORT if port is None else port))
    except OSError as error:
        if port is not None:
            made.close()
            raise PortError(f"--port {port}: cannot be had ({error.strerror}); name another one") from error
        made.bind(("127.0.0.1", 0))
    made.listen()  # whoever connects before the thread runs waits
    return made
