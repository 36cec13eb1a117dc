"""Tells people how far a load has come: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import IO, Protocol, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 2.0


class Stream(Protocol):
    """Where progress is written: a text file, or the output of a Django command."""

    def write(self, text: str, /) -> object:
        """Write the text."""

    def flush(self) -> None:
        """Let it be seen."""

    def isatty(self) -> bool:
        """Whether a person watches."""


class Reporter(Protocol):
    """What a load tells of itself."""

    def stage(self, sentence: str) -> None:
        """A step has begun."""

    def copied(self, contacts: int) -> None:
        """So many contacts more are in."""


class Lines:
    """A line now and then, for logs."""

    def __init__(self, out: Stream, total: int) -> None:
        self._out, self._total = out, total
        self._done = 0
        self._started = self._spoke = monotonic()

    def stage(self, sentence: str) -> None:
        self._out.write(f"{sentence} …\n")
        self._out.flush()
        self._started = self._spoke = monotonic()

    def copied(self, contacts: int) -> None:
        self._done += contacts
        now = monotonic()
        if now - self._spoke < SECONDS_BETWEEN_LINES and self._done < self._total:
            return
        self._spoke = now
        rate = self._done / max(now - self._started, 1e-9)
        left = (self._total - self._done) / rate
        share = self._done / self._total
        self._out.write(
            f"{self._done:,} of {self._total:,} contacts ({share:.0%}), {rate:,.0f} a second, {left:.0f} s left\n"
        )
        self._out.flush()


class Bar:
    """A live bar; stages are printed above it."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("contacts", total=total, rate="")
        self._done = 0
        self._started = monotonic()

    def stage(self, sentence: str) -> None:
        self._progress.console.print(f"{sentence} …")
        if not self._done:
            self._started = monotonic()
            self._progress.reset(self._task)

    def copied(self, contacts: int) -> None:
        self._done += contacts
        rate = self._done / max(monotonic() - self._started, 1e-9)
        self._progress.update(self._task, advance=contacts, rate=f"{rate:,.0f} a second")


@contextmanager
def reporter(out: Stream, total: int) -> Iterator[Reporter]:
    """A reporter for a load of this many contacts, fit for where it writes to."""
    if not out.isatty():
        yield Lines(out, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=cast("IO[str]", out))) as progress:
        yield Bar(progress, total)
