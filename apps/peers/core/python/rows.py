"""Rows → the JSON of the contract, as bytes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson


class Row(Protocol):
    """19 values in the order of `contract.fields.FIELDS`, or those that a function names; any driver gives them."""

    def __getitem__(self, place: int, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


def contact(row: Row) -> dict[str, object]:
    """A row as the contract's contact. Unpacked by place: this runs fifty times a page."""
    (
        id_,
        first_name,
        last_name,
        gender,
        customer_id,
        phone_number,
        birthday,
        created,
        last_updated,
        address_id,
        street,
        street_number,
        city,
        city_code,
        country,
        relationship_id,
        points,
        relationship_created,
        last_activity,
    ) = row
    address = relationship = None
    if address_id is not None:
        address = {
            "id": address_id,
            "street": street,
            "street_number": street_number,
            "city": city,
            "city_code": city_code,
            "country": country,
        }
    if relationship_id is not None:
        relationship = {
            "id": relationship_id,
            "points": points,
            "created": relationship_created,
            "last_activity": last_activity,
        }
    return {
        "id": id_,
        "first_name": first_name,
        "last_name": last_name,
        "gender": gender,
        "customer_id": customer_id,
        "phone_number": phone_number,
        "birthday": birthday,
        "created": created,
        "last_updated": last_updated,
        "address": address,
        "relationship": relationship,
    }


def encode(value: object) -> bytes:
    """JSON as the contract has it: times end in Z, whether the driver gives UTC or none as their zone."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def stats(row: Row) -> Mapping[str, object]:
    """The contract's `stats`, of the row of `statements.STATS`."""
    contacts, with_address, with_relationship, total, lowest, highest = row
    return {
        "contacts": contacts,
        "with_address": with_address,
        "with_relationship": with_relationship,
        "points": {"total": total, "min": lowest, "max": highest},
    }


def aggregate(group_by: str, rows: Sequence[Row]) -> Mapping[str, object]:
    """The contract's `aggregate`, of rows of key, contacts and points."""
    results = [{"key": key, "contacts": contacts, "points": points} for key, contacts, points in rows]
    return {"group_by": group_by, "results": results}


def balances(sender: int, receiver: int, points: tuple[int, int]) -> Mapping[str, object]:
    """The contract's answer to a transfer: both contacts and their points after it."""
    sent, received = points
    return {"from": {"id": sender, "points": sent}, "to": {"id": receiver, "points": received}}
