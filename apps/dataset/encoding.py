"""Rows as PostgreSQL's binary COPY format.

The format (PostgreSQL documentation, COPY, "Binary Format"): a header, then for each row a 16-bit count of fields
and each field as a 32-bit length (-1 for NULL) and its bytes, big-endian; days and microseconds count from 2000.
Fields are laid out with numpy in stretches of fixed width, and texts are encoded once in the pools, so that making
a row is joining a handful of bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dataset.pools import Pool, Pools
from dataset.rows import PHONE_DIGITS, Rows

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
FROM_1970_TO_2000_DAYS = 10_957
MICROSECONDS = 1_000_000

# Columns in the order of the encoded fields, with the types that the encoding is for: fixed width first.
COLUMNS: dict[str, dict[str, str]] = {
    "address": {
        "id": "bigint",
        "street": "character varying",
        "street_number": "character varying",
        "city": "character varying",
        "city_code": "character varying",
        "country": "character varying",
    },
    "app_user": {
        "id": "bigint",
        "gender": "character varying",
        "customer_id": "character varying",
        "birthday": "date",
        "created": "timestamp with time zone",
        "last_updated": "timestamp with time zone",
        "address_id": "bigint",
        "first_name": "character varying",
        "last_name": "character varying",
        "phone_number": "character varying",
    },
    "customer_relationship": {
        "id": "bigint",
        "appuser_id": "bigint",
        "points": "integer",
        "created": "timestamp with time zone",
        "last_activity": "timestamp with time zone",
    },
}

CUSTOMER_ID = b"CUST-"
CUSTOMER_ID_DIGITS = 12
HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)


def _field(text: str, more: int = 0) -> bytes:
    """A text field; `more` bytes of it follow elsewhere."""
    encoded = text.encode()
    return (len(encoded) + more).to_bytes(4, "big") + encoded


def _encoded(pool: Pool, more: int = 0) -> NDArray[np.object_]:
    fields = [b"".join(_field(text, more) for text in entry) for entry in pool.entries]
    encoded = np.empty(len(fields), dtype=object)
    encoded[:] = fields
    return encoded


@dataclass(frozen=True)
class Texts:
    """The pools as encoded fields, ready to be joined."""

    first_name: NDArray[np.object_]
    """The male pool, then the female one backwards, so that -1 - i finds the i-th female name."""
    last_name: NDArray[np.object_]
    phone_prefix: NDArray[np.object_]
    street: NDArray[np.object_]
    street_number: NDArray[np.object_]
    place: NDArray[np.object_]


def encode_texts(pools: Pools) -> Texts:
    """Encode every pool entry, once."""
    return Texts(
        first_name=np.concatenate([_encoded(pools.male), _encoded(pools.female)[::-1]]),
        last_name=_encoded(pools.last_name),
        phone_prefix=_encoded(pools.phone_prefix, more=PHONE_DIGITS),
        street=_encoded(pools.street),
        street_number=_encoded(pools.street_number),
        place=_encoded(pools.place),
    )


def _fixed(fields: int, columns: dict[str, tuple[str, NDArray[np.generic]]]) -> NDArray[np.void]:
    """A row's beginning: the count of its fields, then these columns, (big-endian type, values) by name."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, (kind, _) in columns.items():
        layout += [(f"{name} length", ">i4"), (name, kind)]
    count = len(next(iter(columns.values()))[1])
    table = np.empty(count, dtype=layout)
    table["fields"] = fields
    for name, (kind, values) in columns.items():
        table[f"{name} length"] = np.dtype(kind).itemsize
        table[name] = values
    return table


def _pieces(table: NDArray[np.generic]) -> list[bytes]:
    """Each row's bytes."""
    pieces: list[bytes] = np.ascontiguousarray(table).view(f"V{table.dtype.itemsize}").ravel().tolist()
    return pieces


def _digits(numbers: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Decimal digits in ASCII, with leading noughts; shape (rows, width)."""
    digits = np.empty((len(numbers), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        numbers, digits[:, place] = np.divmod(numbers, 10)
    return digits + np.uint8(ord("0"))


def _customer_ids(numbers: NDArray[np.uint64]) -> NDArray[np.bytes_]:
    """`CUST-` and the number in 12 upper-case hex digits."""
    width = len(CUSTOMER_ID) + CUSTOMER_ID_DIGITS
    text = np.empty((len(numbers), width), dtype=np.uint8)
    text[:, : len(CUSTOMER_ID)] = np.frombuffer(CUSTOMER_ID, dtype=np.uint8)
    for digit in range(CUSTOMER_ID_DIGITS):
        text[:, -1 - digit] = HEX[(numbers >> np.uint64(4 * digit)) & np.uint64(15)]
    return text.view(f"S{width}").ravel()


def _moments(seconds: NDArray[np.int64]) -> tuple[str, NDArray[np.int64]]:
    return ">i8", (seconds - FROM_1970_TO_2000_DAYS * 86_400) * MICROSECONDS


def _addresses(rows: Rows, texts: Texts) -> bytes:
    present = rows.has_address
    start = _fixed(6, {"id": (">i8", rows.address_id[present])})
    texts_by_row = zip(
        _pieces(start),
        texts.street[rows.street[present]],
        texts.street_number[rows.street_number[present]],
        texts.place[rows.place[present]],
        strict=True,
    )
    return b"".join(chain.from_iterable(texts_by_row))


def _app_users(rows: Rows, texts: Texts) -> bytes:
    columns: dict[str, tuple[str, NDArray[np.generic]]] = {
        "id": (">i8", rows.id),
        "gender": ("S1", rows.gender),
        "customer_id": ("S17", _customer_ids(rows.customer_number)),
        "birthday": (">i4", rows.birthday - FROM_1970_TO_2000_DAYS),
        "created": _moments(rows.created),
        "last_updated": _moments(rows.last_updated),
        "address_id": (">i8", rows.address_id),
    }
    starts = _pieces(_fixed(10, columns))
    for row in np.flatnonzero(~rows.has_address):
        starts[row] = starts[row][:-12] + NULL
    texts_by_row = zip(
        starts,
        texts.first_name[rows.first_name],
        texts.last_name[rows.last_name],
        texts.phone_prefix[rows.phone_prefix],
        _pieces(_digits(rows.phone, PHONE_DIGITS).view(f"S{PHONE_DIGITS}")),
        strict=True,
    )
    return b"".join(chain.from_iterable(texts_by_row))


def _relationships(rows: Rows) -> bytes:
    present = rows.has_relationship
    columns: dict[str, tuple[str, NDArray[np.generic]]] = {
        "id": (">i8", rows.relationship_id[present]),
        "appuser_id": (">i8", rows.id[present]),
        "points": (">i4", rows.points[present]),
        "created": _moments(rows.related[present]),
        "last_activity": _moments(rows.last_activity[present]),
    }
    return _fixed(5, columns).tobytes()


def encode(rows: Rows, texts: Texts) -> dict[str, bytes]:
    """The rows of each table, by its name, without header and trailer; the fields stand as in COLUMNS."""
    return {
        "address": _addresses(rows, texts),
        "app_user": _app_users(rows, texts),
        "customer_relationship": _relationships(rows),
    }
