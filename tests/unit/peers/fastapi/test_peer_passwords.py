"""Passwords and tokens: Django's own hashes, and nobody else's tokens."""

import asyncio

import jwt
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from peers.fastapi.contacts.infrastructure.passwords import encoded, matches
from peers.fastapi.contacts.infrastructure.tokens import Tokens

SECRET = "s" * 50
STORED = PBKDF2PasswordHasher().encode("pässword", "salt", iterations=1000)


def test_djangos_hashes_are_understood() -> None:
    assert encoded("pässword", "salt", 1000) == STORED
    assert asyncio.run(matches("pässword", STORED))
    assert not asyncio.run(matches("password", STORED))


@pytest.mark.parametrize("stored", ["!unusable", "md5$salt$hash", "argon2$a$b$c", None])
def test_what_is_no_password_of_ours_matches_nothing(stored: str | None) -> None:
    assert not asyncio.run(matches("", stored))


def test_a_token_speaks_for_its_user() -> None:
    tokens = Tokens(SECRET, access_s=60, refresh_s=120)
    pair = tokens.pair("bench")
    assert tokens.username(pair["access"]) == "bench"
    assert tokens.username(pair["refresh"]) is None


def test_other_tokens_speak_for_nobody() -> None:
    tokens = Tokens(SECRET, access_s=60, refresh_s=120)
    for wrong in ("", "x", "a.b.c", "é", Tokens("t" * 50, access_s=60, refresh_s=60).pair("bench")["access"]):
        assert tokens.username(wrong) is None
    assert tokens.username(Tokens(SECRET, access_s=-1, refresh_s=60).pair("bench")["access"]) is None
    assert tokens.username(jwt.encode({"sub": "bench", "use": "access"}, SECRET, "HS256")) is None
