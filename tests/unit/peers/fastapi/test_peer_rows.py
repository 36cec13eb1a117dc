"""Rows as the contract's JSON."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

from peers.core.python.rows import contact, encode
from peers.fastapi.contacts.api.schemas import Contact

OWN = (1, "Zoë", "Müller", "F", "CUST-00A1B2C3D4E5", "+49", date(1984, 2, 29))
TIMES = (datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC), datetime(2023, 3, 4, 5, 6, 7, 89, tzinfo=UTC))
LIVED = (2, "Hauptstraße", "12a", "Köln", "50667", "Germany")
LOYAL = (3, 420, TIMES[0], TIMES[1])


def test_a_contact_has_the_contracts_keys_in_its_order() -> None:
    text = encode(contact((*OWN, *TIMES, *LIVED, *LOYAL))).decode()
    assert text.startswith('{"id":1,"first_name":"Zoë","last_name":"Müller","gender":"F","customer_id":"CUST-')
    found = json.loads(text)
    assert list(found)[-4:] == ["created", "last_updated", "address", "relationship"]
    assert (found["created"], found["last_updated"]) == ("2021-03-04T05:06:07Z", "2023-03-04T05:06:07.000089Z")
    assert list(found["address"]) == ["id", "street", "street_number", "city", "city_code", "country"]
    assert list(found["relationship"]) == ["id", "points", "created", "last_activity"]


def test_what_is_absent_is_null() -> None:
    found = contact((*OWN, *TIMES, *(None,) * 10))
    assert (found["address"], found["relationship"]) == (None, None)


def test_both_arms_write_the_same_bytes() -> None:
    made = contact((*OWN, *TIMES, *LIVED, *LOYAL))
    assert encode(made) == Contact.model_validate(made).model_dump_json().encode()


def test_other_zones_become_utc() -> None:
    assert encode(datetime(2021, 1, 1, tzinfo=timezone(timedelta(0)))) == b'"2021-01-01T00:00:00Z"'
