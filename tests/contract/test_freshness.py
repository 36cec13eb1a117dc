"""A read after an acknowledged write shows it, also while others read and write."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from .bodies import BODY
from .conftest import Make
from .variants import Variant, checked

ROUNDS = 25


def test_every_kind_of_read_shows_an_acknowledged_write(variant: Variant, make: Make) -> None:
    before = checked(variant.http.get("/api/contacts/stats/"))
    contact = make(last_name="Freshness")
    query = [("last_name", "Freshness"), ("ordering", "-relationship__points")]
    assert checked(variant.contacts([]))["results"][0] == contact
    assert checked(variant.contacts(query))["results"] == [contact]
    after = checked(variant.http.get("/api/contacts/stats/"))
    assert after["contacts"] == before["contacts"] + 1
    assert after["points"]["total"] == before["points"]["total"] + BODY["relationship"]["points"]
    other = make(last_name="Freshness")["id"]
    assert len(checked(variant.contacts(query))["results"]) == 2
    checked(variant.http.post("/api/contacts/transfer/", json={"from": contact["id"], "to": other, "points": 20}))
    assert [found["relationship"]["points"] for found in checked(variant.contacts(query))["results"]] == [440, 400]
    assert variant.get(other)["relationship"]["points"] == 440
    assert variant.http.delete(f"/api/contacts/{other}/").status_code == 204
    assert [found["id"] for found in checked(variant.contacts(query))["results"]] == [contact["id"]]
    assert checked(variant.http.get("/api/contacts/stats/")) == after | {
        "points": after["points"] | {"total": after["points"]["total"] - 20}
    }


@pytest.mark.whole
def test_groups_and_lists_show_what_was_made_at_once(variant: Variant, made: list[int]) -> None:
    def grouped() -> int:
        groups = checked(variant.http.get("/api/contacts/aggregate/?group_by=gender"))
        return sum(group["contacts"] for group in groups["results"])

    before = grouped()
    query = [("last_name", "Freshness"), ("ordering", "id")]
    assert before == checked(variant.http.get("/api/contacts/stats/"))["contacts"]
    assert checked(variant.contacts(query))["results"] == []
    several = {"contacts": [BODY | {"last_name": "Freshness"}] * 2}
    made += checked(variant.http.post("/api/contacts/bulk/", json=several), 201)["ids"]
    assert grouped() == before + 2
    assert [contact["id"] for contact in checked(variant.contacts(query))["results"]] == made


def test_no_read_is_older_than_the_write_before_it(variant: Variant, make: Make) -> None:
    contact_id = make(last_name="Freshness", relationship={"points": 0})["id"]
    path = f"/api/contacts/{contact_id}/"
    acknowledged = [0]
    done = Event()

    def write() -> None:
        try:
            for value in range(1, ROUNDS + 1):
                checked(variant.http.patch(path, json={"relationship": {"points": value}}))
                acknowledged[0] = value
        finally:
            done.set()

    def read(listed: bool) -> list[tuple[int, int]]:
        """Return, for each read, the value acknowledged before it began and the value it showed."""
        seen = []
        while not done.is_set():
            at_least = acknowledged[0]
            if listed:
                contact = checked(variant.contacts([("last_name", "Freshness")]))["results"][0]
            else:
                contact = variant.get(contact_id)
            seen.append((at_least, contact["relationship"]["points"]))
        return seen

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read, listed) for listed in (False, True, False, True)]
        pool.submit(write).result()
        seen = [pair for reader in readers for pair in reader.result()]
    assert [pair for pair in seen if pair[1] < pair[0]] == []
    assert len(seen) > ROUNDS / 5
    assert variant.get(contact_id)["relationship"]["points"] == ROUNDS


def test_concurrent_patches_of_different_fields_all_last(variant: Variant, make: Make) -> None:
    contact = make()
    changes: list[dict[str, Any]] = [
        {"first_name": "One"},
        {"last_name": "Two"},
        {"gender": "O"},
        {"phone_number": "333"},
        {"birthday": "1999-09-09"},
        {"address": {"city": "Six"}},
        {"address": {"street": "Seven"}},
        {"relationship": {"points": 8}},
    ]
    path = f"/api/contacts/{contact['id']}/"
    with ThreadPoolExecutor(len(changes)) as pool:
        for response in pool.map(lambda change: variant.http.patch(path, json=change), changes):
            checked(response)
    last = variant.get(contact["id"])
    for change in changes:
        for name, value in change.items():
            assert last[name] | value == last[name] if isinstance(value, dict) else last[name] == value
