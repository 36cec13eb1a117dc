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

from quart import Quart

from . import auth, basics, beside, checks, contacts, errors
from .json_provider import ContractJson
from .parts import Parts
from .strict_request import StrictRequest
from .switches import TABLE


def create_app() -> Quart:
    """Make the application that the environment asks for; what a server calls, once a process."""
    settings = Settings.read(os.environ, TABLE)
    logging.config.dictConfig(logging_config(settings.log_level))
    app = Quart(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.request_class = StrictRequest
    app.json = ContractJson(app)
    # An address is spelled one way.
    app.url_map.merge_slashes = False
    app.url_map.converters["digits"] = checks.DigitsConverter
    app.extensions["parts"] = made = _parts(settings)
    app.before_serving(made.database.open)
    app.after_serving(made.database.close)
    checks.init_app(app)
    errors.init_app(app)
    for module in (contacts, auth, basics, beside):
        app.register_blueprint(module.blueprint)
    return app


def _parts(settings: Settings) -> Parts:
    database = AsyncDatabase(
        settings.database_url, size=settings.switches.number("pool_size"), timeout_s=settings.pool_timeout_s
    )
    return Parts(
        database=database,
        reads=Reads(cast("Strength", settings.switches["search"])),
        tokens=Tokens(
            PyjwtSigner(settings.secret_key), access_s=settings.access_token_s, refresh_s=settings.refresh_token_s
        ),
        hosts=Hosts(settings.allowed_hosts),
    )
