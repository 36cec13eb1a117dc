"""Filters as conditions: values travel as parameters, wildcards as themselves."""

import pytest
from contract.parameters import parse
from optimized.contacts.infrastructure.sql.conditions import any_of, contains, of_criteria, where
from optimized.contacts.infrastructure.sql.statement import Condition


def conditions(**parameters: str) -> list[Condition]:
    return of_criteria(parse(parameters, cursors=True).criteria)


@pytest.mark.parametrize(
    ("name", "text", "sql", "value"),
    [
        ("first_name", "Zoë", "u.first_name = %s", "Zoë"),
        ("id__gt", "5", "u.id > %s", 5),
        ("id__in", "5,6", "u.id = ANY(%s)", [5, 6]),
        ("gender__in", "M,F", "u.gender = ANY(%s)", ["M", "F"]),
        ("relationship__points__lte", "7", "r.points <= %s", 7),
        ("address__city__in", "Köln", "a.city = ANY(%s)", ["Köln"]),
        ("address__city__icontains", "öl", "UPPER(a.city::text) LIKE UPPER(%s)", "%öl%"),
        ("address__city__istartswith", "kö", "UPPER(a.city::text) LIKE UPPER(%s)", "kö%"),
    ],
)
def test_a_filter_is_one_condition_on_its_column(name: str, text: str, sql: str, value: object) -> None:
    assert conditions(**{name: text}) == [Condition(sql, (value,))]


@pytest.mark.parametrize(
    ("text", "escaped"), [("50%", r"50\%"), ("a_b", r"a\_b"), ("\\", "\\\\"), (r"\%", r"\\\%"), ("é'\"", "é'\"")]
)
def test_wildcards_are_taken_literally(text: str, escaped: str) -> None:
    assert contains("u.first_name", text).params == (f"%{escaped}%",)
    assert conditions(last_name__istartswith=text)[0].params == (f"{escaped}%",)


@pytest.mark.parametrize(
    ("parameters", "sql"),
    [
        ({"address__isnull": "true"}, "u.address_id IS NULL"),
        ({"address__isnull": "false"}, "u.address_id IS NOT NULL"),
        ({"relationship__isnull": "true"}, "r.id IS NULL"),
        ({"relationship__isnull": "false"}, "r.id IS NOT NULL"),
    ],
)
def test_presence_asks_for_null(parameters: dict[str, str], sql: str) -> None:
    assert conditions(**parameters) == [Condition(sql)]


def test_tables_are_those_that_the_filters_name() -> None:
    def named(**parameters: str) -> set[str]:
        return parse(parameters, cursors=True).criteria.tables

    assert named(first_name="x") == set()
    assert named(address__city="x", id="1") == {"a"}
    assert named(relationship__isnull="true", address__country="x") == {"a", "r"}


def test_clauses_keep_conditions_and_parameters_in_step() -> None:
    one, two = Condition("x = %s", (1,)), Condition("y BETWEEN %s AND %s", (2, 3))
    assert where([]) == Condition("")
    assert where([one, two]) == Condition(" WHERE x = %s AND y BETWEEN %s AND %s", (1, 2, 3))
    assert any_of([one, two]) == Condition("(x = %s OR y BETWEEN %s AND %s)", (1, 2, 3))
