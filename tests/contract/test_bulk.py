"""Many contacts written at once: all or none."""

from typing import Any

import pytest

from .bodies import ADDRESS, BODY
from .conftest import Make
from .test_writing import BAD_BODIES, as_sent, named
from .variants import Variant, checked

pytestmark = pytest.mark.whole
PATH = "/api/contacts/bulk/"
MARK = [("first_name", "Bulk-Mark")]
WRONG: list[Any] = [None, [], {}, "x", 5]
NO_CONTACTS = [{}, *({"contacts": value} for value in WRONG)]


def test_bulk_makes_contacts_in_the_order_given(variant: Variant, made: list[int]) -> None:
    bodies = [
        BODY | {"last_name": f"Number {n}", "address": ADDRESS if n % 2 else None, "relationship": {"points": n}}
        for n in range(20)
    ]
    answer = checked(variant.http.post(PATH, json={"contacts": bodies}), 201)
    made.extend(answer["ids"])
    assert answer["created"] == len(set(answer["ids"])) == 20
    assert all(as_sent(variant.get(i), body) for i, body in zip(answer["ids"], bodies, strict=True))


def test_bulk_takes_two_thousand_and_no_more(variant: Variant) -> None:
    good = BODY | {"first_name": "Bulk-Mark"}
    assert list(checked(variant.http.post(PATH, json={"contacts": [good] * 2001}), 400)) == ["contacts"]
    # Two thousand are read to the last, which is bad, so that there is nothing to clean up.
    refused = checked(variant.http.post(PATH, json={"contacts": [good] * 1999 + [good | {"gender": "X"}]}), 400)
    assert list(refused["contacts"]) == ["1999"]
    assert variant.every(MARK) == []


@pytest.mark.parametrize(("fields", "path"), BAD_BODIES[::4], ids=lambda value: str(value)[:60])
def test_one_bad_contact_spoils_all(variant: Variant, fields: dict[str, Any], path: tuple[str, ...]) -> None:
    good = BODY | {"first_name": "Bulk-Mark"}
    refused = checked(variant.http.post(PATH, json={"contacts": [good, good | fields, good]}), 400)
    assert list(refused) == ["contacts"]
    assert list(refused["contacts"]) == ["1"]
    assert named(refused, ("contacts", "1", *path))
    assert variant.every(MARK) == []


@pytest.mark.parametrize("item", [None, 5, "x", [], [BODY]])
def test_an_item_must_be_an_object(variant: Variant, item: Any) -> None:
    refused = checked(variant.http.post(PATH, json={"contacts": [BODY, item]}), 400)
    assert list(refused["contacts"]) == ["1"]


@pytest.mark.parametrize("body", NO_CONTACTS, ids=str)
def test_bulk_wants_contacts(variant: Variant, body: Any) -> None:
    assert list(checked(variant.http.post(PATH, json=body), 400)) == ["contacts"]


def test_a_customer_id_is_taken_once_in_bulk_too(variant: Variant, make: Make) -> None:
    contact = make()
    good = BODY | {"first_name": "Bulk-Mark"}
    taken = good | {"customer_id": contact["customer_id"]}
    refused = checked(variant.http.post(PATH, json={"contacts": [good, good, taken]}), 400)
    assert named(refused, ("contacts", "2", "customer_id"))
    assert variant.http.delete(f"/api/contacts/{contact['id']}/").status_code == 204
    refused = checked(variant.http.post(PATH, json={"contacts": [taken, good, taken]}), 400)
    assert named(refused, ("contacts", "2", "customer_id"))
    assert variant.every(MARK) == []
