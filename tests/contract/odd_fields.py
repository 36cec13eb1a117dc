"""Odd values in the fields of bodies, of every type, and which of them the contract takes."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from . import grammar as g
from . import odd_values as odd
from .bodies import ADDRESS, BODY
from .odd_bodies import with_raw
from .odd_requests import BULK, CONTACTS, ECHO, ECHOED, MESSAGES, TRANSFER, Odd, Shape, post, refused, required

NUMBERS = [
    *(
        '"7"',
        "7.0",
        "7.5",
        "7e0",
        "70e-1",
        "7E0",
        "true",
        "false",
        "null",
        '"٧"',
        "[7]",
        "{}",
        "-0.0",
        "1e999",
        "-1e999",
    ),
    *(
        '" 7"',
        '"7.0"',
        '"1_000"',
        '""',
        '"x"',
        "-1",
        "2147483648",
        "9" * 400,
        "-" + "9" * 400,
        "0.0",
        "1e2",
        "[]",
        '"true"',
    ),
    *("9223372036854775808", "1e400", "0.1", '"0x7"', '"+7"', "18446744073709551616"),
]
NO_TEXT = ["5", "true", "null", "[]", "{}", '["a"]', "1.5", '{"a": 1}', "false"]
BAD_TEXT = [
    *NO_TEXT,
    '""',
    '" "',
    '"\\u00a0"',
    '"\\n\\t"',
    '"\\u3000"',
    '"a\\u0000b"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00a"',
]
GOOD_TEXT = [
    *(
        '"  a  "',
        '"\\u00a0a\\u3000"',
        '"\\u200b"',
        '"\\u0001"',
        '"a\\nb"',
        '"\\ufeff"',
        '"\\ud83d\\ude00"',
        '"\\uffff"',
        '"é"',
    ),
    *(
        '"\\u001fa"',
        '"a\\u0085"',
        '"\\u007f"',
        '"<b>"',
        '"e\\u0301"',
        '"\\u202e"',
        '"null"',
        '"a\\tb"',
        '"\\\\"',
        '"\\/"',
    ),
]
GENDERS = [
    '"m"',
    '"M "',
    '" M"',
    '"MF"',
    '"М"',
    '""',
    '["M"]',
    "1",
    "null",
    "true",
    '{"M": 1}',
    '"M\\u0000"',
    '"\\ud800"',
    "[]",
]
PHONES_WRONG = [
    *(
        '"12"',
        '"١٢٣"',
        '"１２３"',
        "123",
        '"12a3"',
        f'"{"1" * 33}"',
        '"123\\n4"',
        '"1\\u00a023"',
        '"123\\u0000"',
        '"+"',
        '"..."',
    ),
    *('"1.2.3"', '"123x"', '"²³¹"', "null", "[]", '"(((("', '"\\u200b123"', '"123 ext 4"', '"1–23"', '"12３"'),
]
PHONES_RIGHT = [
    '"123"',
    '"1 2 3"',
    '"+++123"',
    '" 123 "',
    '"(1)(2)(3)"',
    '"---123"',
    '"123\\n"',
    f'" {"1" * 32} "',
    '"+49 (0) 12"',
]
CUSTOMER_IDS = [
    *(
        '"CUST-00a1b2c3d4e5"',
        '"cust-00A1B2C3D4E5"',
        '"CUST-00A1B2C3D4E"',
        '"CUST-00A1B2C3D4E55"',
        '"CUST00A1B2C3D4E5"',
        '""',
    ),
    *(
        '" "',
        "null",
        "5",
        "[]",
        '"CUST-00A1B2C3D4EG"',
        '"CUST-００A1B2C3D4E5"',
        '"CUST-00A1 B2C3D4E5"',
        '"CUST-00A1B2C3D4E5\\u0000"',
    ),
    *('"CUST‐00A1B2C3D4E5"', '"\\ud800"', "true", '{"a": 1}', '"CUST-00A1B2C3D4E5 x"', '"null"'),
]
NO_OBJECT = ['"x"', "5", "[]", "true", "false", '""', "[{}]", '[["city", "x"]]', "1.5", '"{}"', "0"]


Place = tuple[str, ...]
LONG = {"first_name": 101, "last_name": 101, "street": 101, "city_code": 17}
TIMES = [*odd.MOMENTS, *odd.EVERY_TIME, *odd.OTHER_TIMES]
# A birthday may not be in the future, nor the day that drivers take for minus infinity.
NO_BIRTHDAYS = frozenset({"9999-12-31", "0001-01-01"})
POINTS, ACTIVITY = ("relationship", "points"), ("relationship", "last_activity")


def _long(place: Place) -> list[str]:
    return [f'"{character * LONG[place[-1]]}"' for character in "xü😀"]


def refused_fields() -> Iterator[tuple[Place, str]]:
    """Where in a contact, and what text of JSON there, the contract refuses by that place's name."""
    texts: list[Place] = [("first_name",), ("last_name",), ("address", "street"), ("address", "city_code")]
    days = [json.dumps(text) for text in odd.DAYS if not g.day(text) or text in NO_BIRTHDAYS]
    times = [json.dumps(text) for text in TIMES if not g.moment(text)]
    empty = ['""', '" "', '"\\ud800"']
    table: list[tuple[Place, list[str]]] = [
        *((place, [*BAD_TEXT, *_long(place)]) for place in texts),
        (POINTS, NUMBERS),
        (("gender",), GENDERS),
        (("phone_number",), PHONES_WRONG),
        (("customer_id",), CUSTOMER_IDS),
        (("birthday",), [*days, *NO_TEXT, *empty, "20000229", "951782400", '"2000-02-29\\u0000"', '"2999-01-01"']),
        (ACTIVITY, [*times, *NO_TEXT, *empty, "20200105", "1577836800", "1577836800.5"]),
        (("address",), NO_OBJECT),
        (("relationship",), NO_OBJECT),
    ]
    yield from ((place, raw) for place, raws in table for raw in raws)


def accepted_fields() -> Iterator[tuple[Place, str]]:
    """Where in a contact, and what text of JSON there, the contract takes."""
    texts = [*GOOD_TEXT, f'"{"x" * 100}"', f'" {"ü" * 100} "', f'"{"😀" * 100}"']
    table: list[tuple[Place, list[str]]] = [
        (("first_name",), texts),
        (("address", "street"), texts),
        (POINTS, ["0", "-0", "7", "2147483647"]),
        (("phone_number",), PHONES_RIGHT),
        (("birthday",), [json.dumps(text) for text in odd.DAYS if g.day(text) and text not in NO_BIRTHDAYS]),
        (ACTIVITY, [json.dumps(text) for text in TIMES if g.moment(text)]),
        # What is not the client's to choose, or known, is ignored.
        (("address", "id"), ['"x"']),
        (("relationship", "created"), ["5"]),
        (("id",), ['"x"']),
        (("created",), ["[]"]),
        (("last_updated",), ["null"]),
        (("unknown",), ['{"a": [1]}']),
        # Last, since after these there is nothing to change in part.
        (("relationship",), ["null", "{}"]),
        (("address",), ["null"]),
    ]
    yield from ((place, raw) for place, raws in table for raw in raws)


def contact_with(place: tuple[str, ...], raw: str, whole: bool = True) -> bytes:
    """A contact whose value at a place is that text of JSON; only that value where it is not to be whole."""
    if len(place) == 1:
        return with_raw(BODY if whole else {}, place[0], raw)
    nested: dict[str, Any] = (ADDRESS if place[0] == "address" else BODY["relationship"]) if whole else {}
    return with_raw(BODY if whole else {}, place[0], with_raw(nested, place[1], raw).decode())


def shaped(place: tuple[str, ...]) -> Shape:
    """The shape of a refusal of one place."""
    shape: Any = MESSAGES
    for name in reversed(place):
        shape = {name: shape}
    return dict(shape)


def fields() -> Iterator[Odd]:
    """Odd values in a contact's fields, by every way to write one."""
    refusals = list(refused_fields())
    for (place, raw), method in zip(refusals, itertools.cycle(("POST", "PATCH", "POST", "PUT", "POST")), strict=False):
        path = CONTACTS if method == "POST" else "/api/contacts/1/"
        yield post(path, contact_with(place, raw, whole=method != "PATCH"), 400, shaped(place), method=method)
    items = b", ".join(contact_with(place, raw) for place, raw in refusals)
    shapes = {str(index): shaped(place) for index, (place, _) in enumerate(refusals)}
    yield post(BULK, b'{"contacts": [' + items + b"]}", 400, {"contacts": shapes})
    for raw in ("null", "5", '"x"', "{}", "[]", "true", '""', '{"0": {}}', "false", "1.5"):
        yield post(BULK, f'{{"contacts": {raw}}}'.encode(), 400, refused("contacts"))
    for raw in ("null", "5", '"x"', "[]", "true", '""', "[{}]", "1.5"):
        yield post(BULK, f'{{"contacts": [{raw}]}}'.encode(), 400, {"contacts": {"0": MESSAGES}})


def other_fields() -> Iterator[Odd]:
    """Odd values in the fields of a transfer and of an echo, and several at once."""
    for raw in NUMBERS:
        for name in ("from", "to", "points"):
            transfer = {"from": 1, "to": 2, "points": 10**9}
            yield post(TRANSFER, with_raw(transfer, name, raw), 400, refused(name))
        yield post(ECHO, with_raw(ECHOED, "quantity", raw), 400, refused("quantity"))
    for raw in (*BAD_TEXT, f'"{"x" * 101}"'):
        yield post(ECHO, with_raw(ECHOED, "name", raw), 400, refused("name"))
    for raw in (*GOOD_TEXT, f'" {"😀" * 100} "'):
        yield post(ECHO, with_raw(ECHOED, "name", raw), 200)
    for raw in (
        *NO_TEXT,
        '""',
        '"ABC-1234\\n"',
        '"ABC-1234 "',
        '"ÀBC-1234"',
        '"ABC-12３4"',
        '"abc-1234"',
        '"ABC-1234\\u0000"',
    ):
        yield post(ECHO, with_raw(ECHOED, "code", raw), 400, refused("code"))
    for raw in ("null", '"a"', "5", "{}", "true", '{"0": "a"}', '""', "[" + ", ".join(['"a"'] * 21) + "]"):
        yield post(ECHO, with_raw(ECHOED, "tags", raw), 400, refused("tags"))
    for raw in (*NO_TEXT, '""', '"a\\u0000"', '"\\ud800"', f'"{"x" * 51}"'):
        yield post(ECHO, with_raw(ECHOED, "tags", f'["a", {raw}, "b"]'), 400, {"tags": {"1": MESSAGES}})
    for raw in ('" "', '"\\u0001"', '"\\u200b"', f'"{"😀" * 50}"', '"\\ufeff"'):
        yield post(ECHO, with_raw(ECHOED, "tags", f"[{raw}]"), 200)
    several = {"gender": '"X"', "birthday": "5", "address": '{"street": 5}', "relationship": '{"points": "7"}'}
    body = ("{" + ", ".join(f'"{name}": {raw}' for name, raw in several.items()) + "}").encode()
    nested: Shape = {
        "street": MESSAGES,
        "street_number": MESSAGES,
        "city": MESSAGES,
        "city_code": MESSAGES,
        "country": MESSAGES,
    }
    wanted = required() | {"address": nested, "relationship": {"points": MESSAGES}}
    yield post(CONTACTS, body, 400, wanted)
