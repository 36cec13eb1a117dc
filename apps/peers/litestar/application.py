"""The application factory."""

import logging.config
import os
from typing import cast

from contract.document import MAX_BODY
from peers.core.python.async_database import AsyncDatabase
from peers.core.python.hosts import Hosts
from peers.core.python.reads import Reads
from peers.core.python.search import Strength
from peers.core.python.settings import Settings
from peers.core.python.tokens import PyjwtSigner, Tokens
from telemetry.logs import logging_config

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp

from .auth import Auth
from .basics import Basics
from .beside import healthz, metrics, readyz
from .checks import as_the_contract_wants
from .contacts import Contacts
from .errors import HANDLERS
from .gate import Gate
from .parts import Parts, provide_parts
from .switches import TABLE


def create_app() -> ASGIApp:
    """Make the application that the environment asks for; what a server calls, once a process."""
    settings = Settings.read(os.environ, TABLE)
    logging.config.dictConfig(logging_config(settings.log_level))
    parts = _parts(settings)
    app = Litestar(
        [Contacts, Auth, Basics, healthz, readyz, metrics],
        dependencies={"parts": Provide(provide_parts)},
        exception_handlers=HANDLERS,
        guards=[as_the_contract_wants],
        logging_config=None,
        on_shutdown=[parts.database.close],
        on_startup=[parts.database.open],
        openapi_config=None,
        request_max_body_size=MAX_BODY,
        state=State({"parts": parts}),
    )
    return Gate(app)


def _parts(settings: Settings) -> Parts:
    return Parts(
        database=AsyncDatabase(
            settings.database_url, size=settings.switches.number("pool_size"), timeout_s=settings.pool_timeout_s
        ),
        reads=Reads(cast("Strength", settings.switches["search"])),
        tokens=Tokens(
            PyjwtSigner(settings.secret_key), access_s=settings.access_token_s, refresh_s=settings.refresh_token_s
        ),
        hosts=Hosts(settings.allowed_hosts),
    )
