"""`manage.py generate_data`: fill the three tables with the seeded dataset."""

from __future__ import annotations

import argparse
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dataset.accounts import ensure_bench_user
from dataset.loader import Dataset, LoadError, check_tables, is_loaded, load
from dataset.progress import reporter

# What the columns and the generator hold; a machine gives up long before.
MOST_CONTACTS = 2**31 - 1
MOST_SEEDS = 2**64 - 1


def whole_number(low: int, high: int) -> Any:  # argparse wants a callable with a name
    """An argparse type: a whole number from low to high; underscores may group its digits."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low:,} to {high:,}")
        return value

    return number


class Command(BaseCommand):
    """Loads contacts; does nothing where the same dataset is complete already."""

    help = "Fill the three tables with seeded contacts: the same rows for the same count and seed, always."
    count_options: tuple[str, ...] = ("--count",)
    worker_options: tuple[str, ...] = ("--workers",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            *self.count_options,
            dest="count",
            type=whole_number(1, MOST_CONTACTS),
            default=100_000,
            help="contacts to load (default 100_000)",
        )
        parser.add_argument(
            *self.worker_options,
            dest="workers",
            type=whole_number(1, 64),
            default=4,
            help="processes that make and copy rows (default 4)",
        )
        parser.add_argument(
            "--batch-size",
            type=whole_number(1, MOST_CONTACTS),
            default=20_000,
            help="contacts in one transaction (default 20_000)",
        )
        parser.add_argument("--seed", type=whole_number(0, MOST_SEEDS), default=7, help="which rows (default 7)")
        parser.add_argument("--force", action="store_true", help="load even where this dataset is complete already")

    def handle(self, *args: object, **options: Any) -> None:
        dataset = Dataset(options["count"], options["seed"])
        try:
            check_tables()
            ensure_bench_user()
            if not options["force"] and is_loaded(dataset):
                self.stdout.write(
                    f"The {dataset.contacts:,} contacts of seed {dataset.seed} are there already; "
                    "--force loads them again."
                )
                return
            self._load(dataset, options["batch_size"], options["workers"])
        except LoadError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database refused: {error}".rstrip()) from error

    def _load(self, dataset: Dataset, batch_size: int, workers: int) -> None:
        started = monotonic()
        with reporter(self.stdout, dataset.contacts) as report:
            load(dataset, batch_size, workers, report)
        seconds = monotonic() - started
        self.stdout.write(
            f"Loaded {dataset.contacts:,} contacts of seed {dataset.seed} in {seconds:.1f} s, "
            f"{dataset.contacts / seconds:,.0f} a second with keys and statistics."
        )
