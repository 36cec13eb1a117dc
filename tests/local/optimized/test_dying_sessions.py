"""A database session that dies, at any message and in any manner, is a 503 for its request and nothing for the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from quick import of_these_quick

from tests.local.optimized.severing import Manner, Severing, severing

Serving = Callable[..., httpx.Client]
FORMS = {
    "naive": ("", "naive"),
    "naive-pooled": ("pool=on,server=gthread,threads=2,workers=1,views=apiview", "naive"),
    "optimized": ("cache=off", "optimized"),
    "optimized-orm": ("cache=off,sql=orm,pool=off,prepared=off", "optimized"),
    "optimized-async": ("cache=off,async=on,server=uvicorn", "optimized"),
    "optimized-loop": ("cache=off,hot=loop,server=uvicorn", "optimized"),
    "optimized-front": ("cache=off,hot=front,server=granian-asgi", "optimized"),
    "fastapi": ("cache=off", "peers/fastapi"),
    "fastapi-libpq": ("cache=off,driver=libpq", "peers/fastapi"),
    "fastapi-sqlalchemy": ("cache=off,data=sqlalchemy", "peers/fastapi"),
    "flask": ("", "peers/flask"),
    "quart": ("", "peers/quart"),
    "litestar": ("", "peers/litestar"),
    "bolt": ("", "peers/bolt"),
    "express": ("", "peers/express"),
    "express-callback": ("style=callback", "peers/express"),
    "fastify": ("", "peers/fastify"),
    "nestjs": ("", "peers/nestjs"),
    "nethttp": ("", "peers/nethttp"),
    "nethttp-unprepared": ("prepared=off", "peers/nethttp"),
    "gin": ("", "peers/gin"),
    "fiber": ("", "peers/fiber"),
}
# All but these serve the core of the contract alone, in which there is no bulk.
WHOLE = ("naive", "optimized", "fastapi")
NAME = "Of-A-Dying-Session"
ADDRESS = {"street": "A Street", "street_number": "1", "city": "A City", "city_code": "1", "country": "A Country"}
CONTACT: dict[str, Any] = {
    "first_name": "Name",
    "last_name": NAME,
    "gender": "F",
    "phone_number": "+49 170 1234567",
    "birthday": "1984-02-29",
    "address": ADDRESS,
    "relationship": {"points": 1_000_000},
}
CHANGES = {"first_name": "Changed", "address": {"city": "Another"}, "relationship": {"points": 2_000_000}}
# No request here takes as many messages.
MOST = 120


@dataclass(frozen=True)
class Contacts:
    """What a sweep works on: two contacts with a relationship, and a way to make one more, past the service."""

    first: int
    second: int
    more: Callable[[], int]


@pytest.fixture
def contacts(contacts_database: str) -> Iterator[Contacts]:
    """Contacts that are gone after the test, and all that the test made by this name."""
    with psycopg.connect(contacts_database, autocommit=True) as connection:

        def make() -> int:
            row = connection.execute(
                "INSERT INTO app_user (first_name, last_name, gender, customer_id, phone_number, birthday, created,"
                " last_updated) VALUES ('Name', %s, 'F', 'CUST-' || upper(substr(md5(random()::text), 1, 12)),"
                " '+49 170 1234567', '1984-02-29', now(), now()) RETURNING id",
                [NAME],
            ).fetchone()
            assert row is not None
            connection.execute(
                "INSERT INTO customer_relationship (appuser_id, points, created, last_activity)"
                " VALUES (%s, 1000000, now(), now())",
                row,
            )
            return int(row[0])

        yield Contacts(make(), make(), make)
        connection.execute(
            "WITH gone AS (DELETE FROM customer_relationship r USING app_user u"
            " WHERE r.appuser_id = u.id AND u.last_name = %s) DELETE FROM app_user WHERE last_name = %s",
            [NAME, NAME],
        )


Request = Callable[[httpx.Client, Contacts], httpx.Response]
# One request meets every manner; that the others meet it at their own statements is enough.
THOROUGH = "change"
SOME = (Manner.LOST, Manner.UNANSWERED, Manner.TWICE)
REQUESTS: dict[str, Request] = {
    "create": lambda service, _: service.post("/api/contacts/", json=CONTACT),
    "change": lambda service, of: service.patch(f"/api/contacts/{of.first}/", json={**CHANGES, "address": ADDRESS}),
    "remove": lambda service, of: service.delete(f"/api/contacts/{of.more()}/"),
    "bulk": lambda service, _: service.post("/api/contacts/bulk/", json={"contacts": [CONTACT] * 2}),
    "transfer": lambda service, of: service.post(
        "/api/contacts/transfer/", json={"from": of.first, "to": of.second, "points": 1}
    ),
    "read": lambda service, of: service.get(f"/api/contacts/{of.first}/"),
    "list": lambda service, _: service.get("/api/contacts/?page_size=2"),
    "stats": lambda service, _: service.get("/api/contacts/stats/"),
}


def swept(proxy: Severing, service: httpx.Client, contacts: Contacts, request: Request, manner: Manner) -> list[str]:
    """Send the request once for each of its messages, and end its connection there; what went wrong, and where."""
    wrong = []
    assert request(service, contacts).is_success
    for messages in range(MOST):
        proxy.arm(messages, manner)
        answer = request(service, contacts)
        struck = proxy.disarm()
        if answer.is_success:
            if not struck:
                return wrong
            continue
        assert struck, f"message {messages}, {manner.name}: {answer.status_code} {answer.headers} {answer.text}"
        if answer.status_code != 503 or list(answer.json()) != ["detail"]:
            wrong.append(f"message {messages}: {answer.status_code} {answer.text[:100]}")
        if not (after := request(service, contacts)).is_success:
            wrong.append(f"message {messages}, the request after it: {after.status_code} {after.text[:100]}")
    raise AssertionError("the request has no end")


@pytest.mark.parametrize("form", of_these_quick(FORMS, {"naive", "optimized", "fastapi"}))
def test_wherever_a_session_dies_its_request_is_a_503_and_the_next_is_answered(
    serving: Serving, contacts_database: str, contacts: Contacts, form: str
) -> None:
    switches, variant = FORMS[form]
    with severing(contacts_database) as (proxy, url):
        service = serving(switches, variant, DATABASE_URL=url, LOG_LEVEL="CRITICAL")
        wrong = {
            f"{name}, {manner.name}": found
            for name, request in REQUESTS.items()
            if name != "bulk" or form.startswith(WHOLE)
            for manner in (Manner if name == THOROUGH else SOME)
            if (found := swept(proxy, service, contacts, request, manner))
        }
    assert wrong == {}
