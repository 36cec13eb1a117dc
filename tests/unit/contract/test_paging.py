"""Pages: following the links meets every contact once, forth and back, by cursor and by number."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cmp_to_key
from urllib.parse import parse_qsl

import pytest
from contract.cursors import Codec, Cursor, CursorSigner
from contract.errors import InvalidError, NotFoundError
from contract.fields import BY_NAME
from contract.listing import Criteria, Listing, Ordering, Window, reversed_
from contract.paging import Page, Pager, Plan, by_place, has_keyset, link
from contract.parameters import parse
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.infrastructure.cursors import PlaceCodec as ByStdlib
from peers.core.python.cursors import PlaceCodec as ByOrjson

Contact = dict[str, object]
CODECS: list[Codec] = [ByStdlib(), ByOrjson()]
SIGNER = CursorSigner("contacts", "secret", CODECS[0])


def values(contact: Contact, ordering: Ordering) -> tuple[object, ...]:
    """What stands in an ordering's fields."""
    return tuple(contact.get(order.field.name) for order in ordering)


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

    def compare(one: Contact, other: Contact) -> int:
        return compared(ordering, values(one, ordering), values(other, ordering))

    found = sorted(contacts, key=cmp_to_key(compare))
    if window.after is not None:
        found = [contact for contact in found if compared(ordering, values(contact, ordering), window.after) > 0]
    return found[window.offset : window.offset + window.limit]


def page(pager: Pager[Contact], contacts: Sequence[Contact], query: str) -> Page[Contact]:
    """The page of a query."""
    plan = pager.plan(parse(dict(parse_qsl(query)), cursors=pager.keyset))
    return pager.finish(plan, read(contacts, plan), len(contacts) if plan.counts else None)


def walk(pager: Pager[Contact], contacts: Sequence[Contact], query: str, direction: str) -> list[Page[Contact]]:
    """The pages from a query on, by their links."""
    pages = [page(pager, contacts, query)]
    while (to := link("", query, getattr(pages[-1], direction))) is not None:
        query = to.removeprefix("?")
        pages.append(page(pager, contacts, query))
        assert len(pages) <= len(contacts) + 1
    return pages


POINTS = st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12)
ORDERINGS = st.sampled_from(
    [
        *("", "id", "-id", "relationship__points", "-relationship__points", "relationship__points,-id"),
        *("last_name", "-last_name", "last_name,first_name"),
    ]
)


@given(points=POINTS, ordering=ORDERINGS, size=st.integers(1, 5), keyset=st.booleans())
def test_the_links_meet_every_contact_once(points: list[int | None], ordering: str, size: int, keyset: bool) -> None:
    contacts: list[Contact] = [
        {"id": place, "created": place // 2, "last_name": "abc"[place % 3], "relationship__points": one}
        for place, one in enumerate(points)
    ]
    pager = Pager(SIGNER, values, keyset=keyset, relevance=False)
    query = f"page_size={size}&ordering={ordering or '-id'}"
    forth = walk(pager, contacts, query, "next")
    met = [contact["id"] for one in forth for contact in one.contacts]
    everything = page(pager, contacts, query.replace(f"page_size={size}", "page_size=200"))
    assert met == [contact["id"] for contact in everything.contacts]
    assert len(met) == len(contacts)
    assert forth[0].previous is None
    last = link("", query, forth[-1].previous)
    if last is not None:
        back = walk(pager, contacts, last.removeprefix("?"), "previous")
        ids = [[contact["id"] for contact in one.contacts] for one in reversed(back)]
        assert [i for part in ids for i in part] == met[: len(met) - len(forth[-1].contacts)]


@pytest.mark.parametrize("keyset", [True, False])
def test_past_the_end_is_nothing_but_for_the_first_page(keyset: bool) -> None:
    pager = Pager(SIGNER, values, keyset=keyset, relevance=False)
    assert page(pager, [], "page=1").contacts == []
    with pytest.raises(NotFoundError):
        page(pager, [], "page=2")


@pytest.mark.parametrize(
    ("ordering", "there_is"),
    [
        ("id", True),
        ("created", True),
        ("-created", True),
        ("relationship__points", True),
        ("last_name,first_name", True),
        ("-last_name,-first_name", True),
        ("-first_name,-last_name", True),
        ("last_name,-first_name", False),
        ("-created,id", False),
        ("gender,birthday", False),
    ],
)
def test_some_orderings_have_a_keyset(ordering: str, there_is: bool) -> None:
    assert has_keyset(order_of(ordering)) is there_is


def test_a_search_by_relevance_has_numbers_and_no_count() -> None:
    pager = Pager(SIGNER, values, keyset=True, relevance=True)
    plan = pager.plan(parse({"search": "ann", "page": "3"}, cursors=True))
    assert (plan.ranked, plan.keyset, plan.counts, plan.window.offset) == (True, False, False, 100)
    assert not pager.plan(parse({"search": "ann", "ordering": "id"}, cursors=True)).ranked


@pytest.mark.parametrize("codec", CODECS)
def test_a_cursor_is_good_for_its_ordering_and_for_no_other(codec: Codec) -> None:
    cursor = Cursor((None, 7), backward=True)
    signer = CursorSigner("contacts", "secret", codec)
    text = signer.sign(order_of("relationship__points"), cursor)
    assert signer.read(order_of("relationship__points"), text) == cursor
    with pytest.raises(InvalidError, match="another ordering"):
        signer.read(order_of("-relationship__points"), text)
    for other in (CursorSigner("contacts", "other", codec), CursorSigner("others", "secret", codec)):
        with pytest.raises(InvalidError, match="gave out"):
            other.read(order_of("relationship__points"), text)


@pytest.mark.parametrize(("codec", "zone"), [(ByStdlib(), None), (ByOrjson(), UTC)])
def test_a_cursor_keeps_times_and_days(codec: Codec, zone: tzinfo | None) -> None:
    signer, day = CursorSigner("contacts", "secret", codec), date(2000, 2, 29)
    moment = datetime(2021, 3, 4, 5, 6, 7, 8000, zone)
    # Naive times are UTC, and PostgreSQL gets them back as text.
    expected: dict[str, object] = (
        {"created": moment, "birthday": day}
        if zone
        else {"created": "2021-03-04T05:06:07.008000Z", "birthday": "2000-02-29"}
    )
    for name, value in (("created", moment), ("birthday", day)):
        text = signer.sign(order_of(name), Cursor((value, 1), backward=False))
        assert signer.read(order_of(name), text) == Cursor((expected[name], 1), backward=False)


def test_a_time_without_a_zone_is_utc_in_a_cursor_too() -> None:
    moment = datetime(2021, 3, 4, 5, 6, 7, 8000, UTC)
    assert ByOrjson().encode([moment.replace(tzinfo=None), 1]) == ByOrjson().encode([moment, 1])


@pytest.mark.parametrize("codec", CODECS)
@given(
    first=st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 2**63 - 1), back=st.booleans()
)
def test_cursors_come_back_as_they_went(codec: Codec, first: object, back: bool) -> None:
    signer, cursor = CursorSigner("contacts", "secret", codec), Cursor((first, 1), back)
    assert signer.read(order_of("last_name"), signer.sign(order_of("last_name"), cursor)) == cursor


FORGERIES = [lambda text: text[:-2], lambda text: "A" + text, lambda _: "ä", lambda _: "=", str.lower]


@pytest.mark.parametrize("change", FORGERIES)
def test_forged_cursors_are_refused(change: Callable[[str], str]) -> None:
    text = SIGNER.sign(order_of("id"), Cursor((1,), False))
    with pytest.raises(InvalidError, match="cursor"):
        SIGNER.read(order_of("id"), change(text))


@given(text=st.text())
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    with pytest.raises(InvalidError):
        SIGNER.read(order_of("id"), text)


def test_links_keep_the_query_but_for_the_place() -> None:
    query = "gender=F&page=3&search=a%20b&cursor=x&"
    assert link("https://a/", query, "page=4") == "https://a/?gender=F&search=a%20b&page=4"
    assert link("https://a/", "", "page=2") == "https://a/?page=2"
    assert link("https://a/", query, None) is None


def test_an_envelope_has_the_order_of_the_contract() -> None:
    one: Page[Contact] = Page([{}], 3, "page=2", None)
    shown = one.envelope("https://a/", "page=1", ["x"])
    assert list(shown.items()) == [("count", 3), ("next", "https://a/?page=2"), ("previous", None), ("results", ["x"])]


def test_numbered_pages_count_and_end() -> None:
    pager = Pager(SIGNER, values, keyset=False, relevance=False)
    plan = pager.plan(Listing(Criteria(), 2, page=2))
    assert (plan.window, plan.counts) == (Window(2, 2), True)
    assert pager.finish(plan, [{"id": 3}], 3) == Page([{"id": 3}], 3, None, "page=1")
    with pytest.raises(NotFoundError):
        pager.finish(pager.plan(Listing(Criteria(), 2, page=3)), [], 3)
    assert pager.finish(pager.plan(Listing(Criteria(), 2)), [], 0).contacts == []


def test_a_page_of_a_search_by_relevance_leads_to_the_next_number() -> None:
    pager = Pager(SIGNER, values, keyset=True, relevance=True)
    plan = pager.plan(Listing(Criteria(terms=("zoe",)), 1))
    assert pager.finish(plan, [{"id": 1}, {"id": 2}], None) == Page([{"id": 1}], None, "page=2", None)


def test_values_of_a_row_stand_by_place() -> None:
    assert by_place(range(19), order_of("relationship__points,last_name")) == (16, 2, 0)
    assert BY_NAME["relationship__last_activity"].place == 18
    assert (BY_NAME["id"].column, BY_NAME["address__city"].column) == ("u.id", "a.city")
