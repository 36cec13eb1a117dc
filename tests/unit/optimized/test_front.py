"""The hot reads before Django: whatever is asked, the answer is Django's, and so are what is counted and logged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from contract.document import MESSAGES

from tests.unit.optimized.conftest import Ask, Pair, Request, request

CONTACT = "/api/contacts/7/"
LIST = "/api/contacts/"
HOST = ("host", "localhost")
ID = ("x-request-id", "abc")
ASKED: dict[str, Request] = {
    "a contact": request(CONTACT),
    "a contact's head": request(CONTACT, method="HEAD"),
    "a contact, by a method in small letters": request(CONTACT, method="get"),
    "a method that none has": request(CONTACT, method="PURGE"),
    "options": request(CONTACT, method="OPTIONS"),
    "a change without a body": request(CONTACT, method="PATCH"),
    "a creation that is no JSON": request(
        LIST, method="POST", chunks=["{"], headers=[HOST, ("content-type", "text/plain")]
    ),
    "leading zeros": request("/api/contacts/007/"),
    "more digits than an id has": request("/api/contacts/12345678901234567890/"),
    "as many zeros as one likes": request(f"/api/contacts/{'0' * 4000}7/"),
    "more digits than int() takes": request(f"/api/contacts/{'1' * 5000}/"),
    "the largest id": request("/api/contacts/9223372036854775807/"),
    "past the largest id": request("/api/contacts/9223372036854775808/"),
    "digits of another script": request("/api/contacts/٧/"),
    "no slash at the end": request("/api/contacts/7"),
    "two slashes": request("//api/contacts/7/"),
    "two slashes at the end": request("/api/contacts//"),
    "a line's end": request("/api/contacts/7/\n"),
    "a negative id": request("/api/contacts/-7/"),
    "another case": request("/API/contacts/7/"),
    "no contact": request("/api/contacts/404/", headers=[HOST, ID]),
    "no database": request("/api/contacts/503/", headers=[HOST, ID]),
    "too long a statement": request("/api/contacts/504/"),
    "a bug": request("/api/contacts/500/", headers=[HOST, ID]),
    "a bug at a head": request("/api/contacts/500/", method="HEAD"),
    "a contact with a parameter": request(CONTACT, "a=b"),
    "a contact with an empty parameter": request(CONTACT, "&"),
    "a contact with a parameter that is not ASCII": request(CONTACT, "a=\xc3\xa9"),
    "the list": request(LIST),
    "the list's head": request(LIST, method="HEAD"),
    "a page": request(LIST, "page_size=2&ordering=-relationship__points"),
    "a page by its number": request(LIST, "page=1"),
    "a page past the end": request(LIST, "page=9"),
    "a page with a bug": request(LIST, "page_size=500"),
    "a parameter that there is not": request(LIST, "color=red"),
    "a value that is none": request(LIST, "gender=x&id=y"),
    "percent signs": request(LIST, "last_name=M%C3%BCller&search=%20a%2Bb+c%26"),
    "percent signs that are no UTF-8": request(LIST, "last_name=%FF"),
    "a lone percent sign": request(LIST, "last_name=%"),
    "UTF-8 as it is": request(LIST, "last_name=M\xc3\xbcller"),
    "too many parameters": request(LIST, "&".join(f"a{number}=1" for number in range(2000))),
    "a semicolon": request(LIST, "page_size=2;page=1"),
    "no bytes": request(LIST, "search=%00"),
    "another host": request(LIST, headers=[("host", "elsewhere"), ID]),
    "another host's contact": request(CONTACT, headers=[("host", "elsewhere")]),
    "another host and a wrong parameter": request(CONTACT, "a=b", headers=[("host", "elsewhere")]),
    "a host beneath": request(LIST, headers=[("host", "a.example.com:80")]),
    "a host in capitals": request(LIST, headers=[("host", "LOCALHOST:1")]),
    "a host with a dot at its end": request(LIST, headers=[("host", "localhost.")]),
    "a host by number": request(LIST, headers=[("host", "[::1]:8000")]),
    "an empty host": request(LIST, headers=[("host", "")]),
    "a host with a space": request(LIST, headers=[("host", " localhost")]),
    "a host that is not ASCII": request(LIST, headers=[("host", "löcalhost")]),
    "a host with a user": request(LIST, headers=[("host", "me@localhost")]),
    "no host": request(LIST, headers=[]),
    "two hosts": request(LIST, headers=[HOST, HOST]),
    "a host that a proxy forwards": request(LIST, headers=[HOST, ("x-forwarded-host", "elsewhere")]),
    "a scheme that a proxy forwards": request(LIST, headers=[HOST, ("x-forwarded-proto", "https")]),
    "two schemes": request(LIST, headers=[HOST, ("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")]),
    "a list of schemes": request(LIST, headers=[HOST, ("x-forwarded-proto", "https, http")]),
    "a scheme with spaces": request(LIST, headers=[HOST, ("x-forwarded-proto", " https ")]),
    "the other scheme": request(LIST, headers=[HOST, ("x-forwarded-proto", "http")]),
    "https of the server's own": request(LIST, scheme="https"),
    "a header with an underscore": request(LIST, headers=[HOST, ("x_forwarded_proto", "https")]),
    "below a prefix": request(LIST, root_path="/api"),
    "a prefix that is cut off": request("/sub/api/contacts/7/", root_path="/sub"),
    "a body that nobody reads": request(CONTACT, chunks=["x" * 1000]),
    "a cookie": request(CONTACT, headers=[HOST, ("cookie", "a=b")]),
    "a summary's wrong parameter": request("/api/contacts/aggregate/", "group_by=color"),
    "no such path": request("/api/nothing/", headers=[HOST, ID]),
    "a probe": request("/healthz"),
}
TLS = {"TLS_HOST": "localhost:8443"}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without its length, which Django leaves to the server.

    What listens to Django's signals closes what a thread used: the hot reads send none.
    """
    headers = [line for line in answer["headers"] if line[0] != "Content-Length"]
    return {**answer, "headers": headers, "signals": None}


@pytest.fixture(scope="module", params=["front", "loop", "front behind TLS", "loop behind TLS"])
def pairs(ask: Ask, request: pytest.FixtureRequest) -> dict[str, Pair]:
    """What both answer to each request."""
    hot, _, tls = str(request.param).partition(" ")
    return dict(zip(ASKED, ask(list(ASKED.values()), hot, **(TLS if tls else {})), strict=True))


@pytest.mark.parametrize("asked", ASKED)
def test_it_answers_counts_and_logs_what_django_does(pairs: dict[str, Pair], asked: str) -> None:
    assert told(pairs[asked]["hot"]) == told(pairs[asked]["django"])


@pytest.mark.parametrize("asked", ASKED)
def test_every_answer_says_its_length_once(pairs: dict[str, Pair], asked: str) -> None:
    answer = pairs[asked]["hot"]
    lengths = [int(value) for name, value in answer["headers"] if name.lower() == "content-length"]
    assert lengths == ([] if answer["status"] in {204, 304} else [len(answer["body"])])


def test_the_answers_are_those_that_were_meant(ask: Ask) -> None:
    chosen = ["a contact", "no contact", "no database", "a bug", "another host", "more digits than int() takes"]
    answers = [pair["hot"] for pair in ask([ASKED[name] for name in chosen], "front")]
    assert [answer["status"] for answer in answers] == [200, 404, 503, 500, 400, 404]
    assert ["Retry-After", "1"] in answers[2]["headers"]
    assert answers[3]["logged"] == [
        ["django.request", "ERROR", "Internal Server Error: /api/contacts/500/", "abc", "LookupError: a bug"]
    ]
    assert answers[0]["counted"] == ["GET api/contacts/<int:contact_id>/ 200"]


def test_a_query_that_is_no_utf_8_is_refused_in_the_contract_s_words(ask: Ask) -> None:
    # Django has no words for it: under ASGI its request cannot be made.
    ((answer,),) = ([pair["hot"] for pair in ask([request(LIST, "last_name=\xff")], "front")],)
    assert (answer["status"], json.loads(answer["body"])) == (400, {"detail": MESSAGES["not_ascii"]})


@pytest.mark.parametrize("hot", ["front", "loop"])
def test_a_client_that_left_is_counted(ask: Ask, hot: str) -> None:
    (pair,) = ask([request("/api/contacts/499/")], hot)
    assert pair["hot"]["status"] is None
    assert pair["hot"]["counted"] == ["GET api/contacts/<int:contact_id>/ 499"]
