"""Odd bodies: what is no JSON, no object, and no name and password."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from .odd_requests import (
    BULK,
    CONTACTS,
    DETAIL,
    ECHO,
    ECHOED,
    LOGIN,
    ME,
    TOKEN,
    TRANSFER,
    WRITERS,
    Odd,
    get,
    post,
    refused,
    required,
)


def with_raw(body: dict[str, Any], name: str, raw: str) -> bytes:
    """A body with a field as that text of JSON."""
    parts = [f"{json.dumps(key)}: {raw if key == name else json.dumps(value)}" for key, value in body.items()]
    if name not in body:
        parts.append(f"{json.dumps(name)}: {raw}")
    return ("{" + ", ".join(parts) + "}").encode()


def bodies() -> Iterator[Odd]:
    """Bodies that are no JSON, or no object."""
    whole = json.dumps(ECHOED, ensure_ascii=False)
    writers = itertools.cycle(WRITERS)
    for body in (
        *(
            b"{",
            b"}",
            b" ",
            b"\n",
            b"\0",
            b"{}{}",
            b"{} x",
            b"{},",
            b'{"a": 1,}',
            b"{'a': 1}",
            b"{a: 1}",
            b"[1,]",
            b"[",
            b"x",
        ),
        *(b'{"a" 1}', b'{"a": }', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 01}', b'{"a": +1}'),
        *(
            b'{"a": .5}',
            b'{"a": 5.}',
            b'{"a": 0x1}',
            b'{"a": 1e}',
            b'{"a": tru}',
            b'{"a": True}',
            b'{"a": None}',
            b"//\n{}",
        ),
        *(
            b"/**/{}",
            b"{}\0",
            b"\0{}",
            b'{"a": "\x01"}',
            b'{"a": "\t"}',
            b'{"a": "\n"}',
            b'{"a": "\\x41"}',
            b'{"a": "\\u00"}',
        ),
        *(
            b'{"a": "\\u00g0"}',
            b'{"a": "',
            b'{"a": "\xff"}',
            b'{"a": "\xc3("}',
            b'{"a": "\xed\xa0\x80"}',
            b"\xff\xfe",
            b"\x80",
        ),
        *(b"\xef\xbb\xbf{}", whole.encode("utf-8-sig"), whole.encode("utf-16"), whole.encode("utf-16-le")),
        *(
            whole.encode("utf-32"),
            whole.encode("utf-16-be"),
            '{"a": "é"}'.encode("latin-1"),
            b"a=1&b=2",
            b"<a/>",
            b"\xa0{}",
        ),
        *(
            "\u00a0{}".encode(),
            "\u2003{}".encode(),
            "{}\u3000".encode(),
            b"\x0b{}",
            b"\x0c{}",
            b'{"a": ' + b"9" * 5000 + b"}",
        ),
        *(b'{"a": -}', b'{"a": 1_000}', b'{"a": "a" "b"}', b"{}]", b"nul", b"[" * 3000, b'{"a":' * 3000),
    ):
        method, path = next(writers)
        yield post(path, body, 400, DETAIL, method=method)
    for body in (b"[]", b"5", b'"x"', b"null", b"true", b"false", b"[{}]", b"[[]]", b"-0", b"1.5", b'""', b"[null]"):
        for method, path in itertools.islice(writers, 3):
            yield post(path, body, 400, DETAIL, method=method)
    for body in (
        b"{}",
        b" {} ",
        b"\r\n\t{}\n",
        b'{"": 1}',
        b'{"unknown": NULL}'.replace(b"NULL", b"null"),
        b'{"\\ud800": 1}',
    ):
        yield post(CONTACTS, body, 400, required())
        yield post(BULK, body, 400, refused("contacts"))
        yield post(TRANSFER, body, 400, required("from", "to", "points"))
        yield post(TOKEN, body, 400, required("username", "password"))
        yield post(ECHO, body, 400, required("name", "code", "quantity", "tags"))
    yield post(ECHO, b'{"name": "b", ' + json.dumps(ECHOED).encode()[1:], 200)
    yield post(ECHO, json.dumps(ECHOED).encode()[:-1] + b', "quantity": 8}', 200)
    yield post(ECHO, json.dumps(ECHOED).encode()[:-1] + b', "quantity": "x"}', 400, refused("quantity"))


def logins() -> Iterator[Odd]:
    """Odd names and passwords, and odd ways to bring a token."""
    for raw in (
        "5",
        "true",
        "null",
        "[]",
        "{}",
        '["bench"]',
        '""',
        '"a\\u0000"',
        '"\\ud800"',
        "1e999",
        '{"a": 1}',
        "1.5",
    ):
        for name in LOGIN:
            yield post(TOKEN, with_raw(LOGIN, name, raw), 400, refused(name))
    # Few: each costs the hash of a password, which is slow by intent.
    for name, text in (("username", "bench "), ("username", "BENCH"), ("password", " bench"), ("password", "a" * 5000)):
        login = {"username": "bench", "password": "bench"} | {name: text}
        yield post(TOKEN, json.dumps(login).encode(), 401, DETAIL)
    for value in (
        *(
            "x",
            "Bearer",
            "Bearer ",
            "bearer x",
            "BEARER x",
            "Bearer x",
            "Bearer  x",
            "Bearer x y",
            "Bearer a.b.c",
            "Token x",
        ),
        *(
            "JWT x",
            "Basic YTpi",
            "Bearer \xe9",
            "Bearer\tx",
            "Bearer,x",
            "Bearer: x",
            "Bearer=x",
            "",
            "Bearer x, Bearer y",
        ),
        *(
            "Bearer null",
            "Bearer " + "a" * 3000,
            "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJiZW5jaCJ9.",
            "Bearer ..",
            "Digest x",
        ),
    ):
        yield get(ME, 401, DETAIL, (("Authorization", value),))
    yield get(ME, 401, DETAIL)
    yield get(f"{ME}?token=x", 400, refused("token"))
