"""What the handlers work with, kept in the application's state."""

from dataclasses import dataclass
from typing import Annotated

from peers.core.python.async_database import AsyncDatabase
from peers.core.python.hosts import Hosts
from peers.core.python.reads import Reads
from peers.core.python.tokens import Tokens

from litestar.datastructures import State
from litestar.params import Dependency


@dataclass(frozen=True)
class Parts:
    """The parts of this process."""

    database: AsyncDatabase
    reads: Reads
    tokens: Tokens
    hosts: Hosts


Given = Annotated[Parts, Dependency(skip_validation=True)]


async def provide_parts(state: State) -> Parts:
    """The parts, as a dependency of every handler."""
    parts: Parts = state.parts
    return parts
