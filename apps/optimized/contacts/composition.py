"""The composition root: the switches decide here, once, which parts work together."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, cast

import psycopg
from contract.cursors import CursorSigner
from contract.paging import Page, Pager, Plan, by_place
from django.conf import settings
from django.db import connection
from onloop.cache import LoopCache
from onloop.entries import Entries, Entry, Timing
from onloop.held import Held
from onloop.session import Session
from onloop.sessions import Limits, Sessions
from onloop.wire import RedisWire
from stopping import CONNECTION_S
from switchboard import Switches

from .application.loop_reads import Cached as LoopCached
from .application.loop_reads import LoopReads
from .application.loop_reads import uncached as loop_uncached
from .application.ports import Reader, Row
from .application.queries import AsyncContactQueries, ContactQueries
from .application.services import ContactService
from .infrastructure.async_reader import AsyncSqlReader
from .infrastructure.breaker import Breaker
from .infrastructure.connections import Database
from .infrastructure.cursors import PlaceCodec
from .infrastructure.loop_database import LoopDatabase
from .infrastructure.orm_reader import OrmReader
from .infrastructure.outages import DATABASE
from .infrastructure.page_keys import KeyedPages
from .infrastructure.rendering import RENDERINGS, Encoder, Rendering
from .infrastructure.repository import DjangoRepository, DjangoUnitOfWork
from .infrastructure.response_cache import ResponseCache
from .infrastructure.sql.listing import Compiler
from .infrastructure.sql.search import Strength
from .infrastructure.sql.statement import COPIED, JOINED
from .infrastructure.sql_reader import SqlReader
from .infrastructure.stores import LocalStore, OwnStore, RedisStore, Store
from .infrastructure.summaries import Summaries
from .infrastructure.tokens import SIGNERS, Tokens


class Cached(Protocol):
    """See `ResponseCache.get`."""

    def __call__(self, key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes: ...


@dataclass(frozen=True)
class Services:
    """Everything that the API needs, put together."""

    queries: ContactQueries
    contacts: ContactService
    summaries: Summaries
    tokens: Tokens
    contact: Callable[[Row], dict[str, object]]
    encode: Encoder
    page: Callable[[Plan, str], Page[Row]]
    cached: Cached
    empty_cache: Callable[[], None]
    cache: ResponseCache | None
    async_views: bool
    asynchronous: AsyncContactQueries | None
    on_loop: LoopReads | None


def uncached(key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes:
    """What `cached` is without a cache of bytes."""
    return compute()


@dataclass(frozen=True)
class Caching:
    """The cache that the switches want, and where it and a reader on the event loop find its entries."""

    cache: ResponseCache
    store: Store
    entries: Entries


def caching(switches: Switches) -> Caching | None:
    """What the switch `cache` wants, if anything."""
    if switches["cache"] == "off":
        return None
    store = RedisStore(settings.CACHE_URL, settings.CACHE_TIMEOUT_MS) if settings.CACHE_URL else LocalStore()
    timing = Timing(settings.CACHE_TTL_S, slow_s=settings.CACHE_SLOW_MS / 1000, away_s=settings.CACHE_PROBE_MS / 1000)
    entries = _entries(switches, timing)
    breaker = Breaker(timing.away_s)
    return Caching(ResponseCache(store, entries, breaker), store, entries)


def _entries(switches: Switches, timing: Timing) -> Entries:
    """Their namespace is the database's; their variant is what changes the bytes."""
    variant = hashlib.sha256(f"{switches}{settings.SECRET_KEY}".encode()).hexdigest()[:12]
    return Entries(f"contacts:{settings.DATABASES['default']['NAME']}", variant, timing)


def loop_database(*, prepared: bool) -> LoopDatabase:
    """The event loop's own pool, of the same size as Django's."""
    # A statement that the server should have ended by itself.
    patience_s = CONNECTION_S + (settings.STATEMENT_TIMEOUT_MS / 1000 if settings.STATEMENT_TIMEOUT_MS > 0 else 3600)

    async def connect() -> Session:
        parameters = cast("Any", connection).get_connection_params()
        return Session(await psycopg.AsyncConnection.connect(**parameters, autocommit=True), patience_s)

    limits = Limits(
        settings.POOL_SIZE, settings.POOL_TIMEOUT_S, settings.LOOP_MAX_WAITING, settings.POOL_MAX_LIFETIME_S
    )
    return LoopDatabase(Sessions(connect, limits, lambda: DATABASE.closed), prepared=prepared)


def loop_reads(
    switches: Switches, queries: AsyncContactQueries, rendering: Rendering, caching: Caching | None
) -> LoopReads:
    """The hot reads on the event loop."""
    cached: LoopCached = loop_uncached
    if caching is not None:
        own = caching.store
        store = RedisWire(settings.CACHE_URL, settings.CACHE_TIMEOUT_MS) if settings.CACHE_URL else OwnStore(own)
        held = Held[Entry](settings.HELD_BYTES) if switches.on("held") else None
        cached = LoopCache(caching.cache, store, caching.entries, held).get
    return LoopReads(queries, rendering.contact, rendering.encode, cached)


@cache
def services() -> Services:
    """The services under the settings' switches; made once a process."""
    switches: Switches = settings.SWITCHES
    eager, strength = switches.on("eager"), cast("Strength", switches["search"])
    pager: Pager[Row] = Pager(
        CursorSigner("contacts", settings.SECRET_KEY, PlaceCodec()),
        by_place,
        keyset=switches["pagination"] == "keyset",
        relevance=strength == "fulltext",
    )
    database = Database(prepared=switches.on("prepared"))
    source = COPIED if switches.on("denormalised") else JOINED
    compiler = Compiler(strength=strength, eager=eager, source=source)
    reader: Reader
    if switches["sql"] == "prebuilt":
        reader = SqlReader(database, compiler, eager=eager)
    else:
        reader = OrmReader(database, compiler, strength=strength, eager=eager, values=switches["sql"] == "values")
    queries = ContactQueries(reader, pager)
    cached = caching(switches)
    store = cached.cache if cached else None
    empty_cache: Callable[[], None] = store.invalidate if store else lambda: None
    asynchronous = None
    # Only these parts have an async twin; the others stay on Django's threads.
    able = switches.on("pool") and eager and switches["sql"] == "prebuilt"
    if switches["hot"] != "django" or (switches.on("async") and able and store is None):
        rows = loop_database(prepared=switches.on("prepared")).rows
        asynchronous = AsyncContactQueries(AsyncSqlReader(compiler, rows), pager)
    page: Callable[[Plan, str], Page[Row]] = lambda plan, query: queries.page(plan)  # noqa: E731  the plain choice of two
    if store is not None and switches["cache"] == "keys":
        page = KeyedPages(store, queries, reader).page
    rendering = RENDERINGS[switches["json"]]
    on_loop = loop_reads(switches, asynchronous, rendering, cached) if asynchronous is not None else None
    signer = SIGNERS[switches["jwt"]](settings.SECRET_KEY)
    return Services(
        queries=queries,
        contacts=ContactService(DjangoRepository(), DjangoUnitOfWork(), empty_cache),
        summaries=Summaries(database),
        tokens=Tokens(signer, access_s=settings.ACCESS_TOKEN_S, refresh_s=settings.REFRESH_TOKEN_S),
        contact=rendering.contact,
        encode=rendering.encode,
        page=page,
        cached=store.get if store is not None and switches["cache"] == "bytes" else uncached,
        empty_cache=empty_cache,
        cache=store,
        async_views=switches.on("async"),
        asynchronous=asynchronous,
        on_loop=on_loop,
    )


def empty_cache() -> None:
    """Make every entry of the cache unreadable, as a write does; `manage.py benchmark` does so for a cold request."""
    services().empty_cache()
