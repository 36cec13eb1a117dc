"""What a worker process does: make rows and COPY them, a transaction for each batch.

Nothing is kept in the database session beyond a transaction, so a pooler may give each one another session.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import wait

import psycopg
from psycopg import sql

from dataset.encoding import COLUMNS, HEADER, TRAILER, Texts, encode, encode_texts
from dataset.pools import Pools
from dataset.rows import make_rows

# Rows made at a time, whatever the batch: this is what bounds a worker's memory.
CHUNK = 8_192

# Durable at the latest with the transaction that marks the load complete, which does wait for the disk.
SETTINGS = "SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = 0"

COPY = {
    table: sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    for table, columns in COLUMNS.items()
}


class OvertakenError(Exception):
    """Another load has claimed the tables."""


@dataclass(frozen=True)
class Job:
    """What every worker of a load is given; `connection` holds libpq's parameters."""

    connection: Mapping[str, str | int]
    pools: Pools
    seed: int
    claim: str


@dataclass(frozen=True)
class Batch:
    """Contacts with ids first to first + count - 1, to be copied in one transaction."""

    first: int
    count: int


class _Worker:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.texts: Texts = encode_texts(job.pools)
        self.database = psycopg.connect(**dict(job.connection), prepare_threshold=None)  # type: ignore[arg-type]

    def copy(self, batch: Batch) -> int:
        with self.database.transaction(), self.database.cursor() as cursor:
            cursor.execute(SETTINGS)
            # Shared, so that the workers of one load do not wait for each other, but the next load waits for them.
            cursor.execute("SELECT claim FROM dataset_info FOR SHARE")
            if cursor.fetchone() != (self.job.claim,):
                raise OvertakenError("another load has begun on this database; this one stops")
            end = batch.first + batch.count
            for first in range(batch.first, end, CHUNK):
                self._copy_chunk(cursor, first, min(CHUNK, end - first))
        return batch.count

    def _copy_chunk(self, cursor: psycopg.Cursor[tuple[object, ...]], first: int, count: int) -> None:
        rows = make_rows(self.job.pools, self.job.seed, first, count)
        for table, encoded in encode(rows, self.texts).items():
            with cursor.copy(COPY[table]) as copy:
                copy.write(HEADER)
                copy.write(encoded)
                copy.write(TRAILER)


_worker: _Worker | None = None


def _die_with_parent() -> None:
    """End this process as soon as the one that started it is gone, even by SIGKILL."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


def start_worker(job: Job) -> None:
    """Make this process a worker of the job; raises psycopg.OperationalError where it cannot connect."""
    global _worker  # noqa: PLW0603  a pool's initialiser has no other place to leave what its tasks need
    # Ctrl-C reaches the whole process group; the parent decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    _worker = _Worker(job)


def copy_batch(batch: Batch) -> int:
    """Copy a batch in this worker process and return the number of contacts."""
    if _worker is None:
        raise RuntimeError("copy_batch runs only in a process that start_worker has prepared")
    return _worker.copy(batch)
