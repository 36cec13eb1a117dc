"""A proxy before PostgreSQL that ends one connection at a given message of the protocol, in a given manner.

It spares the sessions by which a service looks whether its database is there: they come when they like, and where two
of them die in a row, the service is right to hold the database for away.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from urllib.parse import urlsplit

# Asked before the start-up message, and answered with one byte: encryption by TLS or GSSAPI.
_ENCRYPTION = frozenset({80877103, 80877104})
_PROBE = b"application_name\0contacts-probe\0"
_RESET = struct.pack("ii", 1, 0)


class Manner(Enum):
    """How a connection ends at the message that a client sends."""

    LOST = "the message never arrives, and the connection is reset"
    CLOSED = "the message never arrives, and the connection is closed"
    UNANSWERED = "the message arrives, and the connection is reset before the first byte of an answer"
    HALF = "the message arrives, and the connection is reset within the answer"
    FAREWELL = "instead of an answer comes what a server says that is told to end the session"
    TWICE = "the same, twice: the server's word and the pooler's"


def _fatal(state: str, message: str) -> bytes:
    fields = {"S": "FATAL", "V": "FATAL", "C": state, "M": message}
    body = b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body


_FAREWELL = _fatal("57P01", "terminating connection due to administrator command")
_POOLERS = _fatal("08P01", "server conn crashed?")


class Connection:
    """A client's connection and the one behind it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.doomed: Manner | None = None

    def reset(self) -> None:
        for writer in (self.client, self.server):
            raw = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    def close(self, *words: bytes) -> None:
        self.client.writelines(words)
        self.client.close()
        self.server.transport.abort()


class Severing:
    """The proxy; `arm` it, and the message that counts down to nothing is the last of its connection."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._left: int | None = None
        self._manner = Manner.LOST
        self._live: set[Connection] = set()
        self.port = 0

    def arm(self, messages: int, manner: Manner) -> None:
        """End the connection that sends a message after so many others, counted over all connections but probes.

        What asks for encryption does not count: who asks is not known before the start-up message.
        """
        self._left, self._manner = messages, manner

    def disarm(self) -> bool:
        """Whether it has struck; from now on it does not."""
        struck = self._left is None
        self._left = None
        return struck

    async def serve(self, started: threading.Event, stopping: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stopping.wait()
        server.close()
        for connection in self._live:
            connection.reset()
        await asyncio.sleep(0.05)

    async def _connected(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server, behind = await asyncio.open_connection("127.0.0.1", self._to)
        connection = Connection(writer, behind)
        self._live.add(connection)
        await self._ask(connection, client, server)
        self._live.discard(connection)
        writer.close()
        behind.close()

    async def _ask(self, connection: Connection, client: asyncio.StreamReader, server: asyncio.StreamReader) -> None:
        answers: asyncio.Task[None] | None = None
        spared = False
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind = b"" if answers is None else await client.readexactly(1)
                length = await client.readexactly(4)
                body = await client.readexactly(struct.unpack("!i", length)[0] - 4)
                asks = not kind and struct.unpack("!i", body[:4])[0] in _ENCRYPTION
                spared |= not kind and _PROBE in body
                if not asks and not spared and self._strikes() and self._ended(connection):
                    break
                connection.server.write(kind + length + body)
                if asks:
                    connection.client.write(await server.readexactly(1))
                elif answers is None:
                    answers = asyncio.create_task(self._answer(connection, server))
        if answers is not None:
            answers.cancel()

    async def _answer(self, connection: Connection, server: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while answer := await server.read(65536):
                if connection.doomed is not None:
                    if connection.doomed is Manner.HALF:
                        connection.client.write(answer[: max(1, len(answer) // 2)])
                        await connection.client.drain()
                    connection.reset()
                    return
                connection.client.write(answer)
        connection.client.close()

    def _strikes(self) -> bool:
        if self._left is None:
            return False
        self._left -= 1
        if self._left >= 0:
            return False
        self._left = None
        return True

    def _ended(self, connection: Connection) -> bool:
        """End the connection as told; whether this is done, or waits for the answer."""
        match self._manner:
            case Manner.LOST:
                connection.reset()
            case Manner.CLOSED:
                connection.close()
            case Manner.FAREWELL:
                connection.close(_FAREWELL)
            case Manner.TWICE:
                connection.close(_FAREWELL, _POOLERS)
            case _:
                connection.doomed = self._manner
                return False
        return True


@contextmanager
def severing(url: str) -> Iterator[tuple[Severing, str]]:
    """A proxy before the database at a URL, and the URL through it."""
    parts = urlsplit(url)
    proxy = Severing(parts.port or 5432)
    started, stopping, loops = threading.Event(), asyncio.Event(), []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await proxy.serve(started, stopping)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(10)
    try:
        yield proxy, parts._replace(netloc=f"{parts.username}@127.0.0.1:{proxy.port}").geturl()
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join()
