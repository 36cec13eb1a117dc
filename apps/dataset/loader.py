"""Loads a dataset into the default database, and knows whether it is there already.

First one transaction claims the tables, notes their keys, and takes rows and keys away; then worker processes copy
batches; then the keys come back, and last of all the dataset is marked complete. Killed at any point, the next load
begins at the beginning, with the keys that were noted.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import forkserver

import psycopg
from django.db import DatabaseError, OperationalError, connection, transaction

from dataset.copying import Batch, Job, OvertakenError, copy_batch, start_worker
from dataset.encoding import COLUMNS
from dataset.faking import FAKER_VERSION, build_pools
from dataset.keys import Key, in_order, present_keys
from dataset.models import DatasetInfo
from dataset.progress import Reporter
from dataset.rows import GENERATOR

TABLES = list(COLUMNS)
# Building an index sorts; this is the server's memory for it, for the length of one transaction.
INDEX_MEMORY = "128MB"
VACUUMS = 20


# Workers are forked from a server that has imported what they need and no more: forked from here they would share
# this process's connection and carry all of Django, and spawned they would each import numpy anew.
WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["dataset.copying"])


class LoadError(Exception):
    """A load cannot begin or go on; the message says why and what to do."""


@dataclass(frozen=True)
class Dataset:
    """Which rows: contacts 1 to `contacts` of this seed."""

    contacts: int
    seed: int

    def identity(self) -> dict[str, int | str]:
        """Everything that the bytes of the rows depend on."""
        return {
            "contacts": self.contacts,
            "seed": self.seed,
            "generator": GENERATOR,
            "faker": FAKER_VERSION,
            "pools": build_pools().digest(),
        }


def is_loaded(dataset: Dataset) -> bool:
    """Whether the tables were loaded with this very dataset, to the end; what was written since does not count."""
    return DatasetInfo.objects.filter(complete=True, **dataset.identity()).exists()


def load(dataset: Dataset, batch_size: int, workers: int, report: Reporter) -> None:
    """Replace whatever is in the three tables with the dataset.

    Raises LoadError where the tables are not as expected, where another load takes over, or where a worker is lost.
    """
    _start_worker_server()
    replace(dataset, lambda claim: _copy(dataset, claim, batch_size, workers, report), report)


def _start_worker_server() -> None:
    """Start the server that workers are forked from; it imports in the background."""
    before = os.environ.get("PYTHONPATH")
    # What manage.py has added to the path has to reach the server, and it reads its path from here alone.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def replace(dataset: Dataset, copy: Callable[[str], None], report: Reporter) -> None:
    """Replace the rows by whatever `copy`, given the claim, puts into the bare tables; see `load`."""
    check_tables()
    _refuse_triggers()
    report.stage("Emptying the tables and taking their keys away")
    claim, keys = _claim(dataset)
    report.stage(f"Copying {dataset.contacts:,} contacts of seed {dataset.seed}")
    copy(claim)
    report.stage(f"Bringing back {len(keys)} keys")
    _add(keys)
    report.stage("Analysing")
    _finish(claim)


def check_tables() -> None:
    """Raise LoadError unless every table has the columns and types that the rows are encoded for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attrelid::regclass::text, attname::text, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name) "
            "AND attnum > 0 AND NOT attisdropped",
            [TABLES],
        )
        found = {(table, column): kind for table, column, kind in cursor.fetchall()}
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            if found.get((table, column)) != kind:
                has = found.get((table, column), "missing")
                raise LoadError(f"Column {table}.{column} is {has} and should be {kind}: run the migrations first.")


def _refuse_triggers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgrelid = ANY (%s::regclass[]) LIMIT 1",
            [TABLES],
        )
        for table, trigger in cursor.fetchall():
            raise LoadError(
                f"{table} has the trigger {trigger}, which would run for every row: drop it first "
                "(manage.py db_objects strategy baseline), load, and make it again."
            )


def _claim(dataset: Dataset) -> tuple[str, list[Key]]:
    claim = secrets.token_hex(16)
    fresh = DatasetInfo(id=1, claim=claim, **dataset.identity())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        DatasetInfo.objects.bulk_create([fresh], ignore_conflicts=True)
        # Waits for the transactions of a former load's workers; from here on they may not begin another.
        before = DatasetInfo.objects.select_for_update().get()
        present = present_keys(cursor, TABLES)
        keys = in_order(list({key.name: key for key in [*(Key(**key) for key in before.keys), *present]}.values()))
        fresh.keys = [asdict(key) for key in keys]
        fresh.save(force_update=True)
        # Before the foreign keys go, so that PostgreSQL refuses where another table still refers to these.
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
        for key in reversed(in_order(present)):
            cursor.execute(key.statement_to_drop())
    return claim, keys


def _batches(contacts: int, size: int) -> Iterator[Batch]:
    for first in range(1, contacts + 1, size):
        yield Batch(first, min(size, contacts + 1 - first))


def connection_parameters() -> dict[str, str | int]:
    """libpq's parameters of the default connection: what Django adds for itself is objects, or named here."""
    parameters = connection.get_connection_params()
    return {
        name: value
        for name, value in parameters.items()
        if isinstance(value, str | int) and name != "prepare_threshold"
    }


def _copy(dataset: Dataset, claim: str, batch_size: int, workers: int, report: Reporter) -> None:
    job = Job(connection_parameters(), build_pools(), dataset.seed, claim)
    batches = _batches(dataset.contacts, batch_size)
    with ProcessPoolExecutor(workers, mp_context=WORKERS, initializer=start_worker, initargs=(job,)) as pool:
        try:
            running: set[Future[int]] = {pool.submit(copy_batch, batch) for batch in islice(batches, 2 * workers)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    report.copied(future.result())
                running |= {pool.submit(copy_batch, batch) for batch in islice(batches, len(done))}
        except OvertakenError as error:
            raise LoadError("Another load has begun on this database, so this one stopped.") from error
        except BrokenProcessPool as error:
            raise LoadError(
                "A worker process ended early (no connection or memory left?): load again, perhaps with fewer workers."
            ) from error
        except psycopg.Error as error:
            raise LoadError(f"PostgreSQL refused a batch: {error}".rstrip()) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _add(keys: list[Key]) -> None:
    for key in keys:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{INDEX_MEMORY}'")
            try:
                cursor.execute(key.statement_to_add())
            except DatabaseError as error:
                raise LoadError(f"{key.name} on {key.table} could not be made again: {error}".rstrip()) from error


def _vacuum(table: str) -> None:
    """VACUUM, for which no transaction may lift the role's statement timeout.

    Outside one a pooler may drop what a session has set. But a VACUUM that is cut off keeps the pages it has done.
    """
    for _ in range(VACUUMS):
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"VACUUM {table}")
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                raise
        else:
            return
    raise LoadError(
        f"VACUUM of {table} ran into the role's statement_timeout {VACUUMS} times: "
        "load with a role that has none, or raise it for the load."
    )


def _finish(claim: str) -> None:
    for table in TABLES:
        _vacuum(table)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(f"ANALYZE {table}")
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608  a constant
            )
    if not DatasetInfo.objects.filter(claim=claim).update(complete=True, keys=[]):
        raise LoadError("Another load has begun on this database, so this one stopped.")
