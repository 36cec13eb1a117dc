"""A cache that is away, comes back or loses connections: the services answer as they did, and say so when probed."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import httpx
import pytest
from optimized.contacts.infrastructure.stores import Connect, RedisStore, StoreDownError
from redis import Redis

Serving = Callable[..., httpx.Client]
FORMS = [
    ("optimized", ""),
    ("optimized", "cache=keys,sql=orm"),
    ("optimized", "hot=loop,server=uvicorn"),
    ("optimized", "hot=front,server=granian-asgi,held=on"),
    ("peers/fastapi", ""),
    ("peers/fastapi", "held=on"),
    ("peers/fastapi", "data=sqlalchemy"),
    ("peers/fastapi", "redis=redis-py"),
    ("peers/fastapi", "redis=valkey-glide"),
]
# More than a client of the cache may be allowed to make in its life.
WRITES = 130


def read(service: httpx.Client, path: str) -> str:
    answer = service.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["first_name"])


def write_and_read(service: httpx.Client, path: str, before_each: Callable[[], object] = lambda: None) -> None:
    """Write often, and find each write at once."""
    for number in range(WRITES):
        before_each()
        answer = service.patch(path, json={"first_name": f"Name {number}"})
        assert answer.status_code == 200, f"write {number}: {answer.text}"
        before_each()
        assert read(service, path) == f"Name {number}"
        listed = service.get("/api/contacts/?page_size=1")
        assert listed.status_code == 200, listed.text
        assert listed.json()["results"][0]["first_name"] == f"Name {number}"


@contextmanager
def contact(service: httpx.Client) -> Iterator[str]:
    """The path of a contact that is gone afterwards."""
    body = {
        "first_name": "Name",
        "last_name": "Of-An-Outage",
        "gender": "F",
        "phone_number": "+49 170 1234567",
        "birthday": "1984-02-29",
    }
    answer = service.post("/api/contacts/", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/api/contacts/{answer.json()['id']}/"
    yield path
    service.delete(path)


def ready(service: httpx.Client) -> tuple[int, str, str]:
    """What a probe learns: the answer's status, the word for it, and what is said of the cache."""
    answer = service.get("/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["cache"]


@pytest.mark.parametrize(("service", "switches"), FORMS)
def test_connections_killed_before_each_command(serving: Serving, valkey, service: str, switches: str) -> None:
    running = serving(switches, service, CACHE_URL=valkey.url)
    with Redis.from_url(valkey.url) as administrator, contact(running) as path:
        write_and_read(running, path, lambda: administrator.execute_command("CLIENT", "KILL", "TYPE", "normal"))
        assert ready(running) == (200, "ok", "ok")


@pytest.mark.parametrize(("service", "switches"), FORMS)
def test_a_cache_that_dies_and_comes_back(serving: Serving, valkey, service: str, switches: str) -> None:
    running, other = (serving(switches, service, CACHE_URL=valkey.url) for _ in range(2))
    with contact(running) as path:
        valkey.kill()
        write_and_read(running, path)
        status, word, said = ready(running)
        assert (status, word) == (200, "degraded")
        assert said.startswith("The cache does not answer (")
        assert said.endswith("); reads come from the database.")

        valkey.start()
        # A probe pays what the writes owe, and both ask the cache again.
        assert ready(running) == ready(other) == (200, "ok", "ok")
        for number in count():
            assert running.patch(path, json={"first_name": f"Back {number}"}).status_code == 200
            assert {read(running, path), read(other, path)} == {f"Back {number}"}
            # The cache of keys holds lists alone.
            assert running.get("/api/contacts/?page_size=1").json()["results"][0]["first_name"] == f"Back {number}"
            with Redis.from_url(valkey.url) as administrator:
                if administrator.dbsize() > 1 or number == 50:
                    break
        assert number < 50, "nothing is cached any more"


class Misbehaving:
    """A proxy before a cache that ends or ignores its connections."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        # How many answers a connection gets, and whether it is left open then.
        self.answers = 0
        self.silent = False
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            thread = threading.Thread(target=self._serve, args=(client, self.answers))
            thread.start()
            self._threads.append(thread)

    def _serve(self, client: socket.socket, answers: int) -> None:
        # A service that has waited long enough leaves before its answer is there.
        gone = suppress(BrokenPipeError, ConnectionResetError)
        with client, socket.create_connection(("127.0.0.1", self._to)) as server, gone:
            for _ in range(answers):
                if not (asked := client.recv(65536)):
                    return
                server.sendall(asked)
                client.sendall(server.recv(65536))
            if self.silent:
                # Until the other side has had enough.
                while client.recv(65536):
                    pass
            else:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        # Whom it lets in last is to be ended as well.
        self._threads[0].join()
        self._server.close()
        for client in self._open:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize(("answers", "silent"), [(0, False), (1, False), (4, False), (0, True), (4, True)])
@pytest.mark.parametrize(
    ("service", "switches"),
    [("optimized", ""), ("optimized", "hot=loop,server=uvicorn,held=on"), ("peers/fastapi", "")],
)
def test_a_proxy_that_ends_or_ignores_connections(
    *, serving: Serving, valkey, service: str, switches: str, answers: int, silent: bool
) -> None:
    proxy = Misbehaving(valkey.port)
    proxy.answers, proxy.silent = answers, silent
    try:
        url = f"redis://127.0.0.1:{proxy.port}/0"
        running = serving(switches, service, CACHE_URL=url, CACHE_TIMEOUT_MS="30")
        with contact(running) as path:
            write_and_read(running, path)
            assert running.get("/readyz").status_code == 200
    finally:
        proxy.close()


def test_a_million_failures() -> None:
    class Refused:
        """A connection that never comes about."""

        def send_command(self, *command: bytes | int) -> None:
            raise ConnectionRefusedError

        def read_response(self) -> object:
            raise NotImplementedError

        def disconnect(self) -> None:
            """Nothing is open."""

    def wires(url: str, timeout_ms: int) -> Connect:
        return Refused

    store = RedisStore("redis://nowhere", 250, wires)
    failures = 0
    for _ in range(1_000_000):
        try:
            store.delete(b"key")
        except StoreDownError:
            failures += 1
    assert failures == 1_000_000
