"""Queries that Hypothesis makes up find what the oracle says, and the same in every variant."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .oracle import WHOLE, Oracle, field_value
from .queries import ORDERINGS, TEXT_FIELDS, TIME_FIELDS
from .test_reading import agree
from .variants import Contact, Pairs, Variant

# Whatever can stand in a URL; NUL and lone surrogates have tests of their own.
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def _no_empty_item(value: str) -> bool:
    return not value or all(value.split(","))


def filters(contacts: list[Contact]) -> st.SearchStrategy[tuple[str, str]]:
    """Make one filter with a value taken from a contact, or made up."""

    def text(field: str) -> st.SearchStrategy[tuple[str, str]]:
        values = sorted({value for contact in contacts if (value := field_value(contact, field)) is not None})
        taken = st.sampled_from(values)
        parts = st.tuples(taken, st.integers(0, 5), st.integers(1, 6)).map(lambda t: t[0][t[1] : t[1] + t[2]])
        several = st.lists(taken, min_size=1, max_size=5).map(",".join)
        return st.one_of(
            st.tuples(st.just(field), taken | ANY_TEXT),
            st.tuples(st.sampled_from([f"{field}__icontains", f"{field}__istartswith"]), parts | ANY_TEXT),
            st.tuples(st.just(f"{field}__in"), several | ANY_TEXT.filter(_no_empty_item)),
        )

    def compared(field: str) -> st.SearchStrategy[tuple[str, str]]:
        raw = [contact for contact in contacts if field_value(contact, field) is not None]
        lookups = ["__gte", "__lte", *(["", "__gt", "__lt"] if field in WHOLE else [])]
        lookups += [""] if field == "birthday" else []
        values = st.sampled_from(raw).map(lambda contact: str(_written(contact, field)))
        if field in WHOLE:
            values |= st.integers(-(2**31) + 1, 2**31 - 1).map(str)
        return st.tuples(st.sampled_from([field + lookup for lookup in lookups]), values)

    flags = st.tuples(st.sampled_from(["address__isnull", "relationship__isnull"]), st.sampled_from(["true", "false"]))
    letters = st.lists(st.sampled_from("MFO"), min_size=1, max_size=3).map(",".join)
    return st.one_of(
        *(text(field) for field in TEXT_FIELDS),
        *(compared(field) for field in (*sorted(WHOLE), *TIME_FIELDS, "birthday")),
        flags,
        st.tuples(st.just("gender__in"), letters),
    )


def _written(contact: Contact, field: str) -> Any:
    head, _, tail = field.partition("__")
    return contact[head][tail] if tail else contact[head]


def orderings() -> st.SearchStrategy[Pairs]:
    """Make no ordering, or one by up to three fields."""
    signed = st.tuples(st.sampled_from(["", "-"]), st.sampled_from(ORDERINGS)).map("".join)
    several = st.lists(signed, min_size=1, max_size=3, unique_by=lambda field: field.lstrip("-")).map(",".join)
    return st.just([]) | several.map(lambda value: [("ordering", value)])


@pytest.fixture(scope="session")
def queries(oracle: Oracle) -> st.SearchStrategy[Pairs]:
    """Whole queries of up to three filters, an ordering and a page size."""
    sizes = st.integers(1, 25).map(lambda size: [("page_size", str(size))])
    some = st.lists(filters(oracle.contacts), max_size=3)
    return st.tuples(some, orderings(), sizes).map(lambda parts: parts[0] + parts[1] + parts[2])


LIMITS = settings(
    max_examples=25,
    derandomize="CI" in os.environ,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@LIMITS
@given(data=st.data())
def test_a_made_up_query_finds_the_same_contacts(
    variant: Variant, reference: Variant, oracle: Oracle, queries: st.SearchStrategy[Pairs], data: st.DataObject
) -> None:
    params = data.draw(queries)
    answer = agree(variant, reference, params)
    assert answer["count"] in (None, len(oracle.matching(params)))
    page = oracle.page(params)
    assert page is None or answer["results"] == page


@LIMITS
@given(search=ANY_TEXT.filter(lambda text: len(text.split()) <= 8))
def test_a_made_up_search_finds_no_one_else(variant: Variant, reference: Variant, oracle: Oracle, search: str) -> None:
    params = [("search", search), ("ordering", "id"), ("page_size", "10")]
    if variant.can.fulltext:
        found = {contact["id"] for contact in variant.every(params)}
        assert found <= {contact["id"] for contact in oracle.matching(params)}
    else:
        assert agree(variant, reference, params)["results"] == oracle.page(params)


@LIMITS
@given(
    name=st.sampled_from([*ORDERINGS, "page", "page_size", "search", "ordering", "cursor", "id__in"]), value=ANY_TEXT
)
def test_no_value_breaks_the_service(variant: Variant, name: str, value: str) -> None:
    response = variant.contacts([(name, value), *([] if name == "page_size" else [("page_size", "3")])])
    assert response.status_code in {200, 400, 404}
    if response.status_code == 400:
        assert list(response.json()) == [name]
