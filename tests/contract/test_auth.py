"""Tokens: given for a password, and asked for where an address is protected."""

import os

import pytest

from .variants import Variant, checked

PASSWORD = os.environ.get("BENCH_PASSWORD", "bench")


def test_a_token_opens_what_is_protected(variant: Variant) -> None:
    tokens = checked(variant.http.post("/api/auth/token/", json={"username": "bench", "password": PASSWORD}))
    assert set(tokens) == {"access", "refresh"}
    me = variant.http.get("/api/auth/me/", headers={"Authorization": f"Bearer {tokens['access']}"})
    assert checked(me) == {"username": "bench"}
    refresh = variant.http.get("/api/auth/me/", headers={"Authorization": f"Bearer {tokens['refresh']}"})
    assert list(checked(refresh, 401)) == ["detail"]


@pytest.mark.parametrize(("username", "password"), [("bench", "wrong"), ("nobody", PASSWORD), ("bench", " ")])
def test_a_wrong_password_is_a_401(variant: Variant, username: str, password: str) -> None:
    response = variant.http.post("/api/auth/token/", json={"username": username, "password": password})
    if password.strip():
        assert list(checked(response, 401)) == ["detail"]
    else:
        assert response.status_code in {400, 401}


@pytest.mark.parametrize("body", [{}, {"username": "bench"}, {"password": "x"}, {"username": 5, "password": []}])
def test_a_login_wants_both_fields(variant: Variant, body: dict[str, object]) -> None:
    answer = checked(variant.http.post("/api/auth/token/", json=body), 400)
    assert set(answer) <= {"username", "password"}


@pytest.mark.parametrize("header", [None, b"Bearer x", b"Bearer", b"Bearer a.b.c", b"Basic YTpi", b"Bearer \xe9", b"x"])
def test_without_a_good_token_it_is_a_401(variant: Variant, header: bytes | None) -> None:
    headers = [] if header is None else [(b"Authorization", header)]
    assert list(checked(variant.http.get("/api/auth/me/", headers=headers), 401)) == ["detail"]


def test_contacts_need_no_token(variant: Variant) -> None:
    assert variant.contacts([("page_size", "1")]).status_code == 200
