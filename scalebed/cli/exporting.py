"""What `export` does: write a table of one run or of several, in a form that other programs read."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from scalebed.cli import Form, TableName
from scalebed.cli.console import ERR
from scalebed.messages import UserError
from scalebed.provision import extras
from scalebed.records.run_directory import RunDirectory
from scalebed.report.output import hyperfine, otava
from scalebed.report.output.rows import csv_rows, json_rows
from scalebed.report.tables import TABLES
from scalebed.report.tables.table import Column, Row

Write = Callable[[Sequence[Column], Iterable[Row], BinaryIO], None]
_ENDINGS: dict[str, Form] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


class ExportError(UserError):
    """One sentence: what cannot be written, and what to do."""


def export(directories: Sequence[Path], table: TableName | None, form: Form | None, out: Path | None) -> None:
    """Write it. Raises UserError, before anything is written where no file in the runs is broken."""
    named = _named(directories)
    for run in named.values():
        run.manifest()
    form = form or (_ENDINGS.get(out.suffix) if out else None) or "csv"
    if form == "otava":
        _for_otava(named, table or "runs", out)
        return
    if form == "hyperfine":
        _for_hyperfine(named, table or "runs", out)
        return
    chosen = TABLES[table or "trials"]
    write = _writer(form)
    with _sink(form, out) as sink:
        write(chosen.columns, chain.from_iterable(chosen.rows(run, name) for name, run in named.items()), sink)


def _named(directories: Sequence[Path]) -> dict[str, RunDirectory]:
    """By the names that rows give them: their own, or their paths where several have the same."""
    names = Counter(path.resolve().name for path in directories)
    return {
        path.resolve().name if names[path.resolve().name] == 1 else str(path): RunDirectory(path)
        for path in directories
    }


def _writer(form: Form) -> Write:
    if form == "csv":
        return csv_rows
    if form == "jsonl":
        return json_rows
    with extras.wanted("parquet", "parquet"):
        # Here, as not everybody has it.
        from scalebed.report.output.parquet import parquet_rows  # noqa: PLC0415
    return parquet_rows


def _for_otava(named: dict[str, RunDirectory], table: TableName, out: Path | None) -> None:
    if table != "runs":
        raise ExportError(f"--table {table}: otava follows runs; leave it out")
    if out is None:
        raise ExportError("--format otava: is several files; name a folder for them with --out")
    rows = chain.from_iterable(TABLES["runs"].rows(run, name) for name, run in named.items())
    with _writing(out):
        series = otava.write(rows, out)
    told = f"{out / 'otava.yaml'} names {len(series)} series: {', '.join(series)}."
    ERR.print(told, soft_wrap=True, highlight=False, markup=False, emoji=False)


def _for_hyperfine(named: dict[str, RunDirectory], table: TableName, out: Path | None) -> None:
    if table != "runs":
        raise ExportError(f"--table {table}: hyperfine's form has cells of runs; leave it out")
    made = hyperfine.export(named)
    if not made.text:
        raise ExportError(
            f"--format hyperfine: {', '.join(named)} has nothing to compare: no figures under load, or other loads for "
            "each cell and no CPU that was read; export a table"
        )
    with _sink("hyperfine", out) as sink:
        sink.write(made.text.encode())
    told = [f"Left out, with no figures under load, or with a fault in it: {', '.join(made.left_out)}."]
    mind = [
        f"Mind: {name} is of a shared host; its figures are rough, and compared with nothing." for name in made.rough
    ]
    for line in (*(told if made.left_out else ()), *mind):
        ERR.print(line, soft_wrap=True, highlight=False, markup=False, emoji=False)


@contextmanager
def _sink(form: Form, out: Path | None) -> Iterator[BinaryIO]:
    """Where the bytes go. A file is there whole or not at all; what is no file, such as a pipe, is written to."""
    if out is None:
        if form == "parquet" and sys.stdout.isatty():
            raise ExportError("--format parquet: is nothing for a terminal; name a file with --out")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with _writing(out):
        if out.exists() and not out.is_file():
            with out.open("wb") as sink:
                yield sink
            return
        partial = out.with_name(f".{out.name}.partial")
        try:
            with partial.open("wb") as sink:
                yield sink
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"--out {out}: cannot be written ({error.strerror}); name another place") from error
