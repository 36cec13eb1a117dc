"""The basics: what a request costs without a database."""

import json
from typing import Any

import httpx
import pytest

from .variants import Variant, checked

JSON, ECHO, CPU = "/api/basics/json/", "/api/basics/echo/", "/api/basics/cpu/"
BODY: dict[str, Any] = {"name": "Zoë Ťest", "code": "ABC-1234", "quantity": 7, "tags": ["a", "ľ", " b "]}
NO_NUMBERS = ["0", "-1", "+1", "1.5", "1e2", "5.0", "0x5", " ", "x", "true", "null", "٣", "1,2", "9" * 5000]


def echo(variant: Variant, **fields: Any) -> httpx.Response:
    """Send BODY with other fields."""
    return variant.http.post(ECHO, json=BODY | fields)


@pytest.mark.parametrize(("query", "number"), [("", 50), ("?items=", 50), ("?items=1", 1), ("?items=1000", 1000)])
def test_json_has_as_many_items_as_asked(variant: Variant, query: str, number: int) -> None:
    answer = checked(variant.http.get(JSON + query))
    assert list(answer) == ["items"]
    assert [item["id"] for item in answer["items"]] == list(range(1, number + 1))
    for item in answer["items"]:
        i = item["id"]
        wanted = {"id": i, "name": f"Item {i}", "price": i * 37 % 1000, "available": i % 3 != 0}
        assert list(item.items()) == list(wanted.items())
        assert isinstance(item["available"], bool)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("?n=1", {"n": 1, "primes": 0}),
        ("?n=2", {"n": 2, "primes": 1}),
        ("?n=3", {"n": 3, "primes": 2}),
        ("?n=0100", {"n": 100, "primes": 25}),
        ("?n=121", {"n": 121, "primes": 30}),
        ("", {"n": 2000, "primes": 303}),
        ("?n=", {"n": 2000, "primes": 303}),
        ("?n=100000", {"n": 100_000, "primes": 9592}),
    ],
)
def test_primes_are_counted(variant: Variant, query: str, answer: dict[str, int]) -> None:
    assert list(checked(variant.http.get(CPU + query)).items()) == list(answer.items())


@pytest.mark.parametrize(("path", "name", "over"), [(JSON, "items", "1001"), (CPU, "n", "100001")])
def test_a_parameter_that_is_no_number_within_bounds_is_a_400(
    variant: Variant, path: str, name: str, over: str
) -> None:
    for value in [*NO_NUMBERS, over, "1\0"]:
        assert list(checked(variant.http.get(path, params={name: value}), 400)) == [name], value


@pytest.mark.parametrize(("path", "name"), [(JSON, "items"), (CPU, "n")])
def test_parameters_are_as_in_the_list(variant: Variant, path: str, name: str) -> None:
    assert list(checked(variant.http.get(path, params={"page": "1"}), 400)) == ["page"]
    assert list(checked(variant.http.get(path, params={name: "5", name.upper(): "5"}), 400)) == [name.upper()]
    assert variant.http.get(f"{path}?{name}=0&{name}=5").json() == variant.http.get(f"{path}?{name}=5").json()
    assert list(checked(variant.http.get(f"{path}?{name}=5&{name}=0"), 400)) == [name]


def test_echo_gives_back_what_it_checked(variant: Variant) -> None:
    assert list(checked(echo(variant)).items()) == list(BODY.items())


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"name": "  blanks at both ends  "}, {"name": "blanks at both ends"}),
        ({"name": f" {'x' * 100} "}, {"name": "x" * 100}),
        ({"name": "x", "unknown": {"a": [1]}}, {"name": "x"}),
        ({"quantity": 0, "tags": []}, {"quantity": 0, "tags": []}),
        ({"quantity": 1000, "tags": ["y" * 50] * 20}, {"quantity": 1000, "tags": ["y" * 50] * 20}),
        ({"tags": ["😀" * 50]}, {"tags": ["😀" * 50]}),
    ],
)
def test_echo_takes_what_is_within_bounds(variant: Variant, fields: dict[str, Any], answer: dict[str, Any]) -> None:
    wanted = {key: (BODY | answer)[key] for key in ("name", "code", "quantity", "tags")}
    assert list(checked(echo(variant, **fields)).items()) == list(wanted.items())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("name", ["", "   ", "x" * 101, None, 5, True, ["x"], {"a": 1}, "a\0b"]),
        ("code", ["", "ABC-123", "ABC-12345", "abc-1234", "ÄBC-1234", "ABC-12a4", "ABC1234", "ABC-١٢٣٤", None, 5]),
        ("code", [" ABC-1234", "ABC-1234 ", "ABC-1234\n", ["ABC-1234"]]),
        ("quantity", [-1, 1001, 1.5, 5.0, True, False, "5", None, [5], 10**30]),
        ("tags", [None, "a", {"a": 1}, [1], [""], ["a", None], ["y" * 51], ["y"] * 21, [["a"]], ["a\0"]]),
    ],
)
def test_echo_refuses_what_is_not(variant: Variant, name: str, values: list[Any]) -> None:
    for value in values:
        assert list(checked(echo(variant, **{name: value}), 400)) == [name], value


@pytest.mark.parametrize("text", [b'"\\ud800"', b"1e2", b"5e-1", b"-0.0", b"9" * 5000])
def test_echo_survives_what_json_can_spell(variant: Variant, text: bytes) -> None:
    for name in BODY:
        fields = {key: json.dumps(value).encode() for key, value in BODY.items()}
        fields[name] = b"[" + text + b"]" if name == "tags" else text
        body = b"{" + b", ".join(b'"%s": %s' % (key.encode(), value) for key, value in fields.items()) + b"}"
        response = variant.http.post(ECHO, content=body, headers={"Content-Type": "application/json"})
        answer = checked(response, 400)
        assert name in answer or "detail" in answer, body


def test_echo_wants_every_field(variant: Variant) -> None:
    assert set(checked(variant.http.post(ECHO, json={}), 400)) == set(BODY)
    for name in BODY:
        rest = {key: value for key, value in BODY.items() if key != name}
        assert list(checked(variant.http.post(ECHO, json=rest), 400)) == [name]


def test_echo_names_every_bad_field(variant: Variant) -> None:
    assert set(checked(echo(variant, name="", quantity=-1), 400)) == {"name", "quantity"}
