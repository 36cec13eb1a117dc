"""Odd requests are answered as the contract says, and by every variant alike."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .answers import said, trouble, written
from .conftest import Make
from .core import NO_METHOD, of_core
from .odd_addresses import headers, media_types, methods, paths
from .odd_bodies import bodies, logins
from .odd_fields import accepted_fields, contact_with, fields, other_fields
from .odd_queries import other_parameters, parameters, queries
from .odd_requests import CONTACTS, JSON, Odd
from .oracle import instant
from .test_auth import PASSWORD
from .variants import VARIANTS, Row, Variant, brief, checked
from .wire import Message, Wire

TABLES: dict[str, Callable[[], Iterator[Odd]]] = {
    "parameters": parameters,
    "queries": queries,
    "other parameters": other_parameters,
    "paths": paths,
    "methods": methods,
    "headers": headers,
    "media types": media_types,
    "bodies": bodies,
    "logins": logins,
    "fields": fields,
    "other fields": other_fields,
}
# These run all rows. The other forms of a service read requests by the same code: of them each runs a share, another
# than its neighbours.
WHOLE = frozenset({"naive", "optimized", "fastapi", "fastapi-sqlalchemy"})
SHARE = 5
SHOWN = 10
Said = dict[tuple[str, int], tuple[Any, ...]]


@pytest.fixture(scope="session")
def wires(variants: dict[str, Variant]) -> Iterator[dict[str, Wire]]:
    """A connection to each variant."""
    opened = {name: Wire(variant.url) for name, variant in variants.items()}
    yield opened
    for wire in opened.values():
        wire.close()


@pytest.fixture(scope="session")
def remembered() -> Said:
    """What the reference said, by table and row."""
    return {}


def share(name: str, rows: list[Row]) -> list[Row]:
    """Return the rows that a variant runs."""
    if name in WHOLE or name not in VARIANTS or (VARIANTS[name].can.core and not brief()):
        return rows
    return rows[list(VARIANTS).index(name) % SHARE :: SHARE]


def heard(wire: Wire, odd: Odd, remembered: Said, key: tuple[str, int]) -> tuple[Any, ...]:
    """Return what the reference says to a request, from an earlier time where there is one."""
    if key not in remembered:
        remembered[key] = said(wire.send(odd.message), odd)
    return remembered[key]


@pytest.mark.parametrize("table", TABLES)
def test_odd_requests_are_answered_as_the_contract_says_and_alike(
    variant: Variant, reference: Variant, wires: dict[str, Wire], remembered: Said, table: str
) -> None:
    rows = share(variant.name, list(enumerate(TABLES[table]())))
    if variant.can.core:
        rows = list(of_core(rows))
    if variant.can.merges_slashes:
        rows = [(place, odd) for place, odd in rows if b"//" not in odd.message.target]
    wrong, differing = [], []
    for place, odd in rows:
        answer = wires[variant.name].send(odd.message)
        asked = f"{odd.message.method} {odd.message.target[:200]!r} {odd.message.headers} {odd.message.body!r:.300}"
        if found := trouble(answer, odd):
            wrong.append(f"{asked} gave {found}")
        if variant is reference:
            remembered[table, place] = said(answer, odd)
            continue
        mine, other = said(answer, odd), heard(wires[reference.name], odd, remembered, (table, place))
        if variant.can.core:
            other = tuple(part - {NO_METHOD} if isinstance(part, frozenset) else part for part in other)
        if mine != other:
            differing.append(f"{asked} gave {mine!s:.400}, and of {reference.name} {other!s:.400}")
    print(f"{variant.name}, {table}: differs: {len(differing)} of {len(rows)}; not as said: {len(wrong)}")
    assert not wrong, f"{len(wrong)} of {len(rows)} are not as said:\n" + "\n".join(wrong[:SHOWN])
    assert not differing, f"{len(differing)} of {len(rows)} differ:\n" + "\n".join(differing[:SHOWN])


def test_odd_values_are_written_and_read_back(variant: Variant, made: list[int], make: Make) -> None:
    """Values that are right though they look odd, in a new contact and in one that is changed."""
    for place, raw in share(variant.name, list(accepted_fields())):
        headers = dict(JSON)
        # Another one for each, since a row may take away what the next one changes a part of.
        changed = f"{CONTACTS}{make()['id']}/"
        created = checked(variant.http.post(CONTACTS, content=contact_with(place, raw), headers=headers), 201)
        made.append(created["id"])
        patched = checked(variant.http.patch(changed, content=contact_with(place, raw, whole=False), headers=headers))
        for contact in (created, patched):
            assert stored_as_sent(contact, place, json.loads(raw)), (place, raw)
            assert variant.get(contact["id"]) == contact
        assert written(created).keys() == written(patched).keys()


def stored_as_sent(contact: dict[str, Any], place: tuple[str, ...], value: Any) -> bool:
    """Tell whether a contact holds a value at a place, as far as it is the client's to choose."""
    if place[0] == "unknown":
        return "unknown" not in contact
    if place[-1] in {"id", "created", "last_updated"}:
        return True
    found: Any = contact
    for name in place:
        found = found[name]
    if place[-1] == "last_activity":
        return bool(found.endswith("Z")) and instant(found) == instant(value)
    if place == ("relationship",):
        return found is None if value is None else found is not None
    return bool(found == (value.strip() if isinstance(value, str) else value))


def test_a_token_may_be_brought_in_several_spellings(variant: Variant, wires: dict[str, Wire]) -> None:
    tokens = checked(variant.http.post("/api/auth/token/", json={"username": "bench", "password": PASSWORD}))
    access = tokens["access"]
    for value, status in (
        *((f"{scheme}{access}", 200) for scheme in ("Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer  ")),
        *((f"{scheme}{access}", 401) for scheme in ("", "Bearer", "Token ", "JWT ", "Bearer: ", "Bearer=", "Bearer,")),
        *((f"Bearer {access}{more}", 401) for more in ("x", " x", ".", ",", "=", " Bearer")),
        (f"Bearer {tokens['refresh']}", 401),
        (f'Bearer "{access}"', 401),
    ):
        answer = wires[variant.name].send(Message("GET", b"/api/auth/me/", (("Authorization", value),)))
        assert answer.status == status, value.replace(access, "…")
    # Where nothing asks for a token, one that is none does no harm.
    header = (("Authorization", "Bearer x"),)
    assert wires[variant.name].send(Message("GET", b"/api/contacts/1/", header)).status == 200


def test_slashes_in_a_row_count_as_one_where_that_is_allowed(variant: Variant, wires: dict[str, Wire]) -> None:
    merged = wires[variant.name].send(Message("GET", b"/api//contacts/1//"))
    assert merged.status == (200 if variant.can.merges_slashes else 404)
