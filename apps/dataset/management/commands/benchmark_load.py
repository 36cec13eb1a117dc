"""`manage.py benchmark_load`: how the loader compares with psql's `\\copy` of the same rows from a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import geometric_mean
from time import perf_counter
from typing import Any

import psutil
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dataset.encoding import COLUMNS
from dataset.loader import Dataset, LoadError, connection_parameters, load, replace
from dataset.management.commands.generate_data import MOST_CONTACTS, whole_number

MEGABYTE = 1_000_000
LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


class Stopwatch:
    """A load's reporter that keeps how long each stage took, in seconds."""

    def __init__(self) -> None:
        self._laps: list[tuple[str, float]] = []

    def stage(self, sentence: str) -> None:
        self._laps.append((sentence, perf_counter()))

    def copied(self, contacts: int) -> None:
        pass

    def seconds(self) -> tuple[float, float]:
        """(copying alone, the whole load up to now)."""
        times = [time for _, time in self._laps]
        copying = next(number for number, (sentence, _) in enumerate(self._laps) if sentence.startswith("Copying"))
        return times[copying + 1] - times[copying], perf_counter() - times[0]


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """The most resident bytes that this process and all below it had together, sampled every 20 ms.

    Pages that they share count once for each, so the truth is less.
    """
    stop = threading.Event()
    peak = 0

    def sample() -> None:
        nonlocal peak
        here = psutil.Process()
        while not stop.wait(0.02):
            resident = 0
            for process in (here, *here.children(recursive=True)):
                try:
                    resident += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak = max(peak, resident)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield lambda: peak
    finally:
        stop.set()
        sampler.join()


def psql_copy(folder: Path, direction: str) -> None:
    r"""`\copy` each table "from" or "to" its file in the folder, in psql's own text format."""
    parameters = connection_parameters()
    given = {variable: str(parameters[name]) for name, variable in LIBPQ_VARIABLES.items() if name in parameters}
    commands = [
        f"\\copy {table} ({', '.join(columns)}) {direction} '{folder / table}'" for table, columns in COLUMNS.items()
    ]
    arguments = [argument for command in commands for argument in ("-c", command)]
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"psql could not copy {direction} {folder}: {done.stderr.strip()}")


class Command(BaseCommand):
    """Loads with both in turn, from the same bare tables to the same finished ones."""

    help = "Compare generate_data with psql's \\copy of the same rows from a file. Replaces the rows of the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=whole_number(1, MOST_CONTACTS), default=300_000, help="default 300_000")
        parser.add_argument("--batch-size", type=whole_number(1, MOST_CONTACTS), default=20_000, help="default 20_000")
        parser.add_argument("--workers", type=whole_number(1, 64), default=4, help="default 4")
        parser.add_argument("--rounds", type=whole_number(1, 100), default=3, help="default 3")

    def handle(self, *args: object, **options: Any) -> None:
        if shutil.which("psql") is None:
            raise CommandError("psql is missing: put PostgreSQL's client on PATH.")
        dataset = Dataset(options["count"], seed=7)
        try:
            self._compare(dataset, options["batch_size"], options["workers"], options["rounds"])
        except LoadError as error:
            raise CommandError(str(error)) from error

    def _compare(self, dataset: Dataset, batch_size: int, workers: int, rounds: int) -> None:
        self.stdout.write(
            f"{dataset.contacts:,} contacts, {workers} workers, batches of {batch_size:,}; contacts a second"
        )
        self.stdout.write(
            "round  loader: copying, whole   psql: copying, whole   ratio: copying, whole   loader's peak MB"
        )
        ratios: list[tuple[float, float]] = []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for number in range(1, rounds + 1):
                ours, psqls = Stopwatch(), Stopwatch()
                with peak_memory() as peak:
                    load(dataset, batch_size, workers, ours)
                    mine = ours.seconds()
                if number == 1:
                    psql_copy(folder, "to")
                replace(dataset, lambda _: psql_copy(folder, "from"), psqls)
                theirs = psqls.seconds()
                ratios.append((theirs[0] / mine[0], theirs[1] / mine[1]))
                rates = [dataset.contacts / seconds for seconds in (*mine, *theirs)]
                self.stdout.write(
                    f"{number:>5}  {rates[0]:>15,.0f} {rates[1]:>7,.0f}  {rates[2]:>14,.0f} {rates[3]:>7,.0f}"
                    f"  {ratios[-1][0]:>15.2f} {ratios[-1][1]:>7.2f}  {peak() / MEGABYTE:>17.0f}"
                )
        copying, whole = (geometric_mean(column) for column in zip(*ratios, strict=True))
        self.stdout.write(f"The loader copies at {copying:.2f} times psql's rate, and loads at {whole:.2f} times.")
