"""Pages: following the links meets every contact once, forth and back, by cursor and by number."""

from collections.abc import Sequence
from functools import cmp_to_key
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers.fastapi.contacts.application.cursors import Cursor, CursorSigner
from peers.fastapi.contacts.application.errors import InvalidError, NotFoundError
from peers.fastapi.contacts.application.fields import BY_NAME, Field
from peers.fastapi.contacts.application.listing import Ordering, reversed_
from peers.fastapi.contacts.application.paging import Page, Pager, Plan, has_keyset
from peers.fastapi.contacts.application.parameters import parse

Contact = dict[str, object]
SIGNER = CursorSigner("secret")


def value(contact: Contact, field: Field) -> object:
    """What stands in a field."""
    return contact.get(field.name)


def order_of(text: str) -> Ordering:
    """The ordering of a parameter."""
    return parse({"ordering": text}, cursors=False).criteria.ordering


def compared(ordering: Ordering, one: Sequence[object], other: Sequence[object]) -> int:
    """-1, 0 or 1 as PostgreSQL orders two contacts' values: nulls are greater than everything."""
    for order, mine, theirs in zip(ordering, one, other, strict=True):
        a, b = (mine is None, mine or 0), (theirs is None, theirs or 0)
        if a != b:
            return (-1 if a < b else 1) * (-1 if order.descending else 1)
    return 0


def read(contacts: Sequence[Contact], plan: Plan) -> list[Contact]:
    """What a database would give for a plan's window."""
    window, ordering = plan.window, plan.listing.criteria.ordering
    if window.backward:
        ordering = reversed_(ordering)

    def values(contact: Contact) -> list[object]:
        return [value(contact, order.field) for order in ordering]

    def compare(one: Contact, other: Contact) -> int:
        return compared(ordering, values(one), values(other))

    found = sorted(contacts, key=cmp_to_key(compare))
    if window.after is not None:
        found = [contact for contact in found if compared(ordering, values(contact), window.after) > 0]
    return found[window.offset : window.offset + window.limit]


def page(pager: Pager[Contact], contacts: Sequence[Contact], query: str) -> Page[Contact]:
    """The page of a query."""
    plan = pager.plan(parse(dict(parse_qsl(query)), cursors=pager.keyset))
    return pager.finish(plan, read(contacts, plan), len(contacts) if plan.counts else None)


def walk(pager: Pager[Contact], contacts: Sequence[Contact], query: str, link: str) -> list[Page[Contact]]:
    """The pages from a query on, by their links."""
    pages = [page(pager, contacts, query)]
    while (to := pages[-1].link("", query, getattr(pages[-1], link))) is not None:
        query = to.removeprefix("?")
        pages.append(page(pager, contacts, query))
        assert len(pages) <= len(contacts) + 1
    return pages


POINTS = st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12)
ORDERINGS = st.sampled_from(
    ["", "id", "-id", "relationship__points", "-relationship__points", "relationship__points,-id"]
)


@given(points=POINTS, ordering=ORDERINGS, size=st.integers(1, 5), keyset=st.booleans())
def test_the_links_meet_every_contact_once(points: list[int | None], ordering: str, size: int, keyset: bool) -> None:
    contacts: list[Contact] = [
        {"id": place, "created": place // 2, "relationship__points": one} for place, one in enumerate(points)
    ]
    pager = Pager(SIGNER, value, keyset=keyset, relevance=False)
    query = f"page_size={size}&ordering={ordering or '-id'}"
    forth = walk(pager, contacts, query, "next")
    met = [contact["id"] for one in forth for contact in one.contacts]
    everything = page(pager, contacts, query.replace(f"page_size={size}", "page_size=200"))
    assert met == [contact["id"] for contact in everything.contacts]
    assert len(met) == len(contacts)
    assert forth[0].previous is None
    last = forth[-1].link("", query, forth[-1].previous)
    if last is not None:
        back = walk(pager, contacts, last.removeprefix("?"), "previous")
        ids = [[contact["id"] for contact in one.contacts] for one in reversed(back)]
        assert [i for part in ids for i in part] == met[: len(met) - len(forth[-1].contacts)]


@pytest.mark.parametrize("keyset", [True, False])
def test_past_the_end_is_nothing_but_for_the_first_page(keyset: bool) -> None:
    pager = Pager(SIGNER, value, keyset=keyset, relevance=False)
    assert page(pager, [], "page=1").contacts == []
    with pytest.raises(NotFoundError):
        page(pager, [], "page=2")


@pytest.mark.parametrize(
    ("ordering", "there_is"),
    [("created", True), ("-last_name,-first_name", True), ("last_name,-first_name", False), ("gender,birthday", False)],
)
def test_some_orderings_have_a_keyset(ordering: str, there_is: bool) -> None:
    assert has_keyset(order_of(ordering)) is there_is


def test_a_search_by_relevance_has_numbers_and_no_count() -> None:
    pager = Pager(SIGNER, value, keyset=True, relevance=True)
    plan = pager.plan(parse({"search": "ann", "page": "3"}, cursors=True))
    assert (plan.ranked, plan.keyset, plan.counts, plan.window.offset) == (True, False, False, 100)
    assert not pager.plan(parse({"search": "ann", "ordering": "id"}, cursors=True)).ranked


def test_a_cursor_is_good_for_its_ordering_and_for_no_other() -> None:
    cursor = Cursor((None, 7), backward=True)
    text = SIGNER.sign(order_of("relationship__points"), cursor)
    assert SIGNER.read(order_of("relationship__points"), text) == cursor
    with pytest.raises(InvalidError, match="another ordering"):
        SIGNER.read(order_of("-relationship__points"), text)
    with pytest.raises(InvalidError, match="gave out"):
        CursorSigner("other").read(order_of("relationship__points"), text)


def test_a_cursor_keeps_times_and_days() -> None:
    for name, text in (("created__gte", "2021-03-04T05:06:07.008Z"), ("birthday", "2000-02-29")):
        (one,) = parse({name: text}, cursors=False).criteria.filters
        ordering = order_of(one.field.name)
        cursor = Cursor((one.value, 1), backward=False)
        assert SIGNER.read(ordering, SIGNER.sign(ordering, cursor)) == cursor


@given(text=st.text())
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    with pytest.raises(InvalidError):
        SIGNER.read(order_of("id"), text)


def test_links_keep_the_query_but_for_the_place() -> None:
    one: Page[Contact] = Page([], None, None, None)
    query = "gender=F&page=3&search=a%20b&cursor=x&"
    assert one.link("https://a/", query, "page=4") == "https://a/?gender=F&search=a%20b&page=4"
    assert one.link("https://a/", "", "page=2") == "https://a/?page=2"
    assert one.link("https://a/", query, None) is None
    assert BY_NAME["id"].column == "u.id"
