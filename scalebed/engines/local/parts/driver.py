"""psycopg, which only cells with a database need: imported where it is here, and asked for before a cluster is made."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from scalebed.messages import EngineError
from scalebed.provision import extras

if TYPE_CHECKING or find_spec("psycopg") is not None:
    import psycopg
    from psycopg import sql
else:
    psycopg = sql = None

__all__ = ["psycopg", "require", "sql"]


def require() -> None:
    """Raises EngineError with the command that brings it, where it is not here."""
    if find_spec("psycopg") is None:
        raise EngineError(f"Postgres needs the package psycopg, which is not here: {extras.command('servers')}")
