"""Clients who leave by the dozen while they wait: what worked for them is free again, and the next ones are served."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.local.optimized.conftest import Valkey

pytestmark = pytest.mark.timeout(180)

Serving = Callable[..., httpx.Client]
FORMS = {
    "naive-pooled": ("pool=on,server=gthread,threads=4,workers=1", "naive"),
    "optimized": ("threads=4,pool_size=2,cache=off", "optimized"),
    "optimized-async": ("async=on,server=uvicorn,pool_size=2,cache=off", "optimized"),
    "optimized-loop": ("hot=loop,server=uvicorn,pool_size=2,cache=off", "optimized"),
    "optimized-front": ("hot=front,server=uvicorn,pool_size=2,cache=off", "optimized"),
    "fastapi": ("pool_size=2,cache=off", "fastapi"),
    "fastapi-granian": ("pool_size=2,cache=off,server=granian", "fastapi"),
    "fastapi-libpq": ("pool_size=2,cache=off,driver=libpq", "fastapi"),
    "fastapi-sqlalchemy": ("pool_size=2,cache=off,data=sqlalchemy", "fastapi"),
    "quart": ("pool_size=2", "quart"),
    "quart-hypercorn": ("pool_size=2,server=hypercorn", "quart"),
    "litestar": ("pool_size=2", "litestar"),
    "litestar-uvicorn": ("pool_size=2,server=uvicorn", "litestar"),
    "flask": ("pool_size=2", "flask"),
    "express": ("pool_size=2", "express"),
    "fastify": ("pool_size=2", "fastify"),
    "nestjs": ("pool_size=2", "nestjs"),
    "nethttp": ("pool_size=2", "nethttp"),
    "gin": ("pool_size=2", "gin"),
    "fiber": ("pool_size=2", "fiber"),
    "bolt": ("pool_size=2", "bolt"),
}
CACHED = {
    "optimized-async": ("async=on,server=uvicorn", "optimized"),
    "optimized-loop": ("hot=loop,server=uvicorn", "optimized"),
    "optimized-held": ("hot=front,held=on,server=uvicorn", "optimized"),
    "fastapi": ("", "fastapi"),
    "fastapi-granian": ("server=granian", "fastapi"),
    "fastapi-redis-py": ("redis=redis-py", "fastapi"),
    "fastapi-glide": ("redis=valkey-glide", "fastapi"),
}
ROUNDS, CROWD = 30, 40
FEWER = {"naive-pooled": 4}
"""Rounds where nobody notices that a client has left, and a request takes long."""
PATHS = ("/api/contacts/?search=an", "/api/contacts/?page=3", "/api/contacts/{}/")
SETTLED_S = 30
"""What they began may have to end first."""


def leave(port: int, chance: random.Random, paths: Sequence[str] = PATHS) -> None:
    """A crowd asks, and is gone in some milliseconds."""
    clients = []
    for _ in range(CROWD):
        client = socket.create_connection(("127.0.0.1", port), 10)
        path = chance.choice(paths).format(chance.randint(1, 900))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        clients.append(client)
        if chance.random() < 0.3:
            clients.pop(chance.randrange(len(clients))).close()
    time.sleep(chance.random() * 0.03)
    for client in clients:
        client.close()


@pytest.mark.parametrize("form", FORMS)
def test_clients_who_leave_take_nothing_with_them(serving: Serving, form: str) -> None:
    switches, service = FORMS[form]
    client = serving(switches, service, LOG_LEVEL="CRITICAL")
    assert client.get("/api/contacts/?page=3").status_code == 200
    chance = random.Random(form)
    port = client.base_url.port
    assert port is not None
    for _ in range(FEWER.get(form, ROUNDS)):
        leave(port, chance)

    def status(contact: int) -> int:
        return client.get(f"/api/contacts/{contact}/").status_code

    until = time.monotonic() + SETTLED_S
    with ThreadPoolExecutor(4) as pool:
        while (seen := Counter(pool.map(status, range(1, 101)))) != {200: 100}:
            assert time.monotonic() < until, f"after {SETTLED_S} s still {seen}"
            time.sleep(0.2)


@pytest.mark.parametrize("form", CACHED)
def test_nobody_gets_the_answer_to_somebody_who_left(serving: Serving, form: str, valkey: Valkey) -> None:
    """What a cache was asked for a client who has left is answered all the same, and must not be the next one's."""
    switches, service = CACHED[form]
    client = serving(switches, service, LOG_LEVEL="CRITICAL", CACHE_URL=valkey.url)
    chance = random.Random(form)
    port = client.base_url.port
    assert port is not None

    def got(contact: int) -> int | None:
        answer = client.get(f"/api/contacts/{contact}/")
        return answer.json()["id"] if answer.status_code == 200 else None

    served = 0
    with ThreadPoolExecutor(4) as pool:
        for _ in range(ROUNDS):
            leaving = pool.submit(leave, port, chance, PATHS[-1:])
            asked = [chance.randint(1, 900) for _ in range(40)]
            told = list(pool.map(got, asked))
            assert {(one, other) for one, other in zip(asked, told, strict=True) if other not in (one, None)} == set()
            served += len(told) - told.count(None)
            leaving.result()
    assert served > ROUNDS * 20
