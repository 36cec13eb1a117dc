"""Odd addresses, methods, headers and media types."""

import itertools
import json
from collections.abc import Iterator

from .odd_requests import (
    AGGREGATE,
    BULK,
    CONTACTS,
    CPU,
    DETAIL,
    ECHO,
    ECHOED,
    ITEMS,
    JSON,
    ME,
    METHODS,
    NOBODY,
    STATS,
    TOKEN,
    TRANSFER,
    WRITERS,
    Odd,
    get,
    post,
    refused,
    required,
)
from .wire import Headers, Message


def paths() -> Iterator[Odd]:
    """Odd ways to write an address."""
    for path in (
        *(
            "/api/contacts",
            "/api/contacts//",
            "//api/contacts/",
            "/api//contacts/",
            "/api/contacts/1",
            "/api/contacts/x/",
        ),
        *("/API/contacts/", "/api/Contacts/", "/api/contacts/1//", "/api/contacts//1/", "/api/contacts/stats"),
        *("/api/contacts/stats//", "/api/contacts/Stats/", "/api/contacts/stats/1/", "/api/contacts/aggregate"),
        *(
            "/api/contacts/bulk",
            "/api/contacts/transfer",
            "/api/auth/token",
            "/api/auth/me",
            "/api/auth/",
            "/api/",
            "/",
        ),
        *(
            "/api",
            "/api/basics/",
            "/api/basics/json",
            "/api/openapi.json/",
            "/api/contacts.json",
            "/api/contacts/1.json",
        ),
        *(
            "/api/contacts/1.json/",
            "/api/contacts/+1/",
            "/api/contacts/%2B1/",
            "/api/contacts/1.0/",
            "/api/contacts/1_0/",
        ),
        *(
            "/api/contacts/%D9%A1/",
            "/api/contacts/1%20/",
            "/api/contacts/%201/",
            "/api/contacts/1%0A/",
            "/api/contacts/-1/",
        ),
        *(
            "/api/contacts/-0/",
            "/api/contacts/0x1/",
            "/api/contacts/1e0/",
            f"/api/contacts/{2**63}/",
            "/api/contacts/0/",
        ),
        *(f"/api/contacts/{'9' * 20}/", f"/api/contacts/{'9' * 500}/", f"/api/contacts/{'9' * 4500}/"),
        *(
            "/api/contacts/1;a=b/",
            "/api/contacts/1/;",
            "/api/contacts/null/",
            "/api/contacts/1,2/",
            "/api/contacts/%3F/",
        ),
        *(
            "/api/contacts/%23/",
            "/api/contacts/1%2F2/",
            "/api/contacts/%EF%BC%91/",
            "/api/contacts/x%ff/",
            "/api/x%ff/",
        ),
    ):
        yield get(path, 404, DETAIL)
        # An id that no contact has is an address all the same, which does not answer POST.
        if len(path) < 40 and not path.rstrip("/").rpartition("/")[2].isdecimal():
            yield post(path, b"{}", 404, DETAIL)
    yield get(b"/api/contacts/\xd9\xa1/", 404)._replace(loose=True)
    yield get("/api/contacts?id=1", 404, DETAIL)
    yield get("/api/contacts/1?x=1", 404, DETAIL)
    for path in ("/api/contacts/01/", "/api/contacts/0000001/", "/api/contacts/%31/", "/api/%63ontacts/1/"):
        yield get(path, 200)


def methods() -> Iterator[Odd]:
    """Every method at every address."""
    for path, allowed in METHODS.items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            if method not in allowed:
                body = None if method in {"GET", "HEAD", "OPTIONS"} else b"{}"
                message = Message(method, path.encode(), JSON, body)
                yield Odd(message, 405, DETAIL, frozenset(allowed))
        for method in ("TRACE", "FOO", "PROPFIND", "LINK"):
            yield Odd(Message(method, path.encode()), 405, loose=True)
    for path in (CONTACTS, "/api/contacts/1/", STATS, AGGREGATE, ITEMS, CPU):
        yield Odd(Message("HEAD", path.encode()), 200)
    yield Odd(Message("HEAD", NOBODY.encode()), 404)
    yield Odd(Message("HEAD", b"/api/contacts/?id=x"), 400)
    yield Odd(Message("HEAD", ME.encode()), 401)
    yield Odd(Message("OPTIONS", b"/api/nothing/"), 404, DETAIL)
    yield Odd(Message("OPTIONS", b"*"), 405, loose=True)
    # What is wrong is told in the contract's order.
    plain: Headers = (("Content-Type", "text/plain"),)
    yield post(NOBODY, b"x", 405, DETAIL, headers=plain)._replace(allow=frozenset(METHODS["/api/contacts/1/"]))
    yield post(f"{STATS}?x=1", b"x", 405, DETAIL, headers=plain)._replace(allow=frozenset(METHODS[STATS]))
    yield post(f"{ME}?x=1", b"x", 405, DETAIL, headers=plain)._replace(allow=frozenset(METHODS[ME]))
    for method in ("PUT", "PATCH"):
        yield post(f"{NOBODY}?x=1", b"x", 400, refused("x"), headers=plain, method=method)
        yield post(NOBODY, b"x", 415, DETAIL, headers=plain, method=method)
        yield post(NOBODY, b"x", 400, DETAIL, method=method)
        yield post(NOBODY, b"", 400, DETAIL, method=method)
        yield post(NOBODY, b'{"gender": "X"}', 404, DETAIL, method=method)
        yield post(NOBODY, b"[]", 404, DETAIL, method=method)
        yield post(NOBODY, b'{"address": {"city": "x"}}', 404, DETAIL, method=method)


def headers() -> Iterator[Odd]:
    """Odd headers, which are none of our business, or are."""
    for name, value in (
        *(("Accept", value) for value in ("text/html", "application/xml", "*/*;q=0", "application/json; version=2")),
        *(("Accept", value) for value in ("application/json; indent=4", "garbage", "", ",", "a/b, c/d;q=x", "text/*")),
        *(("Accept-Language", value) for value in ("de", "*", "x" * 100)),
        *(("Accept-Charset", value) for value in ("utf-16", "iso-8859-1")),
        *(
            ("Authorization", value)
            for value in ("Bearer x", "Bearer", "Basic YTpi", "Token x", "", "\xe9", "Bearer a b")
        ),
        ("Cookie", "csrftoken=x; sessionid=y; \xe9=; ="),
        ("Origin", "http://elsewhere.example"),
        ("Referer", "\xe9"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-For", "1.2.3.4, x"),
        ("Range", "bytes=0-1"),
        ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
        ("If-None-Match", "*"),
        ("Content-Type", "text/plain"),
        ("Content-Type", "application/json; charset=latin-1"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", "0"),
        ("Content-Encoding", "gzip"),
        ("User-Agent", ""),
    ):
        given: Headers = ((name, value),)
        yield get("/api/contacts/1/", 200, headers=given)
        yield get("/api/contacts/?first_name__in=%C3%BC,a&page_size=1", 200, headers=given)
        if name not in {"Content-Type", "Content-Length"}:
            yield post(CONTACTS, b"{}", 400, required(), headers=(*JSON, *given))
    for value in ("elsewhere.example", "", "127.0.0.1.elsewhere.example", "a@127.0.0.1", "127.0.0.1/x"):
        for path in (CONTACTS, "/api/contacts/1/", ITEMS):
            yield get(path, 400, headers=(("Host", value),))._replace(loose=True)
    yield get("/api/contacts/?page_size=1", 200, headers=(("Host", "LOCALHOST"),))


def media_types() -> Iterator[Odd]:
    """Odd media types, at a request that a good one would have refused by its fields."""
    right = (
        *("application/json", "APPLICATION/JSON", "Application/Json", "application/json; charset=utf-8"),
        *("application/json;charset=UTF-8", "application/json ; charset=utf-8", 'application/json; charset="utf-8"'),
        *("application/json; charset=latin-1", "application/json; charset=utf-16", "application/json; charset=x"),
        *(
            "application/json;",
            "application/json; v=1",
            " application/json ",
            "application/json; charset=",
            "application/json;;",
        ),
    )
    wrong = (
        *(
            "text/json",
            "text/plain",
            "application/vnd.api+json",
            "application/problem+json",
            "application/jsonx",
            "json",
        ),
        *("application/*", "*/*", "application/json, application/json", "application/json,text/plain", "", ";", "/"),
        *("application", "application/", "/json", "application /json", "application/ json", "application/x-ndjson"),
        *(
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "\xe9",
            "x y z",
        ),
        *("application/json+", "+json", "application\\json", "charset=utf-8", "application/merge-patch+json"),
    )
    writers = itertools.cycle(WRITERS)
    for value in right:
        yield post(CONTACTS, b"{}", 400, required(), headers=(("Content-Type", value),))
        yield post(ECHO, json.dumps(ECHOED, ensure_ascii=False).encode(), 200, headers=(("Content-Type", value),))
    for value in wrong:
        for method, path in itertools.islice(writers, 2):
            yield post(path, b"{}", 415, DETAIL, headers=(("Content-Type", value),), method=method)
        yield post(ECHO, b"", 415, DETAIL, headers=(("Content-Type", value),))
    for path in (CONTACTS, BULK, TRANSFER, TOKEN, ECHO):
        yield post(path, b"{}", 415, DETAIL, headers=())
        yield post(path, b"", 415, DETAIL, headers=())
        yield post(path, b"", 400, DETAIL)
        yield Odd(Message("POST", path.encode(), JSON), 400, DETAIL)
        yield Odd(Message("POST", path.encode()), 415, DETAIL)
    for method in ("PUT", "PATCH"):
        yield post("/api/contacts/1/", b"", 400, DETAIL, method=method)
        yield post("/api/contacts/1/", b"", 415, DETAIL, headers=(), method=method)
    for value in ("gzip", "deflate", "br", "identity", "x"):
        given: Headers = (*JSON, ("Content-Encoding", value))
        yield post(CONTACTS, b"{}", 400, required(), headers=given)
