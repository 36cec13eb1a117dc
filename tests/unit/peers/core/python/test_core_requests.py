"""What a request must be, settings, and the ends of sessions, in the words of the contract."""

from typing import Any

import psycopg
import pytest
from contract.bodies import TransferIn
from contract.errors import InvalidError, RefusedError, UnavailableError
from peers.core.python import bodies
from peers.core.python.hosts import Hosts
from peers.core.python.sessions import NoDatabaseError, lost, translated
from peers.core.python.settings import Settings, SettingsError
from peers.core.python.strict import MediaTypeError, check_media_type, check_query, contact_id, json_of
from peers.core.python.switches import SHARED
from peers.core.python.tokens import PyjwtSigner, Tokens

ENVIRONMENT = {"DATABASE_URL": "postgres://", "SECRET_KEY": "x"}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\xff"', b"\xef\xbb\xbf{}", b"[" * 100_000, b"{} x"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError):
        json_of(body)


def test_numbers_of_any_size_are_json() -> None:
    assert json_of(b'{"a": 99999999999999999999}') == {"a": 99999999999999999999}


def test_a_body_names_all_that_is_wrong() -> None:
    with pytest.raises(InvalidError) as refused:
        bodies.read(TransferIn, {"from": "1", "points": 0})
    assert set(refused.value.body) == {"from", "to", "points"}
    with pytest.raises(InvalidError) as refused:
        bodies.read(TransferIn, [])
    assert set(refused.value.body) == {"detail"}


@pytest.mark.parametrize("value", ["application/json", "APPLICATION/JSON ; charset=x", " application/json;"])
def test_json_may_have_parameters(value: str) -> None:
    check_media_type(value)


@pytest.mark.parametrize("value", ["", "text/plain", "application/json+", "application/json, application/json"])
def test_another_media_type_is_refused(value: str) -> None:
    with pytest.raises(MediaTypeError):
        check_media_type(value)


def test_parameters_are_refused_where_none_are_read() -> None:
    check_query("GET", "/api/contacts/", "x=1")
    for method, route in (("POST", "/api/contacts/"), ("GET", "/api/contacts/1/")):
        with pytest.raises(InvalidError):
            check_query(method, route, "x=1")


def test_an_id_has_any_number_of_digits() -> None:
    assert contact_id("007") == 7
    assert contact_id("9" * 5000) > 2**63


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "localhost.", "a.example.com", "[::1]:80"])
def test_our_hosts(host: str) -> None:
    Hosts(["localhost", ".example.com", "[::1]"]).check(host)


@pytest.mark.parametrize("host", ["", "elsewhere", "localhost.elsewhere", "example.org", "a@localhost"])
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(RefusedError):
        Hosts(["localhost", ".example.com"]).check(host)


def test_settings_have_defaults() -> None:
    settings = Settings.read(ENVIRONMENT, SHARED)
    assert settings.allowed_hosts == ("localhost", "127.0.0.1")
    assert settings.switches.number("pool_size") == 4


@pytest.mark.parametrize(
    "change", [{"DATABASE_URL": ""}, {"SECRET_KEY": ""}, {"SWITCHES": "speed=on"}, {"POOL_TIMEOUT_S": "soon"}]
)
def test_settings_that_make_no_sense_are_refused_in_a_sentence(change: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"\.$"):
        Settings.read(ENVIRONMENT | change, SHARED)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (psycopg.errors.QueryCanceled(), UnavailableError),
        (psycopg.errors.AdminShutdown(), NoDatabaseError),
        (psycopg.InternalError(), NoDatabaseError),
        (psycopg.InterfaceError(), NoDatabaseError),
        (psycopg.errors.UniqueViolation(), InvalidError),
        (psycopg.errors.UndefinedTable(), psycopg.errors.UndefinedTable),
    ],
)
def test_what_a_database_does_is_told_in_the_words_of_the_contract(error: Exception, refusal: Any) -> None:
    with pytest.raises(refusal) as found, translated():
        raise error
    assert type(found.value) is refusal


def test_a_session_is_lost_by_its_end_and_not_by_a_timeout() -> None:
    assert lost(psycopg.errors.AdminShutdown())
    assert not lost(psycopg.errors.QueryCanceled())
    assert not lost(ValueError())


def test_a_bearer_is_read_in_any_case() -> None:
    tokens = Tokens(PyjwtSigner("s" * 50), access_s=60, refresh_s=60)
    access = tokens.pair("bench")["access"]
    assert tokens.bearer(f"bEaReR  {access}") == "bench"
    assert [tokens.bearer(text) for text in ("", "Bearer", f"Token {access}", f"Bearer {access}=")] == [None] * 4
