"""Valkey (or Redis) as a cache and nothing else: no persistence, and the least recently used keys go first."""

from __future__ import annotations

import socket
from pathlib import Path

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Account, Child, Processes, wait_until
from scalebed.messages import EngineError
from scalebed.provision.servers import Part

MAX_MEMORY_MB = 256
MOST_SERVICES = 256


class Cache:
    """One server on loopback."""

    def __init__(self, part: Part, folder: Path, account: Account | None) -> None:
        self._part = part
        self._folder = folder
        self._account = account
        self._child: Child | None = None
        self.port = 0

    def start(self, processes: Processes, log: Path, pinned: tuple[int, ...] | None = None) -> Child:
        self.port = free_port()
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._account is not None:
            self._account.own(self._folder)
        options = {
            "--port": str(self.port),
            "--bind": "127.0.0.1",
            "--dir": str(self._folder),
            "--save": "",
            "--appendonly": "no",
            # A service has one by its number, and there may be more than the sixteen that Valkey has by itself.
            "--databases": str(MOST_SERVICES),
            "--maxmemory": f"{MAX_MEMORY_MB}mb",
            "--maxmemory-policy": "allkeys-lru",
        }
        self._child = processes.start(
            "Valkey",
            [str(self._part.path), *(word for pair in options.items() for word in pair)],
            group=processes.group("cache"),
            folder=self._folder,
            env={},
            log=log,
            account=self._account,
            cores=pinned,
        )
        return self._child

    @property
    def child(self) -> Child:
        assert self._child is not None, "start it first"  # noqa: S101
        return self._child

    def wait(self) -> None:
        """Until it answers."""
        assert self._child is not None, "start it first"  # noqa: S101
        wait_until(self._child, lambda: self._ask("PING") == "+PONG", timeout_s=15)

    def url(self, number: int = 0) -> str:
        """What a replica gets as `CACHE_URL`."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def fill(self, *, full: bool) -> None:
        """Take no key more, though what is there may be read; or, not `full`, as it was."""
        most, policy = ("1", "noeviction") if full else (f"{MAX_MEMORY_MB}mb", "allkeys-lru")
        for setting, value in (("maxmemory-policy", policy), ("maxmemory", most)):
            answer = self._ask(f"CONFIG SET {setting} {value}")
            if answer != "+OK":
                raise EngineError(f"Valkey did not set {setting}: {answer or 'no answer'}")

    def empty(self) -> None:
        """Forget every key: a cold start."""
        answer = self._ask("FLUSHALL")
        if answer != "+OK":
            raise EngineError(f"Valkey did not empty its cache: {answer or 'no answer'}")

    def _ask(self, command: str) -> str:
        """One inline command and its one-line answer; empty where there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.makefile("r", encoding="utf-8").readline().strip()
        except OSError:
            return ""
