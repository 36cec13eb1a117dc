"""Listings as statements: whatever is asked, tables are joined, parameters fit, and keysets go on where they stood."""

import re
from datetime import datetime
from typing import Literal

import pytest
from contract.fields import FILTERS, ORDERABLE, Field
from contract.listing import Criteria, Ordering, Window, reversed_
from contract.paging import has_keyset
from contract.parameters import parse
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.infrastructure.sql.listing import Compiler, order_by, parts
from optimized.contacts.infrastructure.sql.search import Strength
from optimized.contacts.infrastructure.sql.statement import COPIED, JOINED, Condition, Statement

VALUES = {
    "text": "x%",
    "gender": "F",
    "id": "5",
    "points": "7",
    "date": "2000-02-29",
    "time": "2021-03-04T05:06:07Z",
}
STRENGTHS: tuple[Strength, ...] = ("fulltext", "trigram", "substring")
WHEN = datetime(2021, 3, 4)  # noqa: DTZ001  as the database gives it


def criteria(**parameters: str) -> Criteria:
    return parse(parameters, cursors=True).criteria


def ordering(text: str) -> Ordering:
    return criteria(ordering=text).ordering


PRESENCES = sorted(name for name, (_, lookup) in FILTERS.items() if lookup == "isnull")
filters = st.sampled_from(sorted(set(FILTERS) - set(PRESENCES))).map(lambda name: (name, VALUES[FILTERS[name][0].kind]))
presences = st.tuples(st.sampled_from(PRESENCES), st.sampled_from(["true", "false"]))
searches = st.tuples(st.just("search"), st.sampled_from(["a", "zoe", "49 zoe", "cust-1"]))
orderings = (
    st.lists(st.tuples(st.sampled_from(["", "-"]), st.sampled_from(sorted(ORDERABLE))).map("".join), min_size=1)
    .map(",".join)
    .map(lambda text: ("ordering", text))
)
listings = st.lists(filters | presences | searches | orderings, max_size=5).map(lambda given: criteria(**dict(given)))
compilers = st.builds(
    Compiler, strength=st.sampled_from(STRENGTHS), eager=st.booleans(), source=st.sampled_from([JOINED, COPIED])
)


def assert_parameters_fit(statement: Statement) -> None:
    assert statement.sql.count("%s") == len(statement.params)
    assert statement.sql.count("%") == statement.sql.count("%s")


def assert_tables_joined(statement: Statement) -> None:
    """Hold a statement without subqueries to joining each table that it names, once."""
    named = {"u", *re.findall(r"\b([uar])\.", statement.sql)}
    for alias, table in (("u", "app_user"), ("a", "address"), ("r", "customer_relationship")):
        assert statement.sql.count(f" {table} {alias}") == (alias in named), statement.sql


@given(listings, compilers, st.integers(0, 100), st.booleans())
def test_parameters_fit_their_places(listing: Criteria, compiler: Compiler, offset: int, keyset: bool) -> None:
    keyset = keyset and has_keyset(listing.ordering)
    for window in (Window(11, offset), Window(11, backward=True)):
        for statement in compiler.page(listing, window, ranked=False, keyset=keyset):
            assert_parameters_fit(statement)
    assert_parameters_fit(compiler.count(listing, ranked=False))
    if listing.terms:
        for statement in (*compiler.page(listing, Window(11), ranked=True, keyset=False),):
            assert_parameters_fit(statement)
        assert_parameters_fit(compiler.count(listing, ranked=True))


@given(listings, st.booleans(), st.booleans())
def test_a_table_is_joined_where_it_is_named(listing: Criteria, eager: bool, keyset: bool) -> None:
    compiler = Compiler(strength="substring", eager=eager)
    keyset = keyset and has_keyset(listing.ordering)
    for statement in compiler.page(listing, Window(11), ranked=False, keyset=keyset):
        assert_tables_joined(statement)
    assert_tables_joined(compiler.count(listing, ranked=False))


@given(listings, st.booleans())
def test_copies_need_one_table(listing: Criteria, keyset: bool) -> None:
    compiler = Compiler(strength="substring", eager=True, source=COPIED)
    keyset = keyset and has_keyset(listing.ordering)
    statements = compiler.page(listing, Window(11), ranked=False, keyset=keyset)
    for statement in (*statements, compiler.count(listing, ranked=False), compiler.detail(1)):
        assert set(re.findall(r"(?:FROM|JOIN) (\w+)", statement.sql)) == {"app_user"} | (
            {"LATERAL"} if "LATERAL" in statement.sql else set()
        )


@given(listings)
def test_only_what_recurs_is_prepared(listing: Criteria) -> None:
    compiler = Compiler(strength="fulltext", eager=True)
    assert compiler.detail(1).prepare
    for statement in compiler.page(listing, Window(11), ranked=False, keyset=False):
        assert statement.prepare is listing.plain


@pytest.mark.parametrize(("eager", "statements"), [(True, 1), (False, 3)])
def test_rows_by_id_are_one_statement_where_loading_is_eager(eager: bool, statements: int) -> None:
    assert len(Compiler(strength="fulltext", eager=eager).by_ids([3, 1, 2])) == statements


@pytest.mark.parametrize(
    ("text", "forth", "back"),
    [
        ("id", " ORDER BY u.id", " ORDER BY u.id DESC"),
        ("-created", " ORDER BY u.created DESC, u.id DESC", " ORDER BY u.created, u.id"),
        (
            "address__city,-gender",
            " ORDER BY a.city, u.gender DESC, u.id DESC",
            " ORDER BY a.city DESC, u.gender, u.id",
        ),
    ],
)
def test_an_ordering_reads_from_both_ends(text: str, forth: str, back: str) -> None:
    assert order_by(ordering(text)) == forth
    assert order_by(reversed_(ordering(text))) == back


POINTS_LACK, POINTS_HAVE = Condition("r.id IS NULL"), Condition("r.id IS NOT NULL")


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("id", None, [Condition("")]),
        ("-id", (5,), [Condition("u.id < %s", (5,))]),
        ("created", (WHEN, 5), [Condition("(u.created, u.id) > (%s::timestamptz, %s)", (WHEN, 5))]),
        (
            "-last_name,-first_name",
            ("M", "Z", 5),
            [Condition("(u.last_name, u.first_name, u.id) < (%s, %s, %s)", ("M", "Z", 5))],
        ),
        # Those who lack the value come last, and first where the ordering descends.
        ("relationship__points", None, [POINTS_HAVE, POINTS_LACK]),
        ("-relationship__points", None, [POINTS_LACK, POINTS_HAVE]),
        (
            "relationship__points",
            (7, 5),
            [Condition("r.id IS NOT NULL AND (r.points, r.appuser_id) > (%s, %s)", (7, 5)), POINTS_LACK],
        ),
        ("relationship__points", (None, 5), [Condition("r.id IS NULL AND u.id > %s", (5,))]),
        (
            "-relationship__points",
            (7, 5),
            [Condition("r.id IS NOT NULL AND (r.points, r.appuser_id) < (%s, %s)", (7, 5))],
        ),
        ("-relationship__points", (None, 5), [Condition("r.id IS NULL AND u.id < %s", (5,)), POINTS_HAVE]),
        (
            "address__city",
            ("Köln", 5),
            [
                Condition("a.id IS NOT NULL AND (a.city, u.id) > (%s, %s) AND a.city >= %s", ("Köln", 5, "Köln")),
                Condition("u.address_id IS NULL"),
            ],
        ),
    ],
)
def test_a_keyset_goes_on_behind_a_row(text: str, after: tuple[object, ...] | None, expected: list[Condition]) -> None:
    assert parts(ordering(text), after) == expected


def after_of(field: Field, where: Literal["have", "lack"]) -> tuple[object, ...]:
    return (None if where == "lack" else VALUES[field.kind], 5)


@pytest.mark.parametrize("name", sorted(set(ORDERABLE) - {"id"}))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_field_has_a_keyset(name: str, sign: str) -> None:
    field, order = ORDERABLE[name], ordering(sign + name)
    compiler = Compiler(strength="substring", eager=False)
    listing = criteria(ordering=sign + name)
    for where in ("have", "lack") if field.nullable else ("have",):
        window = Window(11, after=after_of(field, where))
        statements = compiler.page(listing, window, ranked=False, keyset=True)
        # What is left: the rest of this stretch, and the other one where it comes later.
        assert len(statements) == 1 + (field.nullable and (where == "have") is (sign == ""))
        for statement in statements:
            assert statement.sql.endswith(f"{order_by(order)} LIMIT %s")
            assert statement.params[-1] == 11
            assert_parameters_fit(statement)
            assert_tables_joined(statement)
