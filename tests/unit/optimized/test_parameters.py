"""Parameters of a listing: what they become, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from optimized.contacts.application.fields import FILTERS, ORDERABLE
from optimized.contacts.application.listing import Request
from optimized.contacts.application.parameters import parse
from optimized.contacts.domain.errors import InvalidError


def read(**parameters: str) -> Request:
    return parse(parameters, cursors=True)


def ordering(text: str) -> list[str]:
    return [str(order) for order in read(ordering=text).criteria.ordering]


def test_nothing_is_the_newest_fifty() -> None:
    request = read()
    assert (request.page_size, request.page, request.cursor) == (50, None, None)
    assert [str(order) for order in request.criteria.ordering] == ["-created", "-id"]
    assert request.criteria.plain


def test_empty_values_are_no_filters() -> None:
    assert parse(dict.fromkeys([*FILTERS, "ordering", "search", "page", "page_size", "cursor"], ""), cursors=True) == (
        read()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last_name", ["last_name", "id"]),
        ("last_name,-created", ["last_name", "-created", "-id"]),
        ("-created,id", ["-created", "id"]),
        ("id,created", ["id"]),
        ("created,-created", ["created", "-id"]),
    ],
)
def test_every_ordering_ends_in_id(text: str, expected: list[str]) -> None:
    assert ordering(text) == expected


@pytest.mark.parametrize("name", ORDERABLE)
def test_every_ordering_of_the_contract_is_known(name: str) -> None:
    assert ordering(f"-{name}")[0] == f"-{name}"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("id", "9223372036854775807", 2**63 - 1),
        ("relationship__points__gte", "-2147483647", -(2**31) + 1),
        ("birthday", "2000-02-29", date(2000, 2, 29)),
        ("created__gte", "2021-03-04T05:06:07+02:00", datetime(2021, 3, 4, 3, 6, 7, tzinfo=UTC)),
        ("created__gte", "2021-03-04T05:06:07", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("created__lte", "2021-03-04T05:06:07.5Z", datetime(2021, 3, 4, 5, 6, 7, 500000, tzinfo=UTC)),
        ("id__in", "3,1", (3, 1)),
        ("gender__in", "M,F", ("M", "F")),
        ("first_name", " Zoë ", " Zoë "),
    ],
)
def test_values_have_the_type_of_their_field(name: str, text: str, value: object) -> None:
    assert parse({name: text}, cursors=True).criteria.filters[0].value == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("colour", "red"),
        ("first_name", "a\0b"),
        ("id", "9223372036854775808"),
        ("id", "1.5"),
        ("id", "٣"),
        ("id__in", "1,,2"),
        ("id__in", ",".join(["1"] * 101)),
        ("relationship__points", "2147483648"),
        ("gender", "m"),
        ("gender__in", "M,"),
        ("birthday", "2001-02-29"),
        ("birthday__gte", "20010203"),
        ("created__gte", "2021-03-04"),
        ("created__gte", "0001-01-01T00:00:00+14:00"),
        ("address__isnull", "yes"),
        ("id", "+7"),
        ("id", " 7"),
        ("id", "1_000"),
        ("id__in", "1,2,"),
        ("first_name__in", "a,"),
        ("created__gte", "2021-03-04 05:06:07Z"),
        ("created__gte", "2021-03-04T05:06Z"),
        ("created__lte", "2020-02-12T05:13:36+16:00"),
        ("created__lte", "2020-02-12T05:13:36-16:00"),
        ("created__lte", "9999-12-31T23:59:59-14:00"),
        ("address__isnull", "TRUE"),
        ("ordering", "created, id"),
        ("ordering", "colour"),
        ("ordering", "--id"),
        ("ordering", "created,,id"),
        ("page", "0"),
        ("page", "-1"),
        ("page_size", "0"),
        ("page_size", "x"),
        ("search", "a " * 9),
        ("search", "a" * 101),
    ],
)
def test_bad_values_name_their_parameter(name: str, text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse({name: text, "page_size": "10"} if name != "page_size" else {name: text}, cursors=True)
    assert list(refused.value.errors) == [name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        read(page="x", id="y")
    assert set(refused.value.errors) == {"page", "id"}


def test_pages_and_their_size_are_bounded() -> None:
    assert read(page_size="100000").page_size == 200
    page = read(page="9" * 5000).page
    assert page is not None
    assert page * 200 < 2**63


def test_without_keysets_a_cursor_is_unknown() -> None:
    with pytest.raises(InvalidError):
        parse({"cursor": "x"}, cursors=False)
