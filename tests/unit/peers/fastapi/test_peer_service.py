"""The whole application of each arm, without a database: what it refuses and describes by itself."""

import json
import os
import subprocess
import sys

import pytest

from scalebed.paths import ROOT

APPS = ROOT / "apps"
# In a process of its own: the service's packages have names that others have too.
SCRIPT = """
import asyncio, json, sys
import httpx
from contacts.composition import application

async def main():
    asked = json.load(sys.stdin)
    app, events, started = application(), asyncio.Queue(), asyncio.Event()

    async def heard(message):
        started.set()

    life = asyncio.create_task(app({"type": "lifespan"}, events.get, heard))
    await events.put({"type": "lifespan.startup"})
    await started.wait()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        answers = []
        for method, url, body, headers in asked:
            answer = await client.request(method, url, content=body and body.encode(), headers=headers)
            answers.append([answer.status_code, answer.text, dict(answer.headers)])
    json.dump(answers, sys.stdout)
    await events.put({"type": "lifespan.shutdown"})
    await life

asyncio.run(main())
"""
ARMS = ["data=asyncpg", "data=asyncpg,driver=libpq", "data=sqlalchemy"]
JSON = {"Content-Type": "application/json"}
Answer = tuple[int, str, dict[str, str]]


def ask(arm: str, *asked: tuple[str, str, str | None, dict[str, str]]) -> list[Answer]:
    """The answers of the service whose database is away."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(APPS),
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgres://user@127.0.0.1:1/nothing",
        "LOG_LEVEL": "ERROR",
        "SWITCHES": f"{arm},cache=off",
        "TLS_HOST": "localhost",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        cwd=APPS / "peers/fastapi",
        env=environment,
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [(status, text, headers) for status, text, headers in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def descriptions() -> list[object]:
    """The description of each arm."""
    return [
        json.loads(ask(arm, ("GET", "/api/openapi.json", None, {}))[0][1])
        for arm in ("data=asyncpg", "data=sqlalchemy")
    ]


def test_both_arms_describe_the_same(descriptions: list[object]) -> None:
    fast, modelled = descriptions
    assert fast == modelled


@pytest.mark.parametrize("arm", ARMS)
def test_what_needs_no_database_is_answered_without_one(arm: str) -> None:
    healthy, items, strange, http, options = ask(
        arm,
        ("GET", "/healthz", None, {}),
        ("GET", "/api/basics/json/?items=1", None, {}),
        ("GET", "/api/contacts/", None, {"Host": "elsewhere.example"}),
        ("GET", "http://localhost/api/contacts/?page=2", None, {}),
        ("PUT", "/api/basics/echo/", "{}", JSON),
    )
    assert healthy[:2] == (200, '{"status":"ok"}')
    assert json.loads(items[1]) == {"items": [{"id": 1, "name": "Item 1", "price": 37, "available": True}]}
    assert items[2]["x-content-type-options"] == "nosniff"
    assert "max-age=" in items[2]["strict-transport-security"]
    assert strange[0] == 400
    assert (http[0], http[2]["location"]) == (301, "https://localhost/api/contacts/?page=2")
    assert (options[0], list(json.loads(options[1]))) == (405, ["detail"])


@pytest.mark.parametrize("arm", ARMS)
def test_a_database_that_is_away_is_a_503(arm: str) -> None:
    sent = json.dumps({"from": 1, "to": 2, "points": 1})
    asked = [
        ("GET", "/readyz", None, {}),
        ("GET", "/api/contacts/", None, {}),
        ("GET", "/api/contacts/1/", None, {}),
        ("GET", "/api/contacts/stats/", None, {}),
        ("POST", "/api/contacts/transfer/", sent, JSON),
    ]
    answers = ask(arm, *asked)
    assert [status for status, _, _ in answers] == [503] * len(asked)
    assert json.loads(answers[0][1])["checks"]["database"].startswith("The database does not answer")
    assert all(list(json.loads(text)) == ["detail"] for _, text, _ in answers[1:])
