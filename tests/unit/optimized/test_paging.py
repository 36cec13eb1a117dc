"""Cursors and pages: walks over rows in memory meet each one once, both ways, nulls and ties included."""

from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.application.cursors import Cursor, CursorSigner
from optimized.contacts.application.listing import Criteria, Ordering, Request, Row, Window
from optimized.contacts.application.paging import Pager, Plan, has_keyset
from optimized.contacts.application.parameters import parse
from optimized.contacts.domain.errors import InvalidError, NotFoundError

SIGNER = CursorSigner("secret")


def ordering(text: str) -> Ordering:
    return parse({"ordering": text}, cursors=True).criteria.ordering


def row(id_: int, last_name: str, points: int | None) -> Row:
    values: list[object] = [None] * 19
    values[0], values[1], values[2], values[16] = id_, "X", last_name, points
    return tuple(values)


def ordered(rows: list[Row], order: Ordering, *, backward: bool) -> list[Row]:
    def compare(one: Row, other: Row) -> int:
        for item in order:
            a: Any = one[item.field.place]
            b: Any = other[item.field.place]
            if a != b:
                sign = 1 if (b is not None and (a is None or a > b)) else -1
                return -sign if item.descending else sign
        return 0

    found = sorted(rows, key=cmp_to_key(compare))
    return found[::-1] if backward else found


def read(rows: list[Row], plan: Plan) -> list[Row]:
    order, window = plan.request.criteria.ordering, plan.window
    found = ordered(rows, order, backward=window.backward)
    start = window.offset
    if window.after is not None:
        keys = [tuple(item[order_.field.place] for order_ in order) for item in found]
        start = keys.index(window.after) + 1
    return found[start : start + window.limit]


rows_ = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3)), min_size=1, max_size=30).map(
    lambda items: [row(place + 1, name, points) for place, (name, points) in enumerate(items)]
)


@given(
    rows_, st.sampled_from(["id", "-id", "last_name", "-last_name", "relationship__points", "-relationship__points"])
)
def test_a_walk_meets_each_contact_once_and_back(rows: list[Row], text: str) -> None:
    order = ordering(text)
    pager = Pager(SIGNER, keyset=True, relevance=False)
    criteria = Criteria(ordering=order, ordered=True)
    pages, cursor = [], None
    while True:
        plan = pager.plan(Request(criteria, 3, cursor=cursor))
        pages.append(pager.finish(plan, read(rows, plan), None))
        if pages[-1].next is None:
            break
        cursor = pages[-1].next.value
    assert [item for page in pages for item in page.rows] == ordered(rows, order, backward=False)
    assert pages[0].previous is None
    for page, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
        assert page.previous is not None
        plan = pager.plan(Request(criteria, 3, cursor=page.previous.value))
        assert pager.finish(plan, read(rows, plan), None).rows == before.rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", True),
        ("-created", True),
        ("relationship__points", True),
        ("last_name,first_name", True),
        ("-first_name,-last_name", True),
        ("last_name,-first_name", False),
        ("-created,id", False),
        ("gender,birthday", False),
    ],
)
def test_which_orderings_have_a_keyset(text: str, expected: bool) -> None:
    assert has_keyset(ordering(text)) is expected


@given(st.lists(st.none() | st.text() | st.integers(), min_size=1, max_size=3), st.booleans())
def test_cursors_come_back_as_they_went(values: list[object], backward: bool) -> None:
    cursor = Cursor(tuple(values), backward)
    assert SIGNER.read(ordering("id"), SIGNER.sign(ordering("id"), cursor)) == cursor


FORGERIES = [lambda text: text[:-2], lambda text: "A" + text, lambda _: "ä", lambda _: "=", str.lower]


@pytest.mark.parametrize("change", FORGERIES)
def test_forged_cursors_are_refused(change: Any) -> None:
    text = SIGNER.sign(ordering("id"), Cursor((1,), False))
    with pytest.raises(InvalidError, match="cursor"):
        SIGNER.read(ordering("id"), change(text))


def test_a_cursor_is_good_for_its_own_ordering_and_secret_only() -> None:
    text = SIGNER.sign(ordering("id"), Cursor((1,), False))
    with pytest.raises(InvalidError, match="another ordering"):
        SIGNER.read(ordering("-id"), text)
    with pytest.raises(InvalidError, match="gave out"):
        CursorSigner("other").read(ordering("id"), text)


def test_numbered_pages_count_and_end() -> None:
    pager = Pager(SIGNER, keyset=False, relevance=False)
    plan = pager.plan(Request(Criteria(), 2, page=2))
    assert (plan.window, plan.counts) == (Window(2, 2), True)
    page = pager.finish(plan, [row(3, "a", None)], 3)
    assert (page.count, page.next, page.previous and page.previous.value) == (3, None, "1")
    with pytest.raises(NotFoundError):
        pager.finish(pager.plan(Request(Criteria(), 2, page=3)), [], 3)
    assert pager.finish(pager.plan(Request(Criteria(), 2)), [], 0).rows == []


def test_a_search_by_relevance_pages_by_number_without_counting() -> None:
    pager = Pager(SIGNER, keyset=True, relevance=True)
    plan = pager.plan(Request(Criteria(terms=("zoe",)), 1))
    assert (plan.ranked, plan.keyset, plan.counts) == (True, False, False)
    page = pager.finish(plan, [row(1, "a", None), row(2, "a", None)], None)
    assert page.next is not None
    assert (page.next.parameter, page.next.value, page.count) == ("page", "2", None)
