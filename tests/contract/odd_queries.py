"""Odd queries: every type of value at every parameter, and odd ways to write a query."""

import itertools
from collections.abc import Iterator
from urllib.parse import quote

from . import grammar as g
from . import odd_values as odd
from .odd_requests import (
    AGGREGATE,
    BULK,
    CONTACTS,
    CPU,
    DETAIL,
    ECHO,
    ITEMS,
    ME,
    MESSAGES,
    NOBODY,
    STATS,
    TOKEN,
    TRANSFER,
    Odd,
    get,
    post,
    refused,
)


def parameters() -> Iterator[Odd]:
    """Every odd value of a type, at each parameter of that type in turn."""
    for kind, (names, values) in odd.PARAMETERS.items():
        for name, value in zip(itertools.cycle(names), values, strict=False):
            yield _listed(kind, name, value)
    for name in odd.TIME_NAMES:
        for value in odd.EVERY_TIME:
            yield _listed("time", name, value)
    either = itertools.cycle(("1", ""))
    for name in odd.NAMES:
        yield get(f"{CONTACTS}?{quote(name)}={next(either)}", 400, refused(name))
    for value in odd.GROUPS:
        good = value in {"country", "city", "gender"}
        yield get(f"{AGGREGATE}?group_by={quote(value)}", 200 if good else 400, None if good else refused("group_by"))
    for value in odd.COUNTED:
        for path, name, most in ((ITEMS, "items", 1000), (CPU, "n", 100_000)):
            good = 1 <= g.count(value) <= most
            yield get(f"{path}?{name}={quote(value)}", 200 if good else 400, None if good else refused(name))


def _listed(kind: str, name: str, value: str) -> Odd:
    good = g.accepted(kind, value)
    sized = "" if kind == "page_size" else "&page_size=1"
    target = f"{CONTACTS}?{name}={quote(value)}{sized}"
    if kind == "page" and g.count(value) > 10_000:
        return get(target, 404, DETAIL)
    if kind == "page_size" and good:
        target += "&id__lte=3"
    return get(target, 200 if good else 400, None if good else refused(name))


def queries() -> Iterator[Odd]:
    """Odd ways to write a query."""
    one = b"&page_size=1"
    for query, shape in (
        (b"%zz=1", refused("%zz")),
        (b"first_name=%zz" + one, None),
        (b"first_name=%" + one, None),
        (b"first_name=%2" + one, None),
        (b"first_name=%u00e9" + one, None),
        (b"id=1&id=2", None),
        (b"id=1&id=" + one, None),
        (b"id=x&id=1", None),
        (b"id=1&id=x", refused("id")),
        (b"page_size=1;id=1", refused("page_size")),
        (b"?id=1", refused("?id")),
        (b"id=1?", refused("id")),
        (b"&&id=1&&", None),
        (b"&", None),
        (b"id" + one, None),
        (b"=1", refused("")),
        (b"=", refused("")),
        (b"id=1=2", refused("id")),
        (b"id%3D1", refused("id=1")),
        (b"id==1", refused("id")),
        (b"%69d=1", None),
        (b"id=%31", None),
        (b"id=%2531", refused("id")),
        (b"id=+1", refused("id")),
        (b"id=%2B1", refused("id")),
        (b"id=1+", refused("id")),
        (b"id=1%20", refused("id")),
        (b"id=1%00", refused("id")),
        (b"id=1%0d%0a", refused("id")),
        (b"first_name=a+b" + one, None),
        (b"first%5Fname=a" + one, None),
        (b"first_name=a%2Cb" + one, None),
        (b"id__in=1%2C2", None),
        (b"nothing", refused("nothing")),
        (b"nothing=", refused("nothing")),
        (b"nothing=1&nowhere=2&id=x", {"nothing": MESSAGES, "nowhere": MESSAGES, "id": MESSAGES}),
        (b"id=x&gender=X&birthday=x&page=x", dict.fromkeys(("id", "gender", "birthday", "page"), MESSAGES)),
        (b"page=0&page_size=0&search=" + b"a" * 101, dict.fromkeys(("page", "page_size", "search"), MESSAGES)),
        (b"ordering=x&search=%00", {"ordering": MESSAGES, "search": MESSAGES}),
        (b"page=x&nothing=1&address__isnull=x", dict.fromkeys(("page", "nothing", "address__isnull"), MESSAGES)),
        (b"&".join([b"id=1"] * 1000), None),
        (b"&".join([b"id=1"] * 1001), DETAIL),
        (b"&".join([b"a%d=1" % n for n in range(1001)]), DETAIL),
        # No UTF-8, at the parameter's value, or in a name.
        (b"first_name=%ff", DETAIL),
        (b"first_name=%C3%28", DETAIL),
        (b"first_name=%ED%A0%80", DETAIL),
        (b"first_name=%C0%80", DETAIL),
        (b"%ff=1", DETAIL),
        (b"search=%F0%9F%98", DETAIL),
    ):
        yield get(CONTACTS.encode() + b"?" + query, 200 if shape is None else 400, shape)
    # A server may refuse bytes outside ASCII before the service sees them.
    for target in (b"?first_name=\xc3\xbc", b"?first_name=\xff", b"1/?\xc3\xbc=1"):
        yield get(CONTACTS.encode() + target, 400)._replace(loose=True)
    for path in (AGGREGATE, STATS, ITEMS, CPU, "/api/contacts/1/"):
        yield get(path.encode() + b"?a=%ff", 400, DETAIL)
        yield get(path.encode() + b"?" + b"&".join([b"a=1"] * 1001), 400, DETAIL)


def other_parameters() -> Iterator[Odd]:
    """Parameters where none, or others, are known."""
    for query in ("x=1", "x=", "x", "page=1", "gender=X", "first_name=nobody", "format=json", "id=1"):
        name = query.partition("=")[0]
        for path in ("/api/contacts/1/", STATS, AGGREGATE, ITEMS, CPU, ME):
            yield get(f"{path}?{query}", 400, refused(name))
        for path in (CONTACTS, BULK, TRANSFER, TOKEN, ECHO):
            yield post(f"{path}?{query}", b"{}", 400, refused(name))
        for method in ("PUT", "PATCH", "DELETE"):
            yield post(f"{NOBODY}?{query}", b"{}", 400, refused(name), method=method)
    yield get(f"{AGGREGATE}?group_by=city&x=1", 400, refused("x"))
    yield get(f"{AGGREGATE}?group_by=&x=", 400, refused("x"))
    yield get(f"{AGGREGATE}?group_by=X&x=1", 400, refused("x"))
    yield get(f"{AGGREGATE}?group_by=city&group_by=", 200)
    yield get(f"{AGGREGATE}?group_by=X&group_by=city", 200)
    yield get("/api/contacts/1/?", 200)
    yield get("/api/contacts/1/?&", 200)
