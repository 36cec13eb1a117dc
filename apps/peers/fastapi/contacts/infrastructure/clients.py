"""Where cached bytes lie, asked by a whole client: redis-py's own, or valkey-glide, whose core is written in Rust."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

from glide import (
    AdvancedGlideClientConfiguration,
    BackoffStrategy,
    ConditionalChange,
    ExpirySet,
    ExpiryType,
    GlideClient,
    GlideClientConfiguration,
    Logger,
    LogLevel,
    NodeAddress,
    ServerCredentials,
)
from redis.asyncio import Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from .breaker import in_time
from .stores import StoreDownError

Answer = TypeVar("Answer")


class RedisPyStore:
    """Redis or Valkey at a URL by redis-py's client, with at most `timeout_ms` an attempt.

    A command is sent again once, since a connection of its pool may have died while it was idle.
    """

    def __init__(self, url: str, timeout_ms: int) -> None:
        timeout_s = timeout_ms / 1000
        self._client = Redis.from_url(
            url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 1), protocol=2
        )

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return cast("list[bytes | None]", await _answered(self._client.mget(list(keys))))

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        await _answered(self._client.set(key, value, px=ttl_ms))

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        return bool(await _answered(self._client.set(key, value, px=ttl_ms, nx=True)))

    async def delete(self, key: bytes) -> None:
        await _answered(self._client.delete(key))

    async def prompt(self, within_s: float) -> bool:
        # What making a connection takes is not what an answer takes.
        await _answered(self._client.ping())
        return await in_time(_answered(self._client.ping()), within_s)

    async def close(self) -> None:
        await self._client.aclose()


class GlideStore:
    """Redis or Valkey at a URL by valkey-glide, with at most `timeout_ms` a command.

    All commands share one connection, made with the first of them; the client makes another one where it breaks.
    """

    def __init__(self, url: str, timeout_ms: int) -> None:
        # Otherwise each time-out is a line on the service's standard output.
        Logger.set_logger_config(LogLevel.OFF)
        self._configuration = glide_configuration(url, timeout_ms)
        self._connecting: asyncio.Task[GlideClient] | None = None

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return await self._ask(lambda client: client.mget(list(keys)))

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        await self._ask(lambda client: client.set(key, value, expiry=_expiry(ttl_ms)))

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        absent = ConditionalChange.ONLY_IF_DOES_NOT_EXIST
        made = await self._ask(lambda client: client.set(key, value, conditional_set=absent, expiry=_expiry(ttl_ms)))
        return made is not None

    async def delete(self, key: bytes) -> None:
        await self._ask(lambda client: client.delete([key]))

    async def prompt(self, within_s: float) -> bool:
        await self._ask(lambda client: client.ping())
        return await in_time(self._ask(lambda client: client.ping()), within_s)

    async def close(self) -> None:
        if self._connecting is not None and not _failed(self._connecting):
            await (await self._connecting).close()
        self._connecting = None

    async def _ask(self, send: Callable[[GlideClient], Awaitable[Answer]]) -> Answer:
        return await _answered(self._sent(send))

    async def _sent(self, send: Callable[[GlideClient], Awaitable[Answer]]) -> Answer:
        # One attempt for all who wait, so that none waits for more than one.
        if self._connecting is None or _failed(self._connecting):
            self._connecting = asyncio.create_task(GlideClient.create(self._configuration))
        return await send(await asyncio.shield(self._connecting))


def _failed(connecting: asyncio.Task[GlideClient]) -> bool:
    return connecting.done() and (connecting.cancelled() or connecting.exception() is not None)


async def _answered(asking: Awaitable[Answer]) -> Answer:
    try:
        return await asking
    # Whatever it is, a request can do without what it asked for here.
    except Exception as error:
        raise StoreDownError from error


def glide_configuration(url: str, timeout_ms: int) -> GlideClientConfiguration:
    """What a URL of redis-py's form says, in glide's words. A lost connection is made anew from 10 ms on, at most
    160 ms apart, as nobody who asks waits for it."""
    parts = parse_url(url)
    if "path" in parts:
        raise ValueError(f"CACHE_URL: valkey-glide knows no Unix socket such as {parts['path']}: choose another redis.")
    password = parts.get("password")
    return GlideClientConfiguration(
        [NodeAddress(parts.get("host", "localhost"), parts.get("port", 6379))],
        use_tls=parts.get("connection_class") is SSLConnection,
        credentials=ServerCredentials(password, parts.get("username")) if password is not None else None,
        request_timeout=timeout_ms,
        reconnect_strategy=BackoffStrategy(num_of_retries=4, factor=10, exponent_base=2),
        database_id=parts.get("db", 0),
        advanced_config=AdvancedGlideClientConfiguration(connection_timeout=timeout_ms),
    )


def _expiry(ttl_ms: int | None) -> ExpirySet | None:
    return None if ttl_ms is None else ExpirySet(ExpiryType.MILLSEC, ttl_ms)
