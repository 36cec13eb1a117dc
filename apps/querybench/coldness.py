"""What "cold" means here, done for real, and said for each part: nothing is called cold that was not made so.

Cold are, as far as this process may: the connection (a new one, so a new server process with empty caches of
catalogue and plans), the service's cache (emptied), PostgreSQL's buffers (evicted), and the file system's cache of
the database's files (dropped). Not cold is this Python process, and never the disk's own cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.db.backends.postgresql.base import DatabaseWrapper

ADMIN_URL = "BENCHMARK_ADMIN_URL"
_EVICT_ALL = "SELECT pg_buffercache_evict_all()"  # from PostgreSQL 18 on
_EVICT_EACH = "SELECT count(pg_buffercache_evict(bufferid)) FROM pg_buffercache WHERE relfilenode IS NOT NULL"  # 17


class Coldness:
    """Makes everything cold again, before a request.

    `BENCHMARK_ADMIN_URL` names a superuser; without it buffers and files are left as they are, and `describe` says
    so. A variant with a cache names, in the setting `EMPTY_CACHE`, the function that empties it.
    """

    def __init__(self) -> None:
        hook: str | None = getattr(settings, "EMPTY_CACHE", None)
        self._empty: Callable[[], object] | None = import_string(hook) if hook else None
        self._admin, self._evict, buffers = _admin()
        self._files, files = self._find_files()
        self._described = {
            "connection": "a new one",
            "service cache": "emptied" if self._empty else "the variant has none",
            "PostgreSQL's buffers": buffers,
            "file system's cache": files,
        }

    def describe(self) -> Mapping[str, str]:
        """Part → what was done to it, or why nothing was."""
        return self._described

    def cool(self) -> None:
        """Make everything cold that can be."""
        connection.close()
        if getattr(connection, "pool", None) is not None:
            cast("DatabaseWrapper", connection).close_pool()
        if self._empty is not None:
            self._empty()
        if self._admin is not None and self._evict is not None:
            # What is dirty cannot be dropped.
            self._admin.execute("CHECKPOINT")
            self._admin.execute(self._evict)
        if self._files is not None:
            for path in self._files.iterdir():
                _forget(path)

    def close(self) -> None:
        """Close the superuser's connection."""
        if self._admin is not None:
            self._admin.close()

    def _find_files(self) -> tuple[Path | None, str]:
        """The folder of the database's files, where they are this machine's and readable."""
        if self._admin is None or self._evict is None:
            return None, "left as it is, like the buffers"
        row = self._admin.execute(
            "SELECT current_setting('data_directory'), oid::text FROM pg_database WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        ).fetchone()
        folder = Path(row[0]) / "base" / row[1] if row else Path()
        readable = row is not None and os.access(folder, os.R_OK | os.X_OK)
        if not readable or not hasattr(os, "posix_fadvise"):
            return None, f"left as it is: {folder} cannot be read from here"
        return folder, "dropped for the database's files"


def _admin() -> tuple[psycopg.Connection | None, bytes | None, str]:
    """The superuser's connection, the statement that evicts buffers, and what to say of it."""
    url = os.environ.get(ADMIN_URL)
    if not url:
        return None, None, f"left as they are: {ADMIN_URL} names no superuser"
    # In a database of its own, since the extension is to leave nothing behind in the one that is measured.
    admin = psycopg.connect(url, dbname="postgres", autocommit=True)
    try:
        admin.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
        functions = {
            row[0] for row in admin.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'pg_buffercache%'")
        }
    except psycopg.Error as error:
        admin.close()
        return None, None, f"left as they are: {error}".strip()
    if "pg_buffercache_evict_all" in functions:
        return admin, _EVICT_ALL.encode(), "evicted"
    if "pg_buffercache_evict" in functions:
        return admin, _EVICT_EACH.encode(), "evicted"
    return admin, None, "left as they are: PostgreSQL evicts buffers on demand from version 17 on"


def _forget(path: Path) -> None:
    """Let the file system drop what it holds of a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return  # a relation that was just dropped
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
