"""Following `next` and `previous`: every contact exactly once, in the same order everywhere."""

import math

import pytest

from .oracle import Oracle
from .test_reading import ids
from .variants import Pairs, Variant, checked

SOME = ("id__lte", "500")
WALKS: list[Pairs] = [
    [],
    [SOME, ("ordering", "relationship__points")],
    [SOME, ("ordering", "-relationship__points")],
    [SOME, ("ordering", "-address__city")],
    [SOME, ("ordering", "last_name,first_name")],
    [SOME, ("ordering", "gender,-birthday")],
]


@pytest.mark.parametrize("params", WALKS, ids=str)
def test_following_next_meets_each_contact_once(
    variant: Variant, reference: Variant, oracle: Oracle, params: Pairs
) -> None:
    sized = [*params, ("page_size", "100")]
    found = [contact for page in variant.pages(sized) for contact in page["results"]]
    assert sorted(ids(found)) == ids(oracle.matching(params))
    expected = oracle.ordered(params)
    if expected is not None:
        assert found == expected
    elif variant is not reference:
        pages = [[*sized, ("page", str(number))] for number in range(1, math.ceil(len(found) / 100) + 1)]
        assert found == [contact for page in pages for contact in reference.remembered(page)["results"]]


@pytest.mark.parametrize("ordering", ["", "relationship__points", "-address__city,first_name"])
def test_following_previous_leads_back(variant: Variant, oracle: Oracle, ordering: str) -> None:
    params: Pairs = [("id__lte", "200"), ("page_size", "45"), ("ordering", ordering)]
    forth = variant.pages(params)
    assert forth[0]["previous"] is None
    back = [forth[-1]]
    while (link := back[-1]["previous"]) is not None:
        assert len(back) <= len(forth), "previous does not come to an end"
        back.append(checked(variant.follow(link)))
    there = [contact for page in forth for contact in page["results"]]
    assert [contact for page in reversed(back) for contact in page["results"]] == there
    assert sorted(ids(there)) == ids(oracle.matching(params))


def test_links_are_absolute_and_lead_where_the_request_came_from(variant: Variant) -> None:
    first = variant.contacts([("page_size", "5"), ("first_name__icontains", "a&b=c é")])
    assert first.json()["next"] is None
    link = variant.contacts([("page_size", "5")]).json()["next"]
    assert link.startswith(f"{variant.url}/api/contacts/?")


def test_links_name_the_host_that_the_client_named(variant: Variant) -> None:
    named = variant.url.replace("127.0.0.1", "localhost")
    params: Pairs = [("page_size", "50"), ("id__lte", "120"), ("ordering", "id")]
    pages = [checked(variant.http.get(f"{named}/api/contacts/", params=tuple(params)))]
    while (link := pages[-1]["next"]) is not None:
        assert link.startswith(f"{named}/api/contacts/?")
        pages.append(checked(variant.follow(link)))
    assert [len(page["results"]) for page in pages] == [50, 50, 20]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-Protocol", "ssl"),
        ("X-Forwarded-Ssl", "on"),
        ("Forwarded", "proto=https"),
    ],
)
def test_a_client_cannot_say_that_it_came_by_tls(variant: Variant, header: str, word: str) -> None:
    page = checked(variant.http.get("/api/contacts/", params={"page_size": 5}, headers={header: word}))
    assert page["next"].startswith(f"{variant.url}/api/contacts/?")


def test_links_keep_the_query(variant: Variant, oracle: Oracle) -> None:
    filters: Pairs = [("first_name__icontains", "e"), ("id__lte", "500"), ("address__isnull", "false")]
    params: Pairs = [*filters, ("ordering", "-birthday"), ("page_size", "20")]
    assert [contact for page in variant.pages(params) for contact in page["results"]] == oracle.ordered(params)
