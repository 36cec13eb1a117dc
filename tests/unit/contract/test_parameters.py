"""Parameters of a listing: what they become, and what is refused."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from contract.errors import InvalidError
from contract.fields import BY_NAME, FILTERS, ORDERABLE
from contract.listing import Filter, Listing
from contract.parameters import basics_count, group_by, parse


def read(**parameters: str) -> Listing:
    return parse(parameters, cursors=True)


def ordering(text: str) -> list[str]:
    return [str(order) for order in read(ordering=text).criteria.ordering]


def test_nothing_is_the_newest_fifty() -> None:
    request = read()
    assert (request.page_size, request.page, request.cursor) == (50, None, None)
    assert [str(order) for order in request.criteria.ordering] == ["-created", "-id"]
    assert request.criteria.plain
    assert not request.criteria.ordered


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
        ("first_name", ["first_name", "id"]),
        ("-first_name", ["-first_name", "-id"]),
        ("gender,-birthday", ["gender", "-birthday", "-id"]),
        ("-id", ["-id"]),
        ("created,created", ["created", "id"]),
        ("gender,id", ["gender", "id"]),
    ],
)
def test_every_ordering_ends_in_id(text: str, expected: list[str]) -> None:
    assert ordering(text) == expected


@pytest.mark.parametrize("name", ORDERABLE)
def test_every_ordering_of_the_contract_is_known(name: str) -> None:
    assert ordering(f"-{name}")[0] == f"-{name}"


@pytest.mark.parametrize(
    ("name", "text", "field", "lookup", "value"),
    [
        ("id", "-007", "id", "exact", -7),
        ("id__in", "1,-2", "id", "in", (1, -2)),
        ("gender__in", "M,O", "gender", "in", ("M", "O")),
        ("first_name__in", "a,b%", "first_name", "in", ("a", "b%")),
        ("birthday__gte", "2000-02-29", "birthday", "gte", date(2000, 2, 29)),
        ("created__gte", "2021-06-01T00:00:00.1Z", "created", "gte", datetime(2021, 6, 1, 0, 0, 0, 100_000, UTC)),
        ("address__isnull", "true", "address__id", "isnull", True),
        ("relationship__isnull", "false", "relationship__id", "isnull", False),
        ("relationship__points__lt", "-5", "relationship__points", "lt", -5),
    ],
)
def test_a_filter_names_its_field_and_its_lookup(name: str, text: str, field: str, lookup: str, value: object) -> None:
    (found,) = parse({name: text}, cursors=False).criteria.filters
    assert found == Filter(BY_NAME[field], lookup, value)  # type: ignore[arg-type]  # any of the types


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
        ("first_name__exact", "a"),
        ("relationship__points__in", "1"),
        ("address__id", "1"),
        ("a\0", ""),
        ("created__gte", "2021-06-01T25:00Z"),
        ("address__isnull", "2"),
        ("page_size", "-1"),
        ("ordering", "address__street_number"),
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
    assert list(refused.value.body) == [name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        read(page="x", id="y")
    assert set(refused.value.body) == {"page", "id"}


def test_pages_and_their_size_are_bounded() -> None:
    assert read(page_size="100000").page_size == read(page_size="9" * 5000).page_size == 200
    page = read(page="9" * 5000).page
    assert page is not None
    assert page * 200 < 2**63


def test_without_keysets_a_cursor_is_unknown() -> None:
    with pytest.raises(InvalidError):
        parse({"cursor": "x"}, cursors=False)


def test_how_a_kind_is_read_may_be_a_services_own() -> None:
    assert parse({"gender__in": "m"}, cursors=False, readers={"gender": str.upper}).criteria.filters[0].value == ("M",)


@pytest.mark.parametrize(("query", "found"), [("", "country"), ("group_by=", "country"), ("group_by=city", "city")])
def test_an_aggregate_is_by_country_unless_told(query: str, found: str) -> None:
    assert group_by(query) == found


@pytest.mark.parametrize(("query", "name"), [("group_by=street", "group_by"), ("page=1", "page"), ("by=city&", "by")])
def test_an_aggregate_refuses_the_rest_by_name(query: str, name: str) -> None:
    with pytest.raises(InvalidError) as refused:
        group_by(query)
    assert list(refused.value.body) == [name]


@pytest.mark.parametrize(
    ("query", "found"), [("", 50), ("items=", 50), ("items=1", 1), ("items=1000", 1000), ("items=000007", 7)]
)
def test_a_basic_request_counts(query: str, found: int) -> None:
    assert basics_count(query, "items") == found


@pytest.mark.parametrize("text", ["0", "000", "1001", "-1", "+1", "1.0", "x", "1_0", "٣", "9" * 5000, "1000000001"])
def test_what_is_no_count_within_the_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="from 1 to 1000"):
        basics_count(f"items={quote(text)}", "items")
