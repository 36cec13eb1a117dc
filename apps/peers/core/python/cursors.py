"""How a cursor's place is written: JSON by orjson, whose times and dates the driver wants back as such."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from contract.listing import Ordering

_DECODED: Mapping[str, Callable[[str], object]] = {"time": datetime.fromisoformat, "date": date.fromisoformat}


class PlaceCodec:
    """The `Codec` of this service's cursors."""

    def encode(self, place: list[Any]) -> bytes:
        # A time without a zone means UTC, and has to come back so.
        return orjson.dumps(place, option=orjson.OPT_NAIVE_UTC)

    def decode(self, body: bytes) -> list[Any]:
        found: list[Any] = orjson.loads(body)
        return found

    def restored(self, ordering: Ordering, values: list[Any]) -> tuple[object, ...]:
        """The values, with times and dates read."""
        return tuple(
            value if value is None else _DECODED.get(order.field.kind, _same)(value)
            for order, value in zip(ordering, values, strict=True)
        )


def _same(value: object) -> object:
    return value
