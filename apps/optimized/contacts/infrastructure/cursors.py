"""How a cursor's place is written: JSON by the standard library, with times as PostgreSQL gets them back."""

from datetime import date, datetime
from json import JSONEncoder, loads
from typing import Any

from contract.listing import Ordering


def _plain(value: object) -> str:
    """A time, which is naive and means UTC, or a date as ISO 8601 text."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a cursor.")


_ENCODER = JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


class PlaceCodec:
    """The `Codec` of this service's cursors."""

    def encode(self, place: list[Any]) -> bytes:
        return _ENCODER.encode(place).encode()

    def decode(self, body: bytes) -> list[Any]:
        found: list[Any] = loads(body)
        return found

    def restored(self, ordering: Ordering, values: list[Any]) -> tuple[object, ...]:
        """The values as they are: PostgreSQL reads the text of times and dates."""
        return tuple(values)
