"""Rows → the JSON of the contract, as bytes."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson

from ..application.listing import Row

Encoder = Callable[[object], bytes]


def contact(row: Row) -> dict[str, object]:
    """A row as the contract's contact. Nothing here looks at a field's name: this runs fifty times a page."""
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
        "address": None
        if address_id is None
        else {
            "id": address_id,
            "street": street,
            "street_number": street_number,
            "city": city,
            "city_code": city_code,
            "country": country,
        },
        "relationship": None
        if relationship_id is None
        else {
            "id": relationship_id,
            "points": points,
            "created": relationship_created,
            "last_activity": last_activity,
        },
    }


_ORJSON_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


def fast_json(value: object) -> bytes:
    """JSON by orjson; naive times are UTC."""
    return orjson.dumps(value, option=_ORJSON_OPTIONS)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a response.")


def standard_json(value: object) -> bytes:
    """JSON by the standard library; naive times are UTC."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


ENCODERS: dict[str, Encoder] = {"orjson": fast_json, "stdlib": standard_json}
