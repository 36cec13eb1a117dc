"""Encoded rows, read back by a parser of PostgreSQL's binary COPY format that shares no code with the encoder."""

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from dataset.encoding import COLUMNS, HEADER, TRAILER, encode, encode_texts
from dataset.faking import build_pools
from dataset.rows import make_rows

COUNT = 2_000
READERS: dict[str, Callable[[bytes], object]] = {
    "bigint": lambda field: struct.unpack("!q", field)[0],
    "integer": lambda field: struct.unpack("!i", field)[0],
    "character varying": lambda field: field.decode(),
    "date": lambda field: date(2000, 1, 1) + timedelta(days=struct.unpack("!i", field)[0]),
    "timestamp with time zone": lambda field: (
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=struct.unpack("!q", field)[0])
    ),
}


def parse(table: str, encoded: bytes) -> list[dict[str, object]]:
    rows, at = [], 0
    while at < len(encoded):
        (count,) = struct.unpack_from("!h", encoded, at)
        assert count == len(COLUMNS[table])
        at += 2
        row: dict[str, object] = {}
        for column, kind in COLUMNS[table].items():
            (length,) = struct.unpack_from("!i", encoded, at)
            at += 4
            row[column] = None if length == -1 else READERS[kind](encoded[at : at + length])
            at += max(length, 0)
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict[str, object]]]:
    pools = build_pools()
    encoded = encode(make_rows(pools, 7, 1, COUNT), encode_texts(pools))
    return {table: parse(table, data) for table, data in encoded.items()}


def test_the_first_contact_of_seed_7_is_this_one(tables: dict[str, list[dict[str, object]]]) -> None:
    assert tables["app_user"][0] == {
        "id": 1,
        "gender": "F",
        "customer_id": "CUST-F55479A2BDDF",
        "birthday": date(1970, 8, 16),
        "created": datetime(2015, 10, 30, 14, 59, 2, tzinfo=UTC),
        "last_updated": datetime(2016, 1, 29, 4, 12, 34, tzinfo=UTC),
        "address_id": 2,
        "first_name": "Ricarda",
        "last_name": "Ortmann",
        "phone_number": "+491716942509",
    }
    (relationship,) = (row for row in tables["customer_relationship"] if row["appuser_id"] == 1)
    assert relationship == {
        "id": 3,
        "appuser_id": 1,
        "points": 137,
        "created": datetime(2015, 10, 31, 8, 43, 51, tzinfo=UTC),
        "last_activity": datetime(2017, 9, 25, 12, 23, tzinfo=UTC),
    }


def test_references_hold(tables: dict[str, list[dict[str, object]]]) -> None:
    users, addresses = tables["app_user"], {row["id"] for row in tables["address"]}
    referred = [row["address_id"] for row in users if row["address_id"] is not None]
    assert len(referred) < COUNT
    assert len(referred) == len(set(referred))
    assert set(referred) == addresses
    assert {row["appuser_id"] for row in tables["customer_relationship"]} < {row["id"] for row in users}
    assert [row["id"] for row in users] == list(range(1, COUNT + 1))


def test_texts_are_those_of_the_pools(tables: dict[str, list[dict[str, object]]]) -> None:
    pools = build_pools()
    places = set(pools.place.entries)
    assert all((row["city"], row["city_code"], row["country"]) in places for row in tables["address"])
    women = {entry[0] for entry in pools.female.entries}
    men = {entry[0] for entry in pools.male.entries}
    for row in tables["app_user"]:
        assert row["first_name"] in {"F": women, "M": men, "O": women | men}[str(row["gender"])]
        assert str(row["phone_number"]).startswith("+")
        assert str(row["phone_number"])[1:].isdecimal()


@pytest.mark.parametrize("size", [1, 777])
def test_any_chunks_give_the_same_bytes(size: int) -> None:
    pools = build_pools()
    texts = encode_texts(pools)
    whole = encode(make_rows(pools, 7, 1, 1_554), texts)
    chunks = [encode(make_rows(pools, 7, first, size), texts) for first in range(1, 1_555, size)]
    assert {table: b"".join(chunk[table] for chunk in chunks) for table in COLUMNS} == whole


def test_the_frame_is_the_formats() -> None:
    assert b"PGCOPY\n\377\r\n\0" + struct.pack("!ii", 0, 0) == HEADER
    assert struct.pack("!h", -1) == TRAILER
