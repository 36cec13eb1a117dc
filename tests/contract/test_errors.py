"""Requests that are wrong get a 4xx with a JSON object, whatever is wrong with them."""

from itertools import product

import pytest

from .bodies import BODY
from .variants import Variant, checked

JSON = {"Content-Type": "application/json"}
POSTED = [
    "/api/contacts/",
    "/api/contacts/bulk/",
    "/api/contacts/transfer/",
    "/api/auth/token/",
    "/api/basics/echo/",
]
MALFORMED = [b"{", b"{'a': 1}", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1,}', b"[" * 100_000, b'{"first_name": "\xc3("}']


@pytest.mark.table("path,body", list(product(POSTED, MALFORMED)), lambda row: row)
def test_malformed_json_is_a_400(variant: Variant, path: str, body: bytes) -> None:
    assert list(checked(variant.http.post(path, content=body, headers=JSON), 400)) == ["detail"]


@pytest.mark.table(
    "path,body", list(product(POSTED, [b"", b"[]", b"5", b'"x"', b"null", b"{}", b"[[]]"])), lambda row: row
)
def test_a_body_that_is_no_object_of_the_kind_is_a_400(variant: Variant, path: str, body: bytes) -> None:
    answer = checked(variant.http.post(path, content=body, headers=JSON), 400)
    assert isinstance(answer, dict)
    assert answer


@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'"\\u0000"', b'"' + b"9" * 5000 + b'"', b"9" * 5000, b"1e999", b"-0", b'{"a": {}}']
)
@pytest.mark.parametrize("name", ["first_name", "gender", "customer_id", "phone_number", "birthday", "address"])
def test_a_value_that_cannot_be_stored_is_a_400(variant: Variant, name: str, text: bytes) -> None:
    body = b'{"last_name": "x", "' + name.encode() + b'": ' + text + b"}"
    answer = checked(variant.http.post("/api/contacts/", content=body, headers=JSON), 400)
    assert name in answer or "detail" in answer


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind_is_a_415(variant: Variant, content_type: str) -> None:
    response = variant.http.post("/api/contacts/", content=b"x", headers={"Content-Type": content_type})
    assert list(checked(response, 415)) == ["detail"]


@pytest.mark.table(
    "method,path",
    [
        ("PUT", "/api/contacts/"),
        ("DELETE", "/api/contacts/"),
        ("PATCH", "/api/contacts/"),
        ("POST", "/api/contacts/1/"),
        ("POST", "/api/contacts/stats/"),
        ("POST", "/api/contacts/aggregate/"),
        ("GET", "/api/contacts/bulk/"),
        ("GET", "/api/contacts/transfer/"),
        ("GET", "/api/auth/token/"),
        ("POST", "/api/auth/me/"),
        ("POST", "/api/basics/json/"),
        ("GET", "/api/basics/echo/"),
        ("POST", "/api/basics/cpu/"),
    ],
    lambda row: row,
)
def test_another_method_is_a_405(variant: Variant, method: str, path: str) -> None:
    response = variant.http.request(method, path, headers=JSON, content=b"{}" if method != "GET" else None)
    # A protected address may ask for the token first.
    if path != "/api/auth/me/" or response.status_code != 401:
        assert list(checked(response, 405)) == ["detail"]


@pytest.mark.parametrize("path", ["/api/nothing/", "/nothing", "/api/contacts/1/nothing/"])
def test_an_unknown_address_is_a_404(variant: Variant, path: str) -> None:
    assert list(checked(variant.http.get(path), 404)) == ["detail"]


def test_a_body_above_five_mebibytes_is_refused(variant: Variant) -> None:
    body = b'{"first_name": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    response = variant.http.post("/api/contacts/", content=body, headers=JSON)
    assert response.status_code in {400, 413}


def test_a_body_below_five_mebibytes_is_read(variant: Variant) -> None:
    answer = checked(variant.http.post("/api/contacts/", json=BODY | {"first_name": "x" * 4_900_000}), 400)
    assert list(answer) == ["first_name"]
