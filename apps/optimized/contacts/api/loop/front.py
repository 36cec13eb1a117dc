"""The hot reads answered before Django: one look at the method and the path, and all else goes on to Django.

What Django's middleware would add to an answer or refuse stays the same: the headers are those of the middleware
itself, asked once, hosts are checked by Django's own function, and requests are counted under the same names.
"""

import re
from asyncio import CancelledError
from io import BytesIO
from time import perf_counter

from contract.document import MESSAGES
from contract.errors import RefusedError
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.utils.log import log_response
from telemetry.counting import CLIENT_LEFT, record

from ...application.loop_reads import LoopReads
from ..errors import detail, refusal
from ..hosts import ours
from .asgi import READS, Application, Headers, Receive, Scope, Send, content, headers, send_whole
from .envelope import added, as_lines

JSON = (b"Content-Type", b"application/json")
# Bytes that `str` would take for digits are none in an address. A number that no id has goes on to Django, which knows
# what int() makes of thousands of digits.
_HOT = re.compile("/api/contacts/(?:([0-9]{1,19})/)?")
CONTACT, CONTACTS = "api/contacts/<int:contact_id>/", "api/contacts/"


class Front:
    """An ASGI application before another."""

    def __init__(self, reads: LoopReads, beside: Application) -> None:
        self._reads = reads
        self._beside = beside
        self._tls = bool(getattr(settings, "SECURE_SSL_REDIRECT", False))
        self._headers = {secure: as_lines(added(secure=secure)) for secure in (False, True)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hot = None
        if scope["type"] == "http" and scope["method"] in READS and not scope.get("root_path"):
            hot = _HOT.fullmatch(scope["path"])
        asked = None if hot is None else self._asked(scope)
        if hot is None or asked is None:
            await self._beside(scope, receive, send)
            return
        started = perf_counter()
        host, secure = asked
        route = CONTACTS if hot[1] is None else CONTACT
        try:
            status, lines, body = await self._answered(scope, host, hot[1], secure=secure)
        except CancelledError:
            record(scope["method"], route, CLIENT_LEFT, perf_counter() - started)
            raise
        record(scope["method"], route, status, perf_counter() - started)
        await send_whole(send, status, [*lines, *self._headers[secure]], body)

    def _asked(self, scope: Scope) -> tuple[str, bool] | None:
        """The host and whether the client came by TLS; None where Django has to look closer."""
        hosts, schemes = [], []
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"x-forwarded-proto":
                schemes.append(value)
        if len(hosts) != 1 or len(schemes) > 1:
            return None
        secure = self._tls and schemes == [b"https"]
        # Plain HTTP is sent on to where TLS ends.
        if self._tls and not secure:
            return None
        host = hosts[0].decode("latin-1")
        return (host, secure) if ours(host) else None

    async def _answered(
        self, scope: Scope, host: str, contact_id: str | None, *, secure: bool
    ) -> tuple[int, Headers, bytes]:
        query = scope["query_string"].decode("latin-1")
        try:
            if contact_id is None:
                base = f"{'https' if secure else scope['scheme']}://{host}{scope['path']}"
                return 200, [JSON], await self._reads.contacts(base, query)
            return 200, [JSON], await self._reads.contact(int(contact_id), query)
        except RefusedError as error:
            response = refusal(error)
            _log(scope, response)
        except Exception as error:
            response = detail(MESSAGES["failed"], 500)
            _log(scope, response, error)
        return response.status_code, headers(response), content(response)


def _log(scope: Scope, response: HttpResponse, error: Exception | None = None) -> None:
    """What Django's handler would log of such a response: with its request, whose id the log tells."""
    try:
        request = ASGIRequest(scope, BytesIO())
    except UnicodeDecodeError:
        request = None
    log_response("%s: %s", response.reason_phrase, scope["path"], response=response, request=request, exception=error)
