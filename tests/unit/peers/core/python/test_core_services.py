"""The whole application of each peer, without a database: what it refuses and answers by itself."""

import json
import os
import subprocess
import sys

import pytest

from scalebed.paths import ROOT

APPS = ROOT / "apps"
# In a process of its own: an application sets up logging, and joins the metrics of its process.
SCRIPT = """
import asyncio, importlib, inspect, json, sys
import httpx

create_app = importlib.import_module(f"peers.{sys.argv[1]}.application").create_app

async def alive(app):
    events, started = asyncio.Queue(), asyncio.Event()

    async def heard(message):
        started.set()

    life = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, events.get, heard))
    await events.put({"type": "lifespan.startup"})
    await started.wait()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answers = [await client.request(m, u, content=b and b.encode(), headers=h) for m, u, b, h in asked]
    await events.put({"type": "lifespan.shutdown"})
    await life
    return answers

def threaded(app):
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://localhost") as client:
        return [client.request(m, u, content=b and b.encode(), headers=h) for m, u, b, h in asked]

asked = json.load(sys.stdin)
app = create_app()
answers = threaded(app) if sys.argv[1] == "flask" else asyncio.run(alive(app))
json.dump([[answer.status_code, answer.text, dict(answer.headers)] for answer in answers], sys.stdout)
"""
PEERS = ("flask", "litestar", "quart")
JSON = {"Content-Type": "application/json"}
Answer = tuple[int, str, dict[str, str]]


def ask(peer: str, *asked: tuple[str, str, str | None, dict[str, str]]) -> list[Answer]:
    """The answers of a peer whose database is away."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(APPS),
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgres://user@127.0.0.1:1/nothing",
        "LOG_LEVEL": "CRITICAL",
        "POOL_TIMEOUT_S": "0.3",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, peer],
        env=environment,
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [(status, text, headers) for status, text, headers in json.loads(done.stdout)]


@pytest.mark.parametrize("peer", PEERS)
def test_what_needs_no_database_is_answered_without_one(peer: str) -> None:
    echo = {"name": " x ", "code": "ABC-1234", "quantity": 7, "tags": [" b "]}
    healthy, items, primes, echoed, bad, me = ask(
        peer,
        ("GET", "/healthz", None, {}),
        ("GET", "/api/basics/json/?items=1", None, {}),
        ("GET", "/api/basics/cpu/?n=10", None, {}),
        ("POST", "/api/basics/echo/", json.dumps(echo), JSON),
        ("POST", "/api/basics/echo/", json.dumps(echo | {"quantity": "7", "code": "ABC-1234\n"}), JSON),
        ("GET", "/api/auth/me/", None, {}),
    )
    assert healthy[:2] == (200, '{"status":"ok"}')
    assert json.loads(items[1]) == {"items": [{"id": 1, "name": "Item 1", "price": 37, "available": True}]}
    assert json.loads(primes[1]) == {"n": 10, "primes": 4}
    assert json.loads(echoed[1]) == echo | {"name": "x"}
    assert (bad[0], set(json.loads(bad[1]))) == (400, {"quantity", "code"})
    assert (me[0], me[2]["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("peer", PEERS)
def test_refusals_come_in_the_contracts_order(peer: str) -> None:
    elsewhere = {"Host": "elsewhere.example"}
    statuses = [
        status
        for status, _, _ in ask(
            peer,
            ("PUT", "/api/contacts", "x", elsewhere),
            ("PUT", "/api/contacts/1/?x=1", "x", elsewhere),
            ("PATCH", "/api/contacts/1/?x=1", "x", elsewhere),
            ("PATCH", "/api/contacts/1/", "x", {}),
            ("PATCH", "/api/contacts/1/", "x", JSON),
            ("OPTIONS", "/api/contacts/", None, {}),
        )
    ]
    assert statuses == [404, 405, 400, 415, 400, 405]


@pytest.mark.parametrize("peer", PEERS)
def test_a_database_that_is_away_is_a_503(peer: str) -> None:
    sent = json.dumps({"from": 1, "to": 2, "points": 1})
    asked: list[tuple[str, str, str | None, dict[str, str]]] = [
        ("GET", "/readyz", None, {}),
        ("GET", "/api/contacts/", None, {}),
        ("GET", "/api/contacts/1/", None, {}),
        ("POST", "/api/contacts/transfer/", sent, JSON),
    ]
    answers = ask(peer, *asked)
    assert [status for status, _, _ in answers] == [503] * len(asked)
    assert json.loads(answers[0][1])["checks"]["database"].startswith("The database does not answer")
    assert all(list(json.loads(text)) == ["detail"] for _, text, _ in answers[1:])
    assert answers[1][2]["retry-after"] == "1"
