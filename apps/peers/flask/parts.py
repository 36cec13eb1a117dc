"""What the views work with, kept as an extension of the application."""

from dataclasses import dataclass
from typing import cast

from peers.core.python.database import Database
from peers.core.python.hosts import Hosts
from peers.core.python.reads import Reads
from peers.core.python.tokens import Tokens

from flask import current_app


@dataclass(frozen=True)
class Parts:
    """The parts of this process."""

    database: Database
    reads: Reads
    tokens: Tokens
    hosts: Hosts


def parts() -> Parts:
    """The parts of the application that answers this request."""
    return cast("Parts", current_app.extensions["parts"])
