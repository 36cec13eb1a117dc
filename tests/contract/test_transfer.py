"""Points move between contacts, and none is ever lost or made."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import httpx
import pytest

from .conftest import Make
from .variants import Variant, checked

PATH = "/api/contacts/transfer/"


def points(variant: Variant, contact_id: int) -> int:
    """Return the points of a contact that has a relationship."""
    return int(variant.get(contact_id)["relationship"]["points"])


def transfer(variant: Variant, sender: Any, receiver: Any, amount: Any) -> httpx.Response:
    """Ask for a transfer."""
    return variant.http.post(PATH, json={"from": sender, "to": receiver, "points": amount})


def test_a_transfer_moves_points(variant: Variant, make: Make) -> None:
    a, b = make(relationship={"points": 100})["id"], make(relationship={"points": 5})["id"]
    assert checked(transfer(variant, a, b, 30)) == {"from": {"id": a, "points": 70}, "to": {"id": b, "points": 35}}
    assert (points(variant, a), points(variant, b)) == (70, 35)
    assert checked(transfer(variant, a, b, 70))["from"] == {"id": a, "points": 0}
    assert checked(variant.contacts([("id__in", f"{a},{b}"), ("relationship__points", "105")]))["results"][0]["id"] == b


def test_a_transfer_that_cannot_be_is_refused(variant: Variant, make: Make) -> None:
    a, b = make(relationship={"points": 100})["id"], make(relationship={"points": 2**31 - 1})["id"]
    none = make(relationship=None)["id"]
    refusals = [
        ((a, b, 101), {"points"}),
        ((a, b, 1), {"points"}),
        ((a, b, 0), {"points"}),
        ((a, b, -1), {"points"}),
        ((a, b, 1.5), {"points"}),
        ((a, b, None), {"points"}),
        ((a, b, 2**31), {"points"}),
        ((a, b, 10**30), {"points"}),
        ((a, a, 1), {"to", "from"}),
        ((a, none, 1), {"to"}),
        ((none, a, 1), {"from"}),
        ((a, 10**15, 1), {"to"}),
        ((10**15, a, 1), {"from"}),
        ((2**63 - 1, a, 1), {"from"}),
        ((a, 2**53 + 1, 1), {"to"}),
        ((a, 10**30, 1), {"to"}),
        ((a, "x", 1), {"to"}),
        ((None, a, 1), {"from"}),
        ((a, -1, 1), {"to"}),
    ]
    for arguments, names in refusals:
        refused = checked(transfer(variant, *arguments), 400)
        assert len(refused) == 1, arguments
        assert set(refused) <= names, arguments
    assert set(checked(variant.http.post(PATH, json={}), 400)) == {"from", "to", "points"}
    assert (points(variant, a), points(variant, b)) == (100, 2**31 - 1)


@pytest.mark.parametrize("contacts", [2, 4])
def test_concurrent_transfers_neither_lose_nor_make_points(variant: Variant, make: Make, contacts: int) -> None:
    ids = [make(relationship={"points": 50})["id"] for _ in range(contacts)]
    random = Random(7)
    # With two contacts, every other transfer runs against the one before: locks taken out of order would deadlock.
    orders = [(*random.sample(ids, 2), random.randint(1, 40)) for _ in range(120)]
    with ThreadPoolExecutor(12) as pool:
        responses = list(pool.map(lambda order: transfer(variant, *order), orders))
    assert {response.status_code for response in responses} <= {200, 400}
    balance = Counter(dict.fromkeys(ids, 50))
    for (sender, receiver, amount), response in zip(orders, responses, strict=True):
        if response.status_code == 200:
            balance[sender] -= amount
            balance[receiver] += amount
        else:
            assert list(response.json()) == ["points"]
    assert {contact_id: points(variant, contact_id) for contact_id in ids} == dict(balance)
    assert sum(balance.values()) == 50 * contacts
    assert any(response.status_code == 200 for response in responses)
