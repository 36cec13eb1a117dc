"""The composition root: the switches decide here, once, which parts work together."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from contract.cursors import CursorSigner
from contract.paging import Page, Pager, Plan, by_place
from django.conf import settings
from switchboard import Switches

from .application.ports import Reader, Row
from .application.queries import AsyncContactQueries, ContactQueries
from .application.services import ContactService
from .infrastructure.async_reader import AsyncSqlReader
from .infrastructure.breaker import Breaker
from .infrastructure.connections import Database
from .infrastructure.cursors import PlaceCodec
from .infrastructure.orm_reader import OrmReader
from .infrastructure.page_keys import KeyedPages
from .infrastructure.rendering import RENDERINGS, Encoder
from .infrastructure.repository import DjangoRepository, DjangoUnitOfWork
from .infrastructure.response_cache import ResponseCache, Timing
from .infrastructure.sql.listing import Compiler
from .infrastructure.sql.search import Strength
from .infrastructure.sql.statement import COPIED, JOINED
from .infrastructure.sql_reader import SqlReader
from .infrastructure.stores import LocalStore, RedisStore
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


def uncached(key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes:
    """What `cached` is without a cache of bytes."""
    return compute()


def response_cache(switches: Switches) -> ResponseCache | None:
    """The cache that the switches want. Its namespace is the database's; its variant is what changes the bytes."""
    if switches["cache"] == "off":
        return None
    store = RedisStore(settings.CACHE_URL, settings.CACHE_TIMEOUT_MS) if settings.CACHE_URL else LocalStore()
    variant = hashlib.sha256(f"{switches}{settings.SECRET_KEY}".encode()).hexdigest()[:12]
    namespace = f"contacts:{settings.DATABASES['default']['NAME']}"
    timing = Timing(settings.CACHE_TTL_S, settings.CACHE_SLOW_MS / 1000)
    return ResponseCache(store, namespace, variant, timing, Breaker(settings.CACHE_PROBE_MS / 1000))


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
    store = response_cache(switches)
    empty_cache: Callable[[], None] = store.invalidate if store else lambda: None
    asynchronous = None
    # Only these parts have an async twin; the others stay on Django's threads.
    if switches.on("async") and switches.on("pool") and eager and store is None and switches["sql"] == "prebuilt":
        asynchronous = AsyncContactQueries(AsyncSqlReader(compiler, prepared=switches.on("prepared")), pager)
    page: Callable[[Plan, str], Page[Row]] = lambda plan, query: queries.page(plan)  # noqa: E731  the plain choice of two
    if store is not None and switches["cache"] == "keys":
        page = KeyedPages(store, queries, reader).page
    rendering = RENDERINGS[switches["json"]]
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
    )


def empty_cache() -> None:
    """Make every entry of the cache unreadable, as a write does; `manage.py benchmark` does so for a cold request."""
    services().empty_cache()
