"""Settings: read whole or refused in one sentence."""

import re

import pytest
from peers.fastapi.config.settings import Settings, SettingsError

from scalebed.paths import ROOT

WHOLE = {"SECRET_KEY": "secret", "DATABASE_URL": "postgres://user:word@host:6432/rows"}
EXAMPLE = ROOT / "apps/peers/fastapi/.env.example"


def test_little_is_required() -> None:
    settings = Settings.read(WHOLE)
    assert settings.database_name == "rows"
    assert settings.allowed_hosts == ("localhost", "127.0.0.1")
    assert (settings.tls_host, settings.cache_ttl_s, settings.cache_timeout_ms) == ("", 30, 250)
    assert (settings.held_bytes, settings.patience_s) == (16 * 1024 * 1024, 3600)
    assert settings.switches["data"] == "asyncpg"


def test_a_session_is_given_up_when_its_statement_must_have_been_stopped() -> None:
    for limit, patience_s in (("0", 3600), ("10000", 15), ("200", 5.2)):
        assert Settings.read({**WHOLE, "STATEMENT_TIMEOUT_MS": limit}).patience_s == patience_s


def test_hosts_are_a_list() -> None:
    assert Settings.read({**WHOLE, "ALLOWED_HOSTS": " A.example , .b.example,"}).allowed_hosts == (
        "a.example",
        ".b.example",
    )


def test_the_host_at_which_tls_ends_is_one_of_ours() -> None:
    settings = Settings.read({**WHOLE, "TLS_HOST": "A.example:8443"})
    assert settings.tls_host == "a.example:8443"
    assert settings.allowed_hosts == ("localhost", "127.0.0.1", "a.example")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"CACHE_TTL_S": "soon"}, "CACHE_TTL_S is 'soon'; give a number above 0"),
        ({"POOL_TIMEOUT_S": "0"}, "POOL_TIMEOUT_S is '0'; give a number above 0"),
        ({"ACCESS_TOKEN_S": "nan"}, "ACCESS_TOKEN_S is 'nan'; give a number above 0"),
        ({"TLS_HOST": "https://a.example"}, "TLS_HOST is 'https://a.example'; give the host at which TLS ends"),
        ({"HELD_BYTES": "all"}, "HELD_BYTES is 'all'; give a number above 0"),
        ({"STATEMENT_TIMEOUT_MS": "long"}, "STATEMENT_TIMEOUT_MS is 'long'; give a number above 0"),
        ({"SWITCHES": "held=on"}, "held=on needs CACHE_URL"),
        ({"SWITCHES": "data=psycopg"}, "data cannot be 'psycopg'; choose one of asyncpg, sqlalchemy"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        Settings.read(WHOLE | change)


def test_the_example_can_be_read() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert Settings.read(example).switches["cache"] == "bytes"
