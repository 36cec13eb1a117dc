"""Statements: every placeholder has its argument, and nothing that a client sends is in the text."""

import re

import pytest
from contract.cursors import CursorSigner
from contract.fields import FIELDS, ORDERABLE
from contract.listing import Ordering, Window
from contract.paging import Pager
from contract.parameters import parse
from peers.core.python.cursors import PlaceCodec
from peers.core.python.search import Strength
from peers.core.python.statements import DETAIL, Statement, Statements, detail

STRENGTHS: tuple[Strength, ...] = ("fulltext", "trigram", "substring")
EVIL = "x'; DROP TABLE app_user; --%_\\"


def nothing(contact: object, ordering: Ordering) -> tuple[object, ...]:
    """No contact is ever read here."""
    raise AssertionError


def statements(strength: Strength, **parameters: str) -> list[Statement]:
    """The statements of a listing, and those that count it."""
    pager = Pager(CursorSigner("fastapi", "x", PlaceCodec()), nothing, keyset=True, relevance=strength == "fulltext")
    plan = pager.plan(parse(parameters, cursors=True))
    made, criteria = Statements(strength), plan.listing.criteria
    pages = made.page(criteria, plan.window, ranked=plan.ranked, keyset=plan.keyset)
    return [*pages, made.count(criteria, ranked=plan.ranked)]


def whole(statement: Statement) -> bool:
    """Whether the placeholders are those of the arguments, each at least once."""
    numbers = {int(number) for number in re.findall(r"\$(\d+)", statement.sql)}
    return numbers == set(range(1, len(statement.arguments) + 1))


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"search": f"ann {EVIL}"},
        {"search": "49 CUST-0", "ordering": "-relationship__points", "gender": "F"},
        {"search": "an", "relationship__points__gte": "5"},
        {"first_name__icontains": EVIL, "address__city__in": f"{EVIL},b", "id__in": "1,2", "page": "3"},
        {"address__isnull": "true", "relationship__isnull": "false", "ordering": "address__city"},
        {"last_name__istartswith": EVIL, "created__gte": "2021-01-01T00:00:00Z", "ordering": "gender,birthday"},
    ],
)
def test_values_are_arguments(strength: Strength, parameters: dict[str, str]) -> None:
    for statement in statements(strength, **parameters):
        assert whole(statement)
        assert "DROP" not in statement.sql


@pytest.mark.parametrize("name", ORDERABLE)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("backward", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_every_keyset_has_its_statements(name: str, sign: str, backward: bool, known: bool) -> None:
    criteria = parse({"ordering": sign + name}, cursors=False).criteria
    after = (*((7 if known else None,) * (len(criteria.ordering) - 1)), 7)
    made = Statements("substring").page(criteria, Window(51, after=after, backward=backward), ranked=False, keyset=True)
    assert all(whole(statement) for statement in made)
    nullable = ORDERABLE[name].table != "u"
    # Behind a null there is something else only where nulls come first, and behind a value where they come last.
    nulls_first = (sign == "-") is not backward
    assert len(made) == (2 if nullable and nulls_first is not known else 1)


def test_a_keyset_through_a_table_begins_at_the_right_end() -> None:
    first, second, _ = statements("substring", ordering="-relationship__points")
    assert "r.id IS NULL" in first.sql
    assert "r.id IS NOT NULL" in second.sql
    first, second, _ = statements("substring", ordering="address__city")
    assert "a.id IS NOT NULL" in first.sql
    assert "u.address_id IS NULL" in second.sql


def test_a_pair_is_compared_as_a_row() -> None:
    criteria = parse({"ordering": "last_name,first_name"}, cursors=False).criteria
    (made,) = Statements("substring").page(criteria, Window(2, after=("a", "b", 1)), ranked=False, keyset=True)
    assert "(u.last_name, u.first_name, u.id) > ($1, $2, $3)" in made.sql
    assert list(made.arguments) == ["a", "b", 1, 2]


def test_what_recurs_is_a_contact_and_a_list_of_all() -> None:
    assert detail(7) == Statement(DETAIL, (7,), recurs=True)
    first, second, count = statements("substring", ordering="address__city")
    assert (first.recurs, second.recurs, count.recurs) == (True, True, False)
    assert not any(made.recurs for made in statements("substring", gender="F"))
    assert not any(made.recurs for made in statements("fulltext", search="ann"))


def test_columns_stand_where_rows_are_read() -> None:
    columns = DETAIL.removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
    assert columns == [field.column for field in FIELDS]
    assert (columns[1], columns[18]) == ("u.first_name", "r.last_activity")


def test_lists_of_values_are_texts_whose_arrays_the_driver_knows() -> None:
    first, _ = statements("substring", id__in="1,-2")
    assert "u.id = ANY(($1::text[])::bigint[])" in first.sql
    assert first.arguments[0] == ["1", "-2"]
