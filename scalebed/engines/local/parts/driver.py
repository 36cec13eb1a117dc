"""psycopg, which only cells with a database need: imported where it is here, and asked for before a cluster is made."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from scalebed.provision import extras

if TYPE_CHECKING or find_spec("psycopg") is not None:
    import psycopg
    from psycopg import sql
else:
    psycopg = sql = None

__all__ = ["psycopg", "require", "sql"]


def require() -> None:
    """Raises EngineError with the command that brings it, where it is not here."""
    with extras.wanted("servers", "Postgres"):
        import_module("psycopg")
