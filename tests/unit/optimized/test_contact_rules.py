"""The rules of a contact: what they clean, what they keep, what they refuse."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.domain import contact
from optimized.contacts.domain.errors import InvalidError


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=120))
def test_text_keeps_all_but_the_blanks_at_its_ends(value: str) -> None:
    if 0 < len(value.strip()) <= 100:
        assert contact.text(value, 100) == value.strip()
    else:
        with pytest.raises(ValueError, match=r"may not be blank|no more than 100"):
            contact.text(value, 100)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "b\udfffb", "a\ud83d"])
def test_what_postgres_cannot_store_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        contact.text(value, 100)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (contact.phone_number, " +49 (170) 123-4567 ", "+49 (170) 123-4567"),
        (contact.phone_number, "123", "123"),
        (contact.phone_number, "1" * 32, "1" * 32),
        (contact.customer_id, " CUST-00A1B2C3D4E5 ", "CUST-00A1B2C3D4E5"),
        (contact.gender, "O", "O"),
        (contact.birthday, "2000-02-29", date(2000, 2, 29)),
        (contact.points, 0, 0),
        (contact.points, 2**31 - 1, 2**31 - 1),
    ],
)
def test_good_values_come_back_clean(rule: Callable[[Any], object], value: object, expected: object) -> None:
    assert rule(value) == expected


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (contact.phone_number, ["12", "+-()", "1" * 33, "123x", "123\n456", "١٢٣", "", "1234567\t8"]),
        (contact.customer_id, ["", "CUST-", "CUST-00a1b2c3d4e5", "CUST-00A1B2C3D4E", "CUST-00A1B2C3D4E5F", "cust-0"]),
        (contact.gender, ["", "f", "X", "MF"]),
        (contact.birthday, ["2001-02-29", "20010203", "2001-2-3", "01.02.2003", "", "٢٠٠١-٠١-٠١", "2001-W01-1"]),
        (
            contact.points,
            [-1, 2**31, True, 1.5, 7.0, "7", " 7 ", float("nan"), float("inf"), "x", "1e3", "٣", "1_0", None, [], {}],
        ),
    ],
)
def test_bad_values_are_refused_with_a_sentence(rule: Callable[[Any], object], values: list[object]) -> None:
    for value in values:
        with pytest.raises(ValueError, match=r"\.$"):
            rule(value)


def test_nobody_is_born_after_today() -> None:
    today = datetime.now(UTC).date()
    assert contact.birthday(today.isoformat()) == today
    with pytest.raises(ValueError, match="future"):
        contact.birthday((today + timedelta(days=2)).isoformat())


def test_made_up_customer_ids_keep_the_rule_and_differ() -> None:
    made = {contact.new_customer_id() for _ in range(100)}
    assert len(made) == 100
    assert {contact.customer_id(value) for value in made} == made
    assert all(re.fullmatch("CUST-[0-9A-F]{12}", value) for value in made)


def test_a_new_address_names_each_field_that_it_lacks() -> None:
    whole = dict.fromkeys(contact.ADDRESS_FIELDS, "x")
    contact.whole_address(whole)
    with pytest.raises(InvalidError) as refused:
        contact.whole_address({"street": "x", "country": "y"})
    assert set(refused.value.errors["address"]) == {"street_number", "city", "city_code"}


def test_repeated_customer_ids_are_told_by_the_place_of_the_later_one() -> None:
    ids = ["A", None, "B", "A", None, "A", "B"]
    contacts: list[dict[str, Any]] = [{} if given is None else {"customer_id": given} for given in ids]
    assert contact.repeated_customer_ids(contacts) == [3, 5, 6]
