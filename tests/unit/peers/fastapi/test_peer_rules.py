"""The rules that need no database."""

from typing import Any

import pytest
from peers.fastapi.contacts.application import rules
from peers.fastapi.contacts.application.errors import InvalidError


@pytest.mark.parametrize("value", [5, 0, -1, 10**30])
def test_whole_numbers_of_json_are_whole_numbers(value: int) -> None:
    assert rules.whole(value) == value


@pytest.mark.parametrize("value", [True, 1.5, 5.0, "x", "5", " +5 ", "1.0", None, [], "9" * 30, float("inf")])
def test_others_are_no_whole_numbers(value: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        rules.whole(value)


def test_a_customer_id_is_made_up_as_it_must_be() -> None:
    made = {rules.new_customer_id() for _ in range(100)}
    assert len(made) == 100
    assert all(rules.customer_id(one) == one for one in made)


@pytest.mark.parametrize(
    ("contacts", "taken", "places"),
    [
        (["a", "b", None, None], set(), []),
        (["a", "b", "a", "a"], set(), ["2", "3"]),
        (["a", None, "b"], {"b"}, ["2"]),
    ],
)
def test_a_customer_id_is_given_once(contacts: list[str | None], taken: set[str], places: list[str]) -> None:
    sent: list[dict[str, Any]] = [{} if one is None else {"customer_id": one} for one in contacts]
    if not places:
        rules.all_free(sent, taken)
        return
    with pytest.raises(InvalidError) as refusal:
        rules.all_free(sent, taken)
    assert list(refusal.value.body["contacts"]) == places


def test_points_move() -> None:
    assert rules.transferred({1: 10, 2: 5}, 1, 2, 10) == (0, 15)


@pytest.mark.parametrize(
    ("balances", "sender", "receiver", "amount", "name"),
    [
        ({1: 10}, 1, 1, 5, "to"),
        ({1: 10}, 1, 2, 5, "to"),
        ({2: 10}, 1, 2, 5, "from"),
        ({1: 10, 2: 0}, 1, 2, 11, "points"),
        ({1: 10, 2: 2**31 - 1}, 1, 2, 1, "points"),
    ],
)
def test_what_cannot_move_is_refused_by_name(
    balances: dict[int, int], sender: int, receiver: int, amount: int, name: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        rules.transferred(balances, sender, receiver, amount)
    assert list(refusal.value.body) == [name]
