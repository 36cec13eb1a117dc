"""Redis or Valkey on an event loop, over one connection.

Commands are written together at the end of the loop's turn and answered in their order: what many requests ask is one
write and one read. redis-py reads the URL and makes the context of TLS; its own connections take a command at a time.
"""

import ssl
from asyncio import AbstractEventLoop, BaseTransport, Future, Lock, Protocol, Transport, get_running_loop, timeout
from collections import deque
from typing import Any, cast

import hiredis
from redis.asyncio import ConnectionPool

# Time enough for the loop to write what it has to and to read what has come.
TURN_S = 0.01


class WireDownError(Exception):
    """There was no answer in time, or an error for one."""


class RedisWire:
    """Redis or Valkey at a URL, over one connection that is made anew when it has ended.

    Every method raises `WireDownError`.
    """

    def __init__(self, url: str, timeout_ms: int) -> None:
        """`timeout_ms`: for a connection, and for an answer."""
        pool = ConnectionPool.from_url(url)
        self._address: Any = pool.connection_class(**pool.connection_kwargs)
        self._timeout_s = timeout_ms / 1000
        self._wire: Wire | None = None
        self._connecting = Lock()
        self._failed = 0
        """Attempts to connect that have failed."""

    def close(self) -> None:
        """Close the connection; whoever waits for an answer gets a `WireDownError`."""
        if self._wire is not None:
            self._wire.end()

    async def get(self, key: bytes) -> bytes | None:
        """The value under a key."""
        return cast("bytes | None", await self._asked(b"GET", key))

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        """Store a value."""
        await self._asked(b"SET", key, value, b"PX", b"%d" % ttl_ms)

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        """Store a value where there is none; whether it did. `ttl_ms` None: for ever."""
        expiry = () if ttl_ms is None else (b"PX", b"%d" % ttl_ms)
        return await self._asked(b"SET", key, value, b"NX", *expiry) is not None

    async def delete(self, key: bytes) -> None:
        """Forget a value."""
        await self._asked(b"DEL", key)

    async def _asked(self, *command: bytes) -> object:
        wire = self._wire
        if wire is not None and not wire.ended:
            try:
                return await wire.ask(command)
            except WireDownError as error:
                # It may have died while nobody asked. Every command can be repeated.
                if not isinstance(error.__cause__, ConnectionError):
                    raise
        return await (await self._connected()).ask(command)

    async def _connected(self) -> "Wire":
        failed = self._failed
        async with self._connecting:
            if self._wire is None or self._wire.ended:
                # While this one waited: if each tried in turn, the last would wait for all their time-outs.
                if self._failed != failed:
                    raise WireDownError
                try:
                    async with timeout(self._timeout_s):
                        self._wire = await self._connect()
                except WireDownError:
                    self._failed += 1
                    raise
                # Whatever it is, a request can do without.
                except (OSError, TimeoutError, ssl.SSLError, hiredis.HiredisError) as error:
                    self._failed += 1
                    raise WireDownError from error
            return self._wire

    async def _connect(self) -> "Wire":
        at, loop = self._address, get_running_loop()
        wire = Wire(loop, self._timeout_s)
        if (path := getattr(at, "path", None)) is not None:
            await loop.create_unix_connection(lambda: wire, path)
        else:
            context = getattr(at, "ssl_context", None)
            await loop.create_connection(lambda: wire, at.host, at.port, ssl=context.get() if context else None)
        try:
            if at.password:
                name = (at.username,) if at.username else ()
                await wire.ask((b"AUTH", *(text.encode() for text in (*name, at.password))))
            if at.db:
                await wire.ask((b"SELECT", b"%d" % int(at.db)))
        except BaseException:
            # Nobody would close it, nor use it.
            wire.end()
            raise
        return wire


class Wire(Protocol):
    """The connection: commands out, their answers in, in the same order."""

    def __init__(self, loop: AbstractEventLoop, timeout_s: float) -> None:
        self._loop = loop
        self._timeout_s = timeout_s
        self._transport: Transport | None = None
        self._answers = hiredis.Reader()
        self._out: list[bytes] = []
        self._asked: deque[tuple[Future[object], float]] = deque()
        self._watched = False
        self.ended = False

    async def ask(self, command: tuple[bytes, ...]) -> object:
        """The answer to a command. Raises `WireDownError`."""
        if self.ended:
            raise WireDownError
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(hiredis.pack_command(cast("Any", command)))
        answered: Future[object] = self._loop.create_future()
        self._asked.append((answered, self._loop.time()))
        if not self._watched:
            self._watched = True
            self._loop.call_later(self._timeout_s, self._watch)
        answer = await answered
        if isinstance(answer, Exception):
            raise WireDownError from answer
        return answer

    def end(self) -> None:
        """Close it; whoever waits for an answer gets a `WireDownError`."""
        self._end(ConnectionAbortedError("the connection was given up"))

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast("Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._answers.feed(data)
        try:
            while (answer := self._answers.gets()) is not False:
                answered, _ = self._asked.popleft()
                # Whoever asked may have been given up.
                if not answered.done():
                    answered.set_result(answer)
        except (hiredis.HiredisError, IndexError) as error:
            self._end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionResetError("the store closed the connection"))

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None and not self.ended:
            self._transport.write(b"".join(out))

    def _watch(self, late: Future[object] | None = None) -> None:
        """End the connection where the oldest command has waited for too long; look again when the next may have.

        `late`: the command that had waited for too long a turn ago. The loop may have been busy for so long itself: it
        first reads what has come meanwhile.
        """
        self._watched = False
        if not self._asked:
            return
        oldest, asked = self._asked[0]
        left = asked + self._timeout_s - self._loop.time()
        if left <= 0 and oldest is late:
            self._end(TimeoutError("the store did not answer in time"))
            return
        self._watched = True
        if left <= 0:
            self._loop.call_later(TURN_S, self._watch, oldest)
        else:
            self._loop.call_later(left, self._watch)

    def _end(self, error: Exception) -> None:
        """Close it: an answer that came later would be another command's."""
        self.ended = True
        asked, self._asked = self._asked, deque()
        for answered, _ in asked:
            if not answered.done():
                answered.set_result(error)
        if self._transport is not None:
            self._transport.abort()
