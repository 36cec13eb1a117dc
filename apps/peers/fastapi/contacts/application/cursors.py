"""Signed cursors: a place in an ordering, as text that only this service can make. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from .errors import InvalidError
from .listing import Ordering

MAC_BYTES = 16
_DECODED: Mapping[str, Callable[[str], object]] = {"time": datetime.fromisoformat, "date": date.fromisoformat}


@dataclass(frozen=True)
class Cursor:
    """Values of the ordering's fields at the boundary row, and whether to read `backward` from it."""

    values: tuple[object, ...]
    backward: bool


class CursorSigner:
    """Makes and reads cursors under one secret.

    A cursor is base64url(HMAC-SHA256 truncated to 16 bytes ‖ JSON of ordering, direction and values). It is good for
    its ordering only; the filters may change, since they do not move a place in the ordering.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"fastapi.cursor\0" + secret.encode()).digest()

    def sign(self, ordering: Ordering, cursor: Cursor) -> str:
        """The cursor as text safe in a URL."""
        body = orjson.dumps([_name(ordering), cursor.backward, cursor.values])
        return urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, ordering: Ordering, text: str) -> Cursor:
        """The cursor in `text`; raises `InvalidError` naming `cursor` for a forged one or one of another ordering."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            sealed = b""
        mac, body = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise InvalidError({"cursor": ["This cursor is not one that the service gave out."]})
        name, backward, values = orjson.loads(body)
        if name != _name(ordering):
            raise InvalidError({"cursor": ["This cursor belongs to another ordering."]})
        decoded = (
            value if value is None else _DECODED.get(order.field.kind, _same)(value)
            for order, value in zip(ordering, values, strict=True)
        )
        return Cursor(tuple(decoded), backward)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:MAC_BYTES]


def _same(value: object) -> object:
    return value


def _name(ordering: Ordering) -> str:
    return ",".join(map(str, ordering))
