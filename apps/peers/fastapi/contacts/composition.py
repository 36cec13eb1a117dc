"""The composition root: the switches decide here, once, which parts work together."""

import hashlib
import logging.config
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from contract.cursors import CursorSigner
from contract.document import MAX_BODY
from contract.paging import Pager, by_place
from onloop.entries import Entries, Timing
from onloop.held import Held
from onloop.wire import RedisWire
from peers.core.python.cursors import PlaceCodec
from peers.core.python.search import Strength
from peers.core.python.statements import CHECK, Statements
from peers.core.python.tokens import Tokens
from peers.fastapi.config.settings import Settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.types import ASGIApp
from telemetry.logs import logging_config

from fastapi import FastAPI

from .api import fast, modelled
from .api.basics import add_basics
from .api.beside import add_beside
from .api.caching import Cache, NoCache
from .api.documented import complete
from .api.encoders import ENCODERS, Encoder
from .api.errors import add_error_handlers
from .api.gate import Gate
from .api.origin import Origins
from .api.strict import StrictRoute
from .api.tokens import add_tokens
from .infrastructure import reader
from .infrastructure.database import Database
from .infrastructure.held_cache import HeldCache
from .infrastructure.loop_database import LoopDatabase, connecting
from .infrastructure.orm import reader as orm_reader
from .infrastructure.orm.engine import make_engine
from .infrastructure.response_cache import ResponseCache
from .infrastructure.signers import SIGNERS
from .infrastructure.stores import LocalStore, RedisStore, Store
from .infrastructure.writer import Writer


def application() -> ASGIApp:
    """The application that the environment asks for; what a server calls, once a process."""
    settings = Settings.read(os.environ)
    logging.config.dictConfig(logging_config(settings.log_level))
    return Gate(make_app(settings), tls_host=settings.tls_host)


def make_app(settings: Settings) -> FastAPI:
    """FastAPI with the arm that the switches name. Connections are opened at start-up and closed at the end."""
    app = FastAPI(
        title="Contacts",
        version="1.0.0",
        description="Contacts of a CRM, their addresses and their loyalty points.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan,
    )
    app.router.route_class = StrictRoute
    app.state.origins = Origins(settings.allowed_hosts)
    add_error_handlers(app)
    if settings.switches["data"] == "asyncpg":
        _add_asyncpg(app, settings)
    else:
        _add_sqlalchemy(app, settings)
    add_basics(app, encoder=_encoder(settings), max_body=MAX_BODY)
    complete(app, cursors=settings.switches["pagination"] == "keyset")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await app.state.open()
    yield
    await app.state.close()


def make_cache(settings: Settings) -> Cache:
    """The cache that the switches want. Its namespace is the database's; its variant is what changes the bytes."""
    if settings.switches["cache"] == "off":
        return NoCache()
    store = _store(settings) if settings.cache_url else LocalStore()
    variant = hashlib.sha256(f"{settings.switches}{settings.secret_key}".encode()).hexdigest()[:12]
    timing = Timing(settings.cache_ttl_s, slow_s=settings.cache_slow_ms / 1000, away_s=settings.cache_probe_ms / 1000)
    entries = Entries(f"fastapi:{settings.database_name}", variant, timing)
    cache = ResponseCache(store, entries)
    if not settings.switches.on("held"):
        return cache
    wire = RedisWire(settings.cache_url, settings.cache_timeout_ms)
    return HeldCache(cache, wire, entries, Held(settings.held_bytes))


def _store(settings: Settings) -> Store:
    if settings.switches["redis"] == "connections":
        return RedisStore(settings.cache_url, settings.cache_timeout_ms)
    # A client that is not chosen costs no memory.
    from .infrastructure.clients import GlideStore, RedisPyStore  # noqa: PLC0415

    made = RedisPyStore if settings.switches["redis"] == "redis-py" else GlideStore
    return made(settings.cache_url, settings.cache_timeout_ms)


def _pager_options(settings: Settings) -> tuple[bool, bool]:
    return settings.switches["pagination"] == "keyset", settings.switches["search"] == "fulltext"


def _signer(settings: Settings) -> CursorSigner:
    return CursorSigner("fastapi", settings.secret_key, PlaceCodec())


def _encoder(settings: Settings) -> Encoder | None:
    """What the fast arm's answers are made by; None where endpoints give models, and FastAPI encodes them."""
    return ENCODERS[settings.switches["models"]] if settings.switches["data"] == "asyncpg" else None


def _tokens(settings: Settings) -> Tokens:
    signer = SIGNERS[settings.switches["jwt"]](settings.secret_key)
    return Tokens(signer, access_s=settings.access_token_s, refresh_s=settings.refresh_token_s)


def _add_asyncpg(app: FastAPI, settings: Settings) -> None:
    switches, cache, origins = settings.switches, make_cache(settings), app.state.origins
    database = Database(
        settings.database_url,
        size=switches.number("pool_size"),
        timeout_s=settings.pool_timeout_s,
        probe_s=settings.database_probe_ms / 1000,
    )
    loop_database = _loop_database(settings, database) if switches["driver"] == "libpq" else None
    keyset, relevance = _pager_options(settings)
    pager = Pager(_signer(settings), by_place, keyset=keyset, relevance=relevance)
    run: reader.Run = loop_database.rows if loop_database else database.run
    reads = reader.Reader(database, Statements(cast("Strength", switches["search"])), pager, run)

    async def ping() -> None:
        await database.rows(CHECK.sql)
        if loop_database:
            await loop_database.rows(CHECK)

    async def close() -> None:
        if loop_database:
            await loop_database.close()
        await database.close()
        await cache.close()

    app.state.open, app.state.close, app.state.there = database.open, close, reads.detail
    fast.add_contacts(
        app, reads, Writer(database), cache, origins, encoder=ENCODERS[switches["models"]], max_body=MAX_BODY
    )
    add_tokens(app, _tokens(settings), reads.password, MAX_BODY)
    add_beside(app, ping, cache)


def _loop_database(settings: Settings, database: Database) -> LoopDatabase:
    """The hot reads' own pool, of the same size and by the same breaker."""
    size, timeout_s = settings.switches.number("pool_size"), settings.pool_timeout_s
    connect = connecting(settings.database_url, timeout_s=timeout_s, patience_s=settings.patience_s)
    return LoopDatabase(connect, database.breaker, size=size, timeout_s=timeout_s)


def _add_sqlalchemy(app: FastAPI, settings: Settings) -> None:
    switches, cache, origins = settings.switches, make_cache(settings), app.state.origins
    engine = make_engine(settings.database_url, size=switches.number("pool_size"), timeout_s=settings.pool_timeout_s)
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    keyset, relevance = _pager_options(settings)
    pager = Pager(_signer(settings), orm_reader.values, keyset=keyset, relevance=relevance)
    reads = orm_reader.OrmReader(cast("Strength", switches["search"]), pager)

    async def password(username: str) -> str | None:
        async with sessions() as session:
            return await reads.password(session, username)

    async def there(contact_id: int) -> None:
        async with sessions() as session:
            await reads.detail(session, contact_id)

    async def ping() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def opened() -> None:
        """Open nothing: the engine connects when it is first asked."""

    async def close() -> None:
        await engine.dispose()
        await cache.close()

    app.state.open, app.state.close, app.state.there = opened, close, there
    modelled.add_contacts(app, sessions, reads, cache, origins, max_body=MAX_BODY)
    add_tokens(app, _tokens(settings), password, MAX_BODY)
    add_beside(app, ping, cache)
