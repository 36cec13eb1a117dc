"""Requests to the variant in this process, by its WSGI application: the path of a real one, but for the socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from django.core.wsgi import get_wsgi_application

from querybench.recording import Recording, recording


@dataclass(frozen=True)
class Answer:
    """What came back, how long it took as a whole, and the statements that it took."""

    status: int
    body: Any
    """The parsed JSON; None where there was none."""
    seconds: float
    recorded: Recording

    @property
    def rows(self) -> int:
        """Contacts in the answer: of a page those of the page, of a contact 1, of an error 0."""
        if self.status != 200 or not isinstance(self.body, dict):
            return 0
        results = self.body.get("results")
        return len(results) if isinstance(results, list) else 1


class Service:
    """The variant's application. Not Django's test client: that keeps connections where the service would not."""

    def __init__(self) -> None:
        self._application = get_wsgi_application()

    def get(self, path: str) -> Answer:
        """GET a path with its query, or an absolute URL, of which only path and query count."""
        parts = urlsplit(path)
        heads: list[str] = []
        environ = _environ(parts.path, parts.query)

        def start_response(status: str, headers: object, exc_info: object = None, /) -> Callable[[bytes], object]:
            heads.append(status)
            # Only for servers of old; Django never calls it.
            return lambda content: None

        with recording() as recorded:
            started = perf_counter()
            response = self._application(environ, start_response)
            try:
                content = b"".join(response)
            finally:
                # The end of a request: here a service without a pool closes its connection.
                close = getattr(response, "close", None)
                if close is not None:
                    close()
            seconds = perf_counter() - started
        return Answer(int(heads[0].split()[0]), _parsed(content), seconds, recorded)


def _environ(path: str, query: str) -> dict[str, Any]:
    """A WSGI environment (PEP 3333) of a GET that a balancer has forwarded from HTTPS."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_X_FORWARDED_PROTO": "https",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
