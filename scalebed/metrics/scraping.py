"""Where Prometheus scrapes a run that is measured here: `/metrics`, in the format that it asks for."""

from __future__ import annotations

import ipaddress
import socket
import threading
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scalebed.messages import UserError
from scalebed.metrics import exposition
from scalebed.metrics.families import Families
from scalebed.metrics.tally import Tally
from scalebed.web.guard import NAMES, Guard
from scalebed.web.server import Server

ADDRESS = "127.0.0.1:9464"
"""The port is the one that OpenTelemetry's exporters for Prometheus have by default."""
_PROTOBUF = "application/vnd.google.protobuf"


class AddressError(UserError):
    """One sentence: which address, and what to do."""


def server(tally: Tally, address: str = ADDRESS) -> Server:
    """Serves it in a thread until it is closed. `address`: HOST:PORT, the host an address of this machine.

    On loopback it answers to the names of loopback alone, as the page does: no page of another origin may read it.
    Raises AddressError.
    """
    host, port = _parsed(address)
    listening = _listening(host, port, address)
    guards = [Middleware(Guard, names={*NAMES, host})] if _loopback(host) else []
    return Server(application(tally, guards), listening, threading.Event())


def application(tally: Tally, middleware: list[Middleware]) -> Starlette:
    """Answers `/metrics`."""
    registry = CollectorRegistry()
    registry.register(Families(tally))

    def metrics(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        if prefers_protobuf(accept):
            return Response(exposition.encoded(tally.state()), media_type=exposition.CONTENT_TYPE)
        encode, content_type = choose_encoder(accept)
        return Response(encode(registry), headers={"content-type": content_type})

    def elsewhere(request: Request) -> Response:
        return PlainTextResponse("The metrics of this run are at /metrics.\n", 404)

    return Starlette(routes=[Route("/metrics", metrics), Route("/", elsewhere)], middleware=middleware)


def prefers_protobuf(accept: str) -> bool:
    """Whether who asks wants protobuf at least as much as any text, as the header's weights say."""
    protobuf, others = 0.0, 0.0
    for each in accept.split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        weights = [part[2:] for part in parameters if part.lower().startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if kind.lower() == _PROTOBUF and "encoding=delimited" in parameters:
            protobuf = max(protobuf, weight)
        elif kind != "*/*":
            others = max(others, weight)
    return protobuf > 0 and protobuf >= others


def _parsed(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or parts.netloc != address or parts.username is not None:
        raise AddressError(f"--prometheus-address {address}: is no HOST:PORT; name one such as {ADDRESS}")
    return host, port


def _listening(host: str, port: int, address: str) -> socket.socket:
    try:
        family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "no name has that form"
        raise AddressError(f"--prometheus-address {address}: {host} is no address ({why})") from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen()
    except OSError as error:
        made.close()
        raise AddressError(
            f"--prometheus-address {address}: cannot be had ({error.strerror}); name another one"
        ) from error
    return made


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
