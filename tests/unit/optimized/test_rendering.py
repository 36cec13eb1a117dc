"""Rows as JSON: the contract's keys in its order, its times, and the same from every library."""

import json
from datetime import UTC, date, datetime

import pytest
from contract.fields import FIELDS
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.application.ports import Row
from optimized.contacts.infrastructure.rendering import RENDERINGS, by_orjson, by_stdlib, contact

WHEN = datetime(2021, 3, 4, 5, 6, 7)  # noqa: DTZ001  as the database gives it: UTC without saying so
OWN: Row = (1, "Zoë", "Müller", "F", "CUST-00A1B2C3D4E5", "+491701234567", date(1984, 2, 29), WHEN, WHEN)
ADDRESS: Row = (2, "Hauptstraße", "12a", "Köln", "50667", "Germany")
RELATIONSHIP: Row = (3, 420, WHEN, WHEN)
NO_ADDRESS: Row = (None,) * 6
NO_RELATIONSHIP: Row = (None,) * 4


def test_a_row_becomes_the_contract_s_contact() -> None:
    expected = (
        '{"id":1,"first_name":"Zoë","last_name":"Müller","gender":"F","customer_id":"CUST-00A1B2C3D4E5",'
        '"phone_number":"+491701234567","birthday":"1984-02-29","created":"2021-03-04T05:06:07Z",'
        '"last_updated":"2021-03-04T05:06:07Z","address":{"id":2,"street":"Hauptstraße","street_number":"12a",'
        '"city":"Köln","city_code":"50667","country":"Germany"},"relationship":{"id":3,"points":420,'
        '"created":"2021-03-04T05:06:07Z","last_activity":"2021-03-04T05:06:07Z"}}'
    )
    for rendering in RENDERINGS.values():
        assert rendering.encode(rendering.contact(OWN + ADDRESS + RELATIONSHIP)).decode() == expected


def test_every_column_lands_under_its_own_name() -> None:
    shown = contact(tuple(field.name for field in FIELDS))
    for field in FIELDS:
        place: object = shown
        for step in field.name.split("__"):
            assert isinstance(place, dict)
            place = place[step]
        assert place == field.name


@pytest.mark.parametrize("address", [ADDRESS, NO_ADDRESS])
@pytest.mark.parametrize("relationship", [RELATIONSHIP, NO_RELATIONSHIP])
def test_what_a_contact_lacks_is_null(address: Row, relationship: Row) -> None:
    for rendering in RENDERINGS.values():
        shown = rendering.contact(OWN + address + relationship)
        assert (shown["address"] is None) is (address is NO_ADDRESS)
        assert (shown["relationship"] is None) is (relationship is NO_RELATIONSHIP)


naive_times = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001  as the database gives them
times = naive_times | st.datetimes(timezones=st.just(UTC))
simple = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.dates()


@given(st.lists(st.dictionaries(st.sampled_from("abc"), simple | times)))
def test_naive_times_are_written_as_utc_by_those_that_can(rows: list[dict[str, object]]) -> None:
    assert json.loads(by_orjson(rows)) == json.loads(by_stdlib(rows))


@given(st.lists(st.dictionaries(st.sampled_from("abc"), simple | st.datetimes(timezones=st.just(UTC)))))
def test_all_encoders_write_the_same(rows: list[dict[str, object]]) -> None:
    written = [json.loads(rendering.encode(rows)) for rendering in RENDERINGS.values()]
    assert all(one == written[0] for one in written)


@given(times)
def test_times_are_utc_with_six_digits_or_none(time: datetime) -> None:
    row = (*OWN[:7], time, time, *ADDRESS, 3, 420, time, time)
    for rendering in RENDERINGS.values():
        shown = json.loads(rendering.encode(rendering.contact(row)))
        texts = {shown["created"], shown["last_updated"], *list(shown["relationship"].values())[2:]}
        assert len(texts) == 1
        text = texts.pop()
        assert text.endswith("Z")
        assert len(text) == len("2021-03-04T05:06:07Z") + (7 if time.microsecond else 0)
        assert datetime.fromisoformat(text) == time.replace(tzinfo=UTC)


def test_what_has_no_place_in_a_response_is_an_error() -> None:
    for rendering in RENDERINGS.values():
        with pytest.raises(TypeError):
            rendering.encode({"a": object()})
