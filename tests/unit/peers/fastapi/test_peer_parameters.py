"""Parameters: what they mean, and that each refusal names its own."""

from datetime import UTC, date, datetime

import pytest
from peers.fastapi.contacts.application.errors import InvalidError
from peers.fastapi.contacts.application.fields import BY_NAME
from peers.fastapi.contacts.application.listing import Filter
from peers.fastapi.contacts.application.parameters import parse


def ordering(text: str) -> str:
    """An ordering as the service takes it."""
    return ",".join(map(str, parse({"ordering": text}, cursors=False).criteria.ordering))


def test_nothing_asked_is_the_newest_fifty() -> None:
    listing = parse({}, cursors=True)
    assert (listing.page_size, listing.page, listing.cursor) == (50, None, None)
    assert ",".join(map(str, listing.criteria.ordering)) == "-created,-id"
    assert not listing.criteria.ordered


def test_an_empty_value_is_no_filter() -> None:
    assert parse({"first_name": "", "id__in": "", "page": "", "ordering": ""}, cursors=False) == parse({}, cursors=True)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("first_name", "first_name,id"),
        ("-first_name", "-first_name,-id"),
        ("gender,-birthday", "gender,-birthday,-id"),
        ("id,first_name", "id"),
        ("-id", "-id"),
        ("created,created", "created,id"),
        ("gender,-gender", "gender,-id"),
        ("gender,id", "gender,id"),
    ],
)
def test_every_ordering_ends_in_the_id(given: str, taken: str) -> None:
    assert ordering(given) == taken


@pytest.mark.parametrize(
    ("name", "text", "field", "lookup", "value"),
    [
        ("id", "-007", "id", "exact", -7),
        ("id__in", "1,-2", "id", "in", ["1", "-2"]),
        ("gender__in", "M,O", "gender", "in", ["M", "O"]),
        ("first_name__in", "a,b%", "first_name", "in", ["a", "b%"]),
        ("birthday__gte", "2000-02-29", "birthday", "gte", date(2000, 2, 29)),
        ("created__lte", "2021-06-01T00:00:00+02:00", "created", "lte", datetime(2021, 5, 31, 22, tzinfo=UTC)),
        ("created__gte", "2021-06-01T00:00:00.1Z", "created", "gte", datetime(2021, 6, 1, 0, 0, 0, 100_000, UTC)),
        ("address__isnull", "true", "address__id", "isnull", True),
        ("relationship__points__lt", "-5", "relationship__points", "lt", -5),
    ],
)
def test_a_filter_has_its_fields_type(name: str, text: str, field: str, lookup: str, value: object) -> None:
    (found,) = parse({name: text}, cursors=False).criteria.filters
    assert found == Filter(BY_NAME[field], lookup, value)  # type: ignore[arg-type]  # any of the types


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nothing", "1"),
        ("first_name__exact", "a"),
        ("relationship__points__in", "1"),
        ("address__id", "1"),
        ("first_name", "a\0"),
        ("a\0", ""),
        ("id", "1.5"),
        ("id", "٣"),
        ("id", str(2**63)),
        ("relationship__points", str(2**31)),
        ("birthday", "2021-02-30"),
        ("birthday", "20210203"),
        ("created__gte", "2021-06-01"),
        ("created__gte", "2021-06-01T25:00Z"),
        ("created__gte", "0001-01-01T00:00:00+14:00"),
        ("gender", "m"),
        ("address__isnull", "2"),
        ("page", "0"),
        ("page_size", "-1"),
        ("ordering", "address__street_number"),
        ("ordering", "--id"),
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
        ("search", "a b c d e f g h i"),
        ("search", "x" * 101),
        ("id__in", ",".join(["1"] * 101)),
        ("cursor", "x"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse({name: text, "gender": text if name == "gender" else "F"}, cursors=False)
    assert list(refusal.value.body) == [name]


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidError) as refusal:
        parse({"page": "x", "first_name": "fine", "gender": "X"}, cursors=True)
    assert set(refusal.value.body) == {"page", "gender"}


def test_numbers_without_end_are_cut() -> None:
    listing = parse({"page_size": "9" * 5000, "page": "9" * 5000}, cursors=True)
    assert listing.page_size == 200
    assert listing.page is not None
    assert listing.page * 200 < 2**63
