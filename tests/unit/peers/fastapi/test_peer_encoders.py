"""How the fast arm's answers become bytes: the same bytes, whatever they are made by."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from peers.fastapi.contacts.api import schemas, structs
from peers.fastapi.contacts.api.encoders import ENCODERS
from pydantic import BaseModel

MOMENT, FINER = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC), datetime(2023, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
ADDRESS = {"id": 1, "street": "Hauptstraße", "street_number": "12a", "city": "Köln", "city_code": "5", "country": "D"}
LOYAL = {"id": 2, "points": 420, "created": MOMENT, "last_activity": FINER}
CONTACT = {
    "id": 3,
    "first_name": "Zoë",
    "last_name": '"\\/\u2028',
    "gender": "F",
    "customer_id": "CUST-00A1B2C3D4E5",
    "phone_number": "+49",
    "birthday": date(1984, 2, 29),
    "created": MOMENT,
    "last_updated": FINER,
    "address": ADDRESS,
    "relationship": LOYAL,
}
BARE = CONTACT | {"address": None, "relationship": None}
VALUES: list[tuple[str, dict[str, Any]]] = [
    ("Contact", CONTACT),
    ("Contact", BARE),
    ("ContactPage", {"count": None, "next": "http://a/?page=2", "previous": None, "results": [CONTACT, BARE]}),
    ("BulkOut", {"created": 2, "ids": [2, 1]}),
    ("TransferOut", {"from": {"id": 1, "points": 0}, "to": {"id": 2, "points": 5}}),
    (
        "Stats",
        {"contacts": 1, "with_address": 0, "with_relationship": 0, "points": {"total": 0, "min": None, "max": None}},
    ),
    ("Aggregate", {"group_by": "city", "results": [{"key": "Köln", "contacts": 1, "points": 2}]}),
    ("Items", {"items": [{"id": 1, "name": "Item 1", "price": 37, "available": True}]}),
    ("Echo", {"name": "N", "code": "ABC-1234", "quantity": 1, "tags": ["a", " "]}),
    ("Primes", {"n": 2, "primes": 1}),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_all_write_the_same_bytes(name: str, value: dict[str, Any]) -> None:
    plain, *others = (encoder(name, value) for encoder in ENCODERS.values())
    assert others == [plain, plain]


@pytest.mark.parametrize("encoder", ["pydantic", "msgspec"])
def test_models_check_what_they_write(encoder: str) -> None:
    with pytest.raises(ValueError, match="points"):
        ENCODERS[encoder]("TransferOut", {"from": {"id": 1, "points": "many"}, "to": {"id": 2, "points": 5}})


def test_msgspecs_structs_have_the_fields_of_pydantics_models() -> None:
    for name in {name for name, _ in VALUES}:
        model: type[BaseModel] = getattr(schemas, name)
        assert getattr(structs, name).__struct_fields__ == tuple(model.model_fields), name
