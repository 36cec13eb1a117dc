"""The search in its three strengths, as SQL."""

import pytest
from optimized.contacts.infrastructure.sql import search
from optimized.contacts.infrastructure.sql.statement import JOIN_ADDRESS, Condition

SUBSTRINGS = (
    "(UPPER(u.first_name::text) LIKE UPPER(%s) OR UPPER(u.last_name::text) LIKE UPPER(%s)"
    " OR UPPER(u.customer_id::text) LIKE UPPER(%s) OR UPPER(u.phone_number::text) LIKE UPPER(%s))"
)
IN_THE_CITY = "(UPPER(a.city::text) LIKE UPPER(%s))"


def test_a_substring_may_stand_in_any_searched_column() -> None:
    assert search.conditions(("zo%",), "substring") == [
        Condition(f"({SUBSTRINGS} OR {IN_THE_CITY})", (r"%zo\%%",) * 5),
    ]


def test_every_term_must_match_and_the_longest_comes_first() -> None:
    found = search.conditions(("an", "miller", "ber"), "substring")
    assert [condition.params[0] for condition in found] == ["%miller%", "%ber%", "%an%"]


def test_a_term_with_trigrams_finds_the_rows_by_two_index_scans() -> None:
    driven, other = search.conditions(("an", "miller"), "trigram")
    assert driven == Condition(
        f"u.id IN (SELECT u.id FROM app_user u WHERE {SUBSTRINGS}"  # noqa: S608  constants
        f" UNION ALL SELECT u.id FROM address a JOIN app_user u ON u.address_id = a.id WHERE {IN_THE_CITY})",
        ("%miller%",) * 5,
    )
    assert other == Condition(f"({SUBSTRINGS} OR {IN_THE_CITY})", ("%an%",) * 5)


def test_without_a_trigram_no_index_is_asked() -> None:
    assert search.conditions(("an", "e"), "trigram") == search.conditions(("an", "e"), "substring")


def test_words_are_prefixes_and_still_checked_as_substrings() -> None:
    driven, check = search.conditions(("zoe",), "fulltext")
    assert driven.params == ("'zoe':*",) * 2
    assert "u.search @@ to_tsquery('simple', %s)" in driven.sql
    assert "a.search @@ to_tsquery('simple', %s)" in driven.sql
    assert check == search.conditions(("zoe",), "substring")[0]


def test_parts_of_identifiers_are_looked_for_beside_words() -> None:
    driven, _ = search.conditions(("4917",), "fulltext")
    assert driven.params == ("'4917':*", "%4917%", "%4917%", "'4917':*")


@pytest.mark.parametrize(
    ("term", "expected"),
    [("49", True), ("a1", True), ("cust", True), ("CUST-", True), ("cu", True), ("zoe", False), ("-", False)],
)
def test_what_may_be_part_of_an_identifier(term: str, expected: bool) -> None:
    assert search.is_identifier(term) is expected


@pytest.mark.parametrize(
    ("term", "query"), [("O'Brien", "'O''Brien':*"), ("a\\b", "'a\\\\b':*"), ("a & !b | (c", "'a & !b | (c':*")]
)
def test_operators_of_the_query_language_are_quoted(term: str, query: str) -> None:
    assert search.prefix_query(term) == query


def test_candidates_are_capped_in_each_table_and_meet_the_filters_in_both() -> None:
    found = search.candidates(("zoe", "an"), [Condition("u.gender = %s", ("F",))], JOIN_ADDRESS, "")
    assert found.sql.count(f"LIMIT {search.CANDIDATES}") == 2
    assert found.sql.count("u.gender = %s") == found.params.count("F") == 2
    assert found.sql.count("%s") == len(found.params)


def test_the_rank_looks_for_any_of_the_words() -> None:
    assert search.rank(("zoe", "o'n")).params == ("'zoe':* | 'o''n':*",)
