"""The rules of a contact: what they clean, what they keep, what they refuse."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from contract import rules
from contract.errors import InvalidError
from contract.spellings import gender
from hypothesis import given
from hypothesis import strategies as st


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=120))
def test_text_keeps_all_but_the_blanks_at_its_ends(value: str) -> None:
    if 0 < len(value.strip()) <= 100:
        assert rules.text(value, 100) == value.strip()
    else:
        with pytest.raises(ValueError, match=r"may not be blank|no more than 100"):
            rules.text(value, 100)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "b\udfffb", "a\ud83d"])
def test_what_postgres_cannot_store_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        rules.text(value, 100)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (rules.phone_number, " +49 (170) 123-4567 ", "+49 (170) 123-4567"),
        (rules.phone_number, "123", "123"),
        (rules.phone_number, "1" * 32, "1" * 32),
        (rules.customer_id, " CUST-00A1B2C3D4E5 ", "CUST-00A1B2C3D4E5"),
        (gender, "O", "O"),
        (rules.birthday, "2000-02-29", date(2000, 2, 29)),
        (rules.points, 0, 0),
        (rules.points, 2**31 - 1, 2**31 - 1),
    ],
)
def test_good_values_come_back_clean(rule: Callable[[Any], object], value: object, expected: object) -> None:
    assert rule(value) == expected


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (rules.phone_number, ["12", "+-()", "1" * 33, "123x", "123\n456", "١٢٣", "", "1234567\t8"]),
        (rules.customer_id, ["", "CUST-", "CUST-00a1b2c3d4e5", "CUST-00A1B2C3D4E", "CUST-00A1B2C3D4E5F", "cust-0"]),
        (gender, ["", "f", "X", "MF"]),
        (rules.birthday, ["2001-02-29", "20010203", "2001-2-3", "01.02.2003", "", "٢٠٠١-٠١-٠١", "2001-W01-1"]),
        (
            rules.points,
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
    assert rules.birthday(today.isoformat()) == today
    with pytest.raises(ValueError, match="future"):
        rules.birthday((today + timedelta(days=2)).isoformat())


def test_made_up_customer_ids_keep_the_rule_and_differ() -> None:
    made = {rules.new_customer_id() for _ in range(100)}
    assert len(made) == 100
    assert {rules.customer_id(value) for value in made} == made
    assert all(re.fullmatch("CUST-[0-9A-F]{12}", value) for value in made)


def test_a_new_address_names_each_field_that_it_lacks() -> None:
    whole = dict.fromkeys(rules.ADDRESS_FIELDS, "x")
    rules.whole_address(whole)
    with pytest.raises(InvalidError) as refused:
        rules.whole_address({"street": "x", "country": "y"})
    assert set(refused.value.body["address"]) == {"street_number", "city", "city_code"}


@pytest.mark.parametrize(
    ("contacts", "taken", "places"),
    [
        (["a", "b", None, None], set(), []),
        (["a", "b", "a", "a"], set(), ["2", "3"]),
        (["a", None, "b"], {"b"}, ["2"]),
        (["a", None, "b", "a", None, "a", "b"], set(), ["3", "5", "6"]),
    ],
)
def test_a_customer_id_is_given_once(contacts: list[str | None], taken: set[str], places: list[str]) -> None:
    sent: list[dict[str, Any]] = [{} if one is None else {"customer_id": one} for one in contacts]
    if not places:
        rules.all_free(sent, taken)
        return
    with pytest.raises(InvalidError) as refused:
        rules.all_free(sent, taken)
    assert list(refused.value.body["contacts"]) == places


@pytest.mark.parametrize("value", [5, 0, -1, 10**30])
def test_whole_numbers_of_json_are_whole_numbers(value: int) -> None:
    assert rules.whole(value) == value


@pytest.mark.parametrize("value", [True, 1.5, 5.0, "x", "5", " +5 ", "1.0", None, [], "9" * 30, float("inf")])
def test_others_are_no_whole_numbers(value: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        rules.whole(value)


@pytest.mark.parametrize("rule", [rules.birthday, rules.time])
def test_days_and_times_are_texts(rule: Callable[[object], object]) -> None:
    with pytest.raises(ValueError, match=r"YYYY-MM-DD"):
        rule(20210304)
