"""`manage.py benchmark`: the benchmark of queries in this variant."""

from __future__ import annotations

import argparse
import logging
import platform
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from querybench.asking import Service
from querybench.coldness import Coldness
from querybench.explaining import explain
from querybench.measuring import Amount, curve, measure
from querybench.questions import Question, chosen, depths, questions
from querybench.results import Asked, Benchmark, Depth, Summary, write_csv, write_json
from querybench.sample import EmptyError, Sample, draw


def at_least(lowest: int) -> Any:  # argparse wants a callable with a name
    """An argparse type: a whole number from `lowest` on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} on")
        return int(text)

    return number


class Command(BaseCommand):
    """Prints a table, and exports JSON, CSV and charts."""

    help = "Time the questions of a real application in this variant: cold and warm, with statements and plans."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        number = at_least
        parser.add_argument("--repeats", type=number(1), default=10, help="warm requests of each question (default 10)")
        parser.add_argument("--cold", type=number(0), default=3, help="cold requests of each question (default 3)")
        parser.add_argument(
            "--budget", type=float, default=20.0, metavar="S",
            help="seconds of warm requests after which a question is not asked again (default 20)",
        )  # fmt: skip
        parser.add_argument("--questions", metavar="A,B", help="only these (default all)")
        parser.add_argument("--page-size", type=number(1), default=50, help="contacts a page (default 50, at most 200)")
        parser.add_argument("--seed", type=int, default=7, help="draws what is asked for (default 7)")
        parser.add_argument("--explain", action="store_true", help="add EXPLAIN (ANALYZE, BUFFERS) of every statement")
        parser.add_argument("--out", type=Path, default=Path("benchmark"), help="folder of the export (./benchmark)")
        parser.add_argument("--no-curve", action="store_true", help="leave out the curve of pagination")
        parser.add_argument("--no-charts", action="store_true", help="export no charts")
        parser.add_argument("--no-export", action="store_true", help="export nothing, only print")

    def handle(self, *args: object, **options: Any) -> None:
        # Each refusal and each timeout would be a line; they are results here.
        logging.disable(logging.ERROR)
        try:
            sample = draw(options["seed"])
        except EmptyError as error:
            raise CommandError(str(error)) from None
        except django.db.Error as error:
            raise CommandError(f"The database refused: {error}".rstrip()) from error
        every = questions(sample, options["page_size"], options["seed"])
        try:
            wanted = chosen(every, options["questions"].split(",")) if options["questions"] else every
        except KeyError as error:
            raise CommandError(f"--questions: {error.args[0]}.") from None
        found = self._run(sample, wanted, options)
        self._print(found)
        if not options["no_export"]:
            self._export(found, options["out"], charts=not options["no_charts"])

    def _run(self, sample: Sample, wanted: tuple[Question, ...], options: dict[str, Any]) -> Benchmark:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        service, coldness = Service(), Coldness()
        timeout, versions = _database()
        amount = Amount(options["cold"], options["repeats"], options["budget"])
        # Routes, views and queries are imported with the first request; that is nobody's time.
        service.get("/api/contacts/?page_size=1")
        asked = []
        for number, question in enumerate(wanted, start=1):
            if sys.stderr.isatty():
                self.stderr.write(f"\r{number}/{len(wanted)} {question.name:<20}", ending="")
            measured = measure(service, question, coldness, amount)
            entry = Asked(question.name, question.group, question.title, tuple(measured.requests))
            asked.append(replace(entry, explained=explain(measured.recorded)) if options["explain"] else entry)
        depth: tuple[Depth, ...] = ()
        if not options["no_curve"]:
            depth = tuple(curve(service, options["page_size"], depths(sample, options["page_size"])))
        if sys.stderr.isatty():
            self.stderr.write("\r", ending="")
        coldness.close()
        return Benchmark(
            variant=Path(settings.BASE_DIR).name,  # type: ignore[misc]  # every variant has it
            switches=str(settings.SWITCHES),  # type: ignore[misc]  # every variant has them
            contacts=sample.contacts,
            page_size=options["page_size"],
            seed=options["seed"],
            started=started,
            versions=versions,
            statement_timeout=timeout,
            cold=coldness.describe(),
            questions=tuple(asked),
            curve=depth,
        )

    def _print(self, found: Benchmark) -> None:
        self.stdout.write(
            f"{found.variant}: {found.contacts:,} contacts, pages of {found.page_size}; statement timeout "
            f"{found.statement_timeout}. ms a request; warm as median and quartiles, SQL as its share."
        )
        self.stdout.write(
            f"{'':<16}{'cold':>9}{'warm':>9}{'from':>9}{'to':>9}{'SQL':>6}{'queries':>9}{'rows':>6}  status"
        )
        for asked in found.questions:
            cold, warm = asked.summary("cold"), asked.summary("warm")
            if warm is not None:
                self.stdout.write(f"{asked.name:<16}{_ms(cold.median) if cold else '':>9}{_line(warm)}")
        for part, state in found.cold.items():
            self.stdout.write(f"cold: {part}: {state}")
        for asked in found.questions:
            for explained in asked.explained:
                self.stdout.write(f"\n{asked.name}, {explained.times} × {explained.statement}")
                self.stdout.write("\n".join(f"  {line}" for line in explained.plan))

    def _export(self, found: Benchmark, folder: Path, *, charts: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(found, folder / "results.json")
        write_csv(found, folder / "requests.csv")
        if charts:
            # Here, since it takes as long to import as a small benchmark to run.
            from querybench.charts import draw_all  # noqa: PLC0415

            draw_all(found, folder)
        self.stdout.write(f"Exported to {folder}.")


def _database() -> tuple[str, dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('server_version')")
        timeout, server = cursor.fetchone()
    return timeout, {
        "python": platform.python_version(),
        "django": django.get_version(),
        "psycopg": psycopg.__version__,
        "postgresql": server,
    }


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.2f}"


def _line(warm: Summary) -> str:
    share = warm.sql_median / warm.median if warm.median else 0.0
    text = f"{_ms(warm.median):>9}{_ms(warm.lower):>9}{_ms(warm.upper):>9}{share:>6.0%}{warm.queries:>9g}{warm.rows:>6}"
    notes = [str(warm.status)]
    if warm.timeouts:
        notes.append(f"{warm.timeouts} of {warm.requests} timed out")
    if warm.errors:
        notes.append(f"{warm.errors} of {warm.requests} failed")
    return f"{text}  {', '.join(notes)}"
