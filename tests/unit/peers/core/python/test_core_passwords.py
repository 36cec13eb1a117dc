"""Passwords and tokens: Django's own hashes, and nobody else's tokens."""

import asyncio

import jwt
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from peers.core.python.passwords import encoded, matches, matches_beside
from peers.core.python.tokens import Tokens
from peers.fastapi.contacts.infrastructure.signers import SIGNERS

SECRET = "s" * 50
STORED = PBKDF2PasswordHasher().encode("pässword", "salt", iterations=1000)


def test_djangos_hashes_are_understood() -> None:
    assert encoded("pässword", "salt", 1000) == STORED
    assert matches("pässword", STORED)
    assert not matches("password", STORED)
    assert asyncio.run(matches_beside("pässword", STORED))


@pytest.mark.parametrize("stored", ["!unusable", "md5$salt$hash", "argon2$a$b$c", None])
def test_what_is_no_password_of_ours_matches_nothing(stored: str | None) -> None:
    assert not matches("", stored)


def tokens_by(library: str, secret: str = SECRET, access_s: int = 60) -> Tokens:
    """Tokens made and read by a library."""
    return Tokens(SIGNERS[library](secret), access_s=access_s, refresh_s=120)


@pytest.mark.parametrize("library", SIGNERS)
@pytest.mark.parametrize("reader", SIGNERS)
def test_a_token_speaks_for_its_user_whoever_made_it(library: str, reader: str) -> None:
    pair = tokens_by(library).pair("bench")
    assert tokens_by(reader).username(pair["access"]) == "bench"
    assert tokens_by(reader).username(pair["refresh"]) is None


@pytest.mark.parametrize("library", SIGNERS)
def test_other_tokens_speak_for_nobody(library: str) -> None:
    tokens = tokens_by(library)
    for wrong in ("", "x", "a.b.c", "é", "W10.W10.x", tokens_by(library, secret="t" * 50).pair("bench")["access"]):
        assert tokens.username(wrong) is None
    assert tokens.username(tokens_by(library, access_s=-1).pair("bench")["access"]) is None
    assert tokens.username(jwt.encode({"sub": "bench", "use": "access"}, SECRET, "HS256")) is None
