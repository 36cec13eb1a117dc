"""Tokens by either library: the same tokens count, and anything else is refused without an error."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.infrastructure.tokens import SIGNERS, Claims, JoserfcSigner, PyjwtSigner, Signer, Tokens

SECRET = "a secret of more than the 32 bytes that HS256 asks for"


@pytest.fixture(params=SIGNERS)
def make(request: pytest.FixtureRequest) -> Callable[[str], Signer]:
    return SIGNERS[request.param]


def claims(**changed: object) -> Claims:
    now = int(time())
    whole = {"sub": "bench", "use": "access", "iat": now, "exp": now + 60, **changed}
    return {name: value for name, value in whole.items() if value is not None}


def part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def test_an_access_token_names_the_user_and_a_refresh_token_does_not(make: Callable[[str], Signer]) -> None:
    tokens = Tokens(make(SECRET), access_s=60, refresh_s=600)
    pair = tokens.pair("Zoë")
    assert list(pair) == ["access", "refresh"]
    assert tokens.username(pair["access"]) == "Zoë"
    assert tokens.username(pair["refresh"]) is None


def test_each_library_reads_the_other_s_tokens() -> None:
    given_out = claims(sub="Zoë")
    for one, other in ((PyjwtSigner(SECRET), JoserfcSigner(SECRET)), (JoserfcSigner(SECRET), PyjwtSigner(SECRET))):
        assert one.read(other.sign(dict(given_out))) == given_out


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time()) - 1},
        {"iat": int(time()) + 3600},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": 5},
        {"exp": "soon"},
    ],
)
def test_what_is_out_of_date_or_not_whole_does_not_count(
    make: Callable[[str], Signer], changed: dict[str, object]
) -> None:
    # Signed by the other library, since one may refuse to write what it refuses to read.
    for writer in SIGNERS.values():
        try:
            token = writer(SECRET).sign(claims(**changed))
        except (TypeError, ValueError):
            continue
        assert make(SECRET).read(token) is None


def test_another_secret_s_tokens_do_not_count(make: Callable[[str], Signer]) -> None:
    forged = make(SECRET + "!").sign(claims())
    assert make(SECRET).read(forged) is None


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256"])
def test_another_algorithm_does_not_count(make: Callable[[str], Signer], algorithm: str) -> None:
    _, payload, signature = make(SECRET).sign(claims()).split(".")
    header = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    assert make(SECRET).read(f"{header}.{payload}.{signature}") is None
    assert make(SECRET).read(f"{header}.{payload}.") is None


simple = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["alg", "HS256", "b64"])
documents = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["alg", "crit", "typ", "b64", "kid", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(header=documents, payload=documents, signature=st.binary(max_size=40))
def test_whatever_a_client_sends_is_refused_and_never_an_error(
    header: object, payload: object, signature: bytes
) -> None:
    token = f"{part(json.dumps(header).encode())}.{part(json.dumps(payload).encode())}.{part(signature)}"
    for make in SIGNERS.values():
        assert make(SECRET).read(token) is None


@given(st.text(max_size=40) | st.text(alphabet="aZ0-_.=é", max_size=40))
def test_nor_is_any_other_text(token: str) -> None:
    for make in SIGNERS.values():
        assert make(SECRET).read(token.encode("utf-8", "ignore").decode()) is None
