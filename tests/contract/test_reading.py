"""Lists: the table of queries finds what the oracle says, and the same in every variant."""

from typing import Any

import httpx
import pytest

from .oracle import Oracle
from .queries import MISSING, ORDERED, PAGES, QUERIES, REFUSED, SEARCHES, filled, kind_of_query
from .variants import Pairs, Variant, checked

KEYS = ["id", "first_name", "last_name", "gender", "customer_id", "phone_number", "birthday", "created", "last_updated"]
ADDRESS_KEYS = ["id", "street", "street_number", "city", "city_code", "country"]
RELATIONSHIP_KEYS = ["id", "points", "created", "last_activity"]


def ids(contacts: list[dict[str, Any]]) -> list[int]:
    """Return the contacts' ids."""
    return [contact["id"] for contact in contacts]


def agree(variant: Variant, reference: Variant, params: Pairs) -> dict[str, Any]:
    """Hold a list to the reference's answer for the same parameters, item by item; return it."""
    other = reference.remembered(params)
    mine = other if variant is reference else checked(variant.contacts(params))
    assert list(mine) == ["count", "next", "previous", "results"]
    assert mine["results"] == other["results"]
    assert mine["count"] == other["count"] or (variant.can.keyset and mine["count"] is None)
    for link in ("next", "previous"):
        assert (mine[link] is None) == (other[link] is None), link
    return dict(mine)


@pytest.mark.table("query", [*QUERIES, *PAGES, *ORDERED], kind_of_query)
def test_a_query_finds_the_same_contacts(variant: Variant, reference: Variant, oracle: Oracle, query: str) -> None:
    params = filled(query, oracle.some("address", "relationship"))
    answer = agree(variant, reference, params)
    assert answer["count"] in (None, len(oracle.matching(params)))
    page = oracle.page(params)
    assert page is None or answer["results"] == page


@pytest.mark.table("query", SEARCHES, kind_of_query)
def test_a_search_finds_the_same_contacts(variant: Variant, reference: Variant, oracle: Oracle, query: str) -> None:
    params = filled(query, oracle.some("address", "relationship"))
    if not variant.can.fulltext:
        answer = agree(variant, reference, params)
        assert answer["count"] in (None, len(oracle.matching(params)))
        return
    unpaged = [pair for pair in params if pair[0] not in {"page", "page_size"}]
    found = ids(variant.every(unpaged))
    assert len(set(found)) == len(found)
    assert set(found) <= set(ids(oracle.matching(params)))
    ordered = oracle.ordered(params)
    if "ordering" in dict(params) and ordered is not None:
        assert found == [contact_id for contact_id in ids(ordered) if contact_id in set(found)]


@pytest.mark.parametrize("field", ["customer_id", "phone_number"])
def test_digits_find_their_contact(variant: Variant, oracle: Oracle, field: str) -> None:
    contact = oracle.some("address", "relationship")
    assert contact["id"] in ids(variant.every([("search", contact[field])]))


@pytest.mark.table("query,parameter", REFUSED, lambda row: row[1])
def test_a_bad_query_is_refused_by_its_parameter(variant: Variant, query: str, parameter: str) -> None:
    body = checked(variant.http.get(f"/api/contacts/?{query}"), 400)
    assert list(body) == [parameter]
    assert all(isinstance(message, str) for message in body[parameter])
    assert body[parameter]


@pytest.mark.parametrize("query", MISSING)
def test_past_the_last_page_is_a_404(variant: Variant, query: str) -> None:
    assert list(checked(variant.http.get(f"/api/contacts/?{query}"), 404)) == ["detail"]


def test_a_cursor_is_refused_where_it_is_unknown_or_forged(variant: Variant) -> None:
    body = checked(variant.contacts([("cursor", "forged")]), 400)
    assert list(body) == ["cursor"]


def test_the_dataset_has_contacts_without_address_and_without_relationship(oracle: Oracle) -> None:
    for name in ("address", "relationship"):
        without = sum(contact[name] is None for contact in oracle.contacts)
        assert 0 < without < len(oracle.contacts)


@pytest.mark.parametrize("query", ["address__isnull=true", "relationship__isnull=true", "address__isnull=false"])
def test_one_contact_is_what_it_is_in_a_list(variant: Variant, query: str) -> None:
    for contact in checked(variant.http.get(f"/api/contacts/?page_size=5&{query}"))["results"]:
        assert variant.get(contact["id"]) == contact


def test_keys_stand_in_the_contracts_order(variant: Variant, oracle: Oracle) -> None:
    contact_id = oracle.some("address", "relationship")["id"]
    listed = checked(variant.contacts([("id", str(contact_id))]))["results"][0]
    for contact in (listed, variant.get(contact_id)):
        assert list(contact) == [*KEYS, "address", "relationship"]
        assert list(contact["address"]) == ADDRESS_KEYS
        assert list(contact["relationship"]) == RELATIONSHIP_KEYS


def test_times_have_six_digits_of_microseconds_or_none(variant: Variant, oracle: Oracle) -> None:
    for contact in checked(variant.contacts([("page_size", "200")]))["results"]:
        for time in (contact["created"], contact["last_updated"]):
            assert len(time) in {len("2021-03-04T05:06:07Z"), len("2021-03-04T05:06:07.000000Z")}
            assert time.endswith("Z")
            assert not time.endswith(".000000Z")


@pytest.mark.parametrize(
    "missing", ["0", "999999999", "9223372036854775807", "99999999999999999999", "abc", "-1", "1.5"]
)
def test_a_contact_that_is_not_there_is_a_404(variant: Variant, missing: str) -> None:
    assert list(checked(variant.http.get(f"/api/contacts/{missing}/"), 404)) == ["detail"]


def test_stats_agree_with_the_contacts(variant: Variant, oracle: Oracle) -> None:
    points = [c["relationship"]["points"] for c in oracle.contacts if c["relationship"] is not None]
    stats: httpx.Response = variant.http.get("/api/contacts/stats/")
    assert checked(stats) == {
        "contacts": len(oracle.contacts),
        "with_address": sum(c["address"] is not None for c in oracle.contacts),
        "with_relationship": len(points),
        "points": {"total": sum(points), "min": min(points), "max": max(points)},
    }


@pytest.mark.whole
@pytest.mark.parametrize("group_by", ["country", "city", "gender", ""])
def test_groups_agree_with_the_contacts(variant: Variant, oracle: Oracle, group_by: str) -> None:
    groups: dict[str, list[int]] = {}
    for contact in oracle.contacts:
        place = contact if group_by == "gender" else contact["address"]
        if place is not None:
            points = (contact["relationship"] or {"points": 0})["points"]
            groups.setdefault(place[group_by or "country"], []).append(points)
    expected = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:100]
    assert checked(variant.http.get("/api/contacts/aggregate/", params={"group_by": group_by})) == {
        "group_by": group_by or "country",
        "results": [{"key": key, "contacts": len(points), "points": sum(points)} for key, points in expected],
    }


@pytest.mark.whole
@pytest.mark.parametrize("group_by", ["nothing", "address__country", "first_name", "%00"])
def test_an_unknown_group_is_refused(variant: Variant, group_by: str) -> None:
    assert list(checked(variant.http.get(f"/api/contacts/aggregate/?group_by={group_by}"), 400)) == ["group_by"]
