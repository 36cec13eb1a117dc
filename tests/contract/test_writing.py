"""One contact written, and read back as it was acknowledged."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .bodies import ADDRESS, BODY
from .conftest import Make
from .oracle import instant
from .variants import Variant, checked

CUSTOMER_ID = re.compile(r"CUST-[0-9A-F]{12}")

WRONG_TEXT: list[Any] = [5, True, [], {}, ["x"]]
WRONG_ADDRESS: list[Any] = ["x", 5, [], [ADDRESS]]
WRONG_RELATIONSHIP: list[Any] = ["x", 5, []]
WRONG_POINTS: list[Any] = [-1, 2**31, 1.5, "x", None, []]

# What a body gets wrong, and where in the answer that must stand.
BAD_BODIES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    *(({name: None}, (name,)) for name in ("first_name", "last_name", "gender", "phone_number", "birthday")),
    *(({name: ""}, (name,)) for name in ("first_name", "last_name", "gender", "phone_number", "birthday")),
    *(({name: "  "}, (name,)) for name in ("first_name", "last_name", "phone_number")),
    *(({name: "x" * 101}, (name,)) for name in ("first_name", "last_name")),
    *(({name: value}, (name,)) for name in ("first_name", "phone_number") for value in WRONG_TEXT),
    ({"first_name": "a\0b"}, ("first_name",)),
    ({"gender": "X"}, ("gender",)),
    ({"gender": "f"}, ("gender",)),
    ({"gender": 1}, ("gender",)),
    ({"phone_number": "12"}, ("phone_number",)),
    ({"phone_number": "+49 x 123"}, ("phone_number",)),
    ({"phone_number": "١٢٣٤٥"}, ("phone_number",)),
    ({"phone_number": "1" * 33}, ("phone_number",)),
    ({"phone_number": "123\n456"}, ("phone_number",)),
    ({"birthday": "2021-02-30"}, ("birthday",)),
    ({"birthday": "29.02.1984"}, ("birthday",)),
    ({"birthday": "2999-01-01"}, ("birthday",)),
    ({"birthday": []}, ("birthday",)),
    ({"customer_id": "CUST-12"}, ("customer_id",)),
    ({"customer_id": "CUST-00a1b2c3d4e5"}, ("customer_id",)),
    ({"customer_id": ""}, ("customer_id",)),
    *(({"address": value}, ("address",)) for value in WRONG_ADDRESS),
    *(({"address": ADDRESS | {name: ""}}, ("address", name)) for name in ADDRESS),
    *(({"address": ADDRESS | {name: None}}, ("address", name)) for name in ADDRESS),
    *(({"address": ADDRESS | {name: "x" * 101}}, ("address", name)) for name in ADDRESS),
    ({"address": ADDRESS | {"street_number": "x" * 17}}, ("address", "street_number")),
    ({"address": {"street": "x"}}, ("address", "city")),
    ({"address": {}}, ("address", "street")),
    *(({"relationship": value}, ("relationship",)) for value in WRONG_RELATIONSHIP),
    *(({"relationship": {"points": value}}, ("relationship", "points")) for value in WRONG_POINTS),
    ({"relationship": {"points": 10**18}}, ("relationship", "points")),
    ({"relationship": {"last_activity": "x"}}, ("relationship", "last_activity")),
    ({"relationship": {"last_activity": None}}, ("relationship", "last_activity")),
]


def named(body: Any, path: tuple[str, ...]) -> bool:
    """Tell whether messages, or messages of what is nested, stand at a path of an error body."""
    for step in path:
        body = body[step] if isinstance(body, dict) and step in body else None
    return bool(body)


def as_sent(contact: dict[str, Any], body: dict[str, Any]) -> bool:
    """Tell whether a contact holds everything that was sent."""
    return all(
        as_sent(contact[name], value) if isinstance(value, dict) else contact[name] == value
        for name, value in body.items()
    )


def test_a_contact_lives_from_post_to_delete(variant: Variant, made: list[int]) -> None:
    contact = checked(variant.http.post("/api/contacts/", json=BODY), 201)
    made.append(contact["id"])
    path = f"/api/contacts/{contact['id']}/"
    assert as_sent(contact, BODY)
    assert variant.get(contact["id"]) == contact
    assert checked(variant.contacts([("customer_id", contact["customer_id"])]))["results"] == [contact]

    patched = checked(variant.http.patch(path, json={"first_name": "Patched", "relationship": {"points": 7}}))
    assert patched["first_name"] == "Patched"
    assert patched["relationship"] == contact["relationship"] | {"points": 7}
    assert patched["address"] == contact["address"]
    assert instant(patched["last_updated"]) > instant(contact["last_updated"])
    assert variant.get(contact["id"]) == patched

    deleted = variant.http.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for response in (variant.http.get(path), variant.http.patch(path, json={}), variant.http.delete(path)):
        assert list(checked(response, 404)) == ["detail"]
    assert checked(variant.contacts([("customer_id", contact["customer_id"])]))["results"] == []


@pytest.mark.whole
def test_a_contact_is_replaced(variant: Variant, make: Make) -> None:
    contact = make()
    path = f"/api/contacts/{contact['id']}/"
    put = checked(variant.http.put(path, json=BODY | {"last_name": "Put", "address": None}))
    assert (put["last_name"], put["first_name"], put["address"]) == ("Put", BODY["first_name"], None)
    assert put["created"] == contact["created"]
    assert variant.get(contact["id"]) == put
    kept = checked(variant.http.put(path, json=BODY))
    assert kept["relationship"] == contact["relationship"]
    assert variant.http.delete(path).status_code == 204
    assert list(checked(variant.http.put(path, json=BODY), 404)) == ["detail"]


@pytest.mark.parametrize("address", [None, ADDRESS])
@pytest.mark.parametrize("relationship", [None, {"points": 0, "last_activity": "2024-01-02T03:04:05.678901Z"}])
def test_what_is_nested_may_be_null(variant: Variant, make: Make, address: Any, relationship: Any) -> None:
    contact = make(address=address, relationship=relationship)
    assert as_sent(contact, BODY | {"address": address, "relationship": relationship})
    assert variant.get(contact["id"]) == contact


def test_what_is_absent_is_null_or_a_default(variant: Variant, made: list[int], make: Make) -> None:
    body = {name: value for name, value in BODY.items() if name not in {"address", "relationship"}}
    contact = checked(variant.http.post("/api/contacts/", json=body), 201)
    made.append(contact["id"])
    assert (contact["address"], contact["relationship"]) == (None, None)
    assert CUSTOMER_ID.fullmatch(contact["customer_id"])
    bare = make(relationship={})["relationship"]
    assert bare["points"] == 0
    assert instant(bare["last_activity"]) >= instant(contact["created"])


@pytest.mark.whole
def test_what_a_replacement_leaves_out_is_null_or_a_default(variant: Variant, make: Make) -> None:
    body = {name: value for name, value in BODY.items() if name not in {"address", "relationship"}}
    contact = make(address=None, relationship=None)
    put = checked(variant.http.put(f"/api/contacts/{contact['id']}/", json=body | {"relationship": {}}))
    assert put["relationship"]["points"] == 0
    assert instant(put["relationship"]["last_activity"]) >= instant(contact["created"])
    assert checked(variant.http.put(f"/api/contacts/{contact['id']}/", json=body))["relationship"] is None


def test_what_is_nested_changes_in_place(variant: Variant, make: Make) -> None:
    contact = make()
    path = f"/api/contacts/{contact['id']}/"
    changed = checked(variant.http.patch(path, json={"address": {"city": "Gdańsk"}}))
    assert changed["address"] == contact["address"] | {"city": "Gdańsk"}
    assert checked(variant.http.patch(path, json={"address": contact["address"]}))["address"] == contact["address"]
    assert checked(variant.http.patch(path, json={"address": None, "relationship": None}))["address"] is None
    assert variant.get(contact["id"])["relationship"] is None
    whole = checked(variant.http.patch(path, json={"address": ADDRESS, "relationship": {}}))
    assert as_sent(whole["address"], ADDRESS)
    assert whole["relationship"]["points"] == 0
    assert variant.get(contact["id"]) == whole


def test_a_patch_wants_a_whole_address_where_there_is_none(variant: Variant, make: Make) -> None:
    contact = make(address=None)
    response = variant.http.patch(f"/api/contacts/{contact['id']}/", json={"address": {"city": "Gdańsk"}})
    assert set(checked(response, 400)["address"]) == set(ADDRESS) - {"city"}
    assert variant.get(contact["id"]) == contact


def test_ids_and_times_are_not_the_clients(variant: Variant, make: Make) -> None:
    contact = make(id=1, created="2001-01-01T00:00:00Z", last_updated="2001-01-01T00:00:00Z")
    assert contact["id"] != 1
    assert contact["created"] > "2020"
    assert contact["last_updated"] > "2020"


def test_text_is_kept_as_sent_but_for_blanks_at_its_ends(variant: Variant, make: Make) -> None:
    text = "% _ \\ ' \" <b> & 漢 😀 é"
    contact = make(first_name=f"  {text}  ", address=ADDRESS | {"street": f" {text} "}, last_name="ü" * 100)
    assert (contact["first_name"], contact["address"]["street"]) == (text, text)
    assert variant.get(contact["id"]) == contact
    assert contact["id"] in [found["id"] for found in variant.every([("first_name", text)])]
    assert contact["id"] in [found["id"] for found in variant.every([("address__street__icontains", text[1:-1])])]


@pytest.mark.table("fields,path", BAD_BODIES, lambda row: row[1])
def test_a_bad_field_is_refused_by_its_name(
    variant: Variant, make: Make, fields: dict[str, Any], path: tuple[str, ...]
) -> None:
    refused = checked(variant.http.post("/api/contacts/", json=BODY | fields), 400)
    assert named(refused, path)
    assert set(refused) == {path[0]}
    # A change may leave out what the contact has.
    contact = make(address=None) if variant.can.core else make()
    change = variant.http.patch if variant.can.core else variant.http.put
    assert named(checked(change(f"/api/contacts/{contact['id']}/", json=BODY | fields), 400), path)
    assert variant.get(contact["id"]) == contact


@pytest.mark.parametrize("name", ["first_name", "last_name", "gender", "phone_number", "birthday"])
def test_a_required_field_is_required(variant: Variant, make: Make, name: str) -> None:
    body = {field: value for field, value in BODY.items() if field != name}
    assert list(checked(variant.http.post("/api/contacts/", json=body), 400)) == [name]
    contact = make()
    if not variant.can.core:
        assert list(checked(variant.http.put(f"/api/contacts/{contact['id']}/", json=body), 400)) == [name]
    assert checked(variant.http.patch(f"/api/contacts/{contact['id']}/", json={}))["id"] == contact["id"]


def test_a_customer_id_is_taken_once(variant: Variant, make: Make) -> None:
    contact, other = make(), make()
    taken = {"customer_id": contact["customer_id"]}
    assert list(checked(variant.http.post("/api/contacts/", json=BODY | taken), 400)) == ["customer_id"]
    assert list(checked(variant.http.patch(f"/api/contacts/{other['id']}/", json=taken), 400)) == ["customer_id"]
    assert checked(variant.http.patch(f"/api/contacts/{contact['id']}/", json=taken))["id"] == contact["id"]


def test_a_race_for_a_customer_id_has_one_winner(variant: Variant, made: list[int], make: Make) -> None:
    contact = make()
    assert variant.http.delete(f"/api/contacts/{contact['id']}/").status_code == 204
    body = BODY | {"customer_id": contact["customer_id"]}
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: variant.http.post("/api/contacts/", json=body), range(8)))
    made.extend(response.json()["id"] for response in responses if response.status_code == 201)
    assert sorted(response.status_code for response in responses) == [201] + [400] * 7
    assert all(list(r.json()) == ["customer_id"] for r in responses if r.status_code == 400)
