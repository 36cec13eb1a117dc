"""Signed cursors: a place in an ordering, as text that only this service can make. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Protocol

from .document import MESSAGES
from .errors import InvalidError
from .listing import Ordering

MAC_BYTES = 16


@dataclass(frozen=True)
class Cursor:
    """Values of the ordering's fields at the boundary row, and whether to read `backward` from it."""

    values: tuple[object, ...]
    backward: bool


class Codec(Protocol):
    """How a service writes a place as JSON, which is a matter of its encoder and its driver."""

    def encode(self, place: list[Any]) -> bytes:
        """The ordering's name, the direction and the values."""
        ...

    def decode(self, body: bytes) -> list[Any]:
        """What was encoded, the values as JSON has them."""
        ...

    def restored(self, ordering: Ordering, values: list[Any]) -> tuple[object, ...]:
        """The values of an ordering's fields as the driver wants them."""
        ...


class CursorSigner:
    """Makes and reads cursors under one secret; `service` keeps those of two services apart.

    A cursor is base64url(HMAC-SHA256 truncated to 16 bytes ‖ JSON of ordering, direction and values). It is good for
    its ordering only; the filters may change, since they do not move a place in the ordering.
    """

    def __init__(self, service: str, secret: str, codec: Codec) -> None:
        self._key = hashlib.sha256(f"{service}.cursor\0{secret}".encode()).digest()
        self._codec = codec

    def sign(self, ordering: Ordering, cursor: Cursor) -> str:
        """The cursor as text safe in a URL."""
        body = self._codec.encode([_name(ordering), cursor.backward, cursor.values])
        return urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def read(self, ordering: Ordering, text: str) -> Cursor:
        """The cursor in `text`; raises `InvalidError` naming `cursor` for a forged one or one of another ordering."""
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            sealed = b""
        mac, body = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise InvalidError({"cursor": [MESSAGES["foreign_cursor"]]})
        name, backward, values = self._codec.decode(body)
        if name != _name(ordering):
            raise InvalidError({"cursor": [MESSAGES["cursor_of_another_ordering"]]})
        return Cursor(self._codec.restored(ordering, values), backward)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:MAC_BYTES]


def _name(ordering: Ordering) -> str:
    return ",".join(map(str, ordering))
