"""The page that shows a run: beside one that is measured here, or of a run directory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from scalebed.cli.console import OUT, stopping_once
from scalebed.execution.observer import Remaining, Silent
from scalebed.provision.extras import wanted
from scalebed.records import runs
from scalebed.records.run_directory import Repetition, RunDirectory, RunDirectoryError
from scalebed.report import Report

if TYPE_CHECKING:
    from scalebed.web.server import Server

_SHARE = 0.02
"""Of a run's time that may go into reports nobody may look at."""


class Growing(Silent):
    """An observer that writes the report anew once a repetition is over, when nothing is measured."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._not_before = 0.0

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        began = time.monotonic()
        if began < self._not_before:
            return
        try:
            Report(self._directory).write()
        except Exception:  # whatever is wrong with it, the end of the run says so, and it may not end here
            return
        took = time.monotonic() - began
        self._not_before = time.monotonic() + took / _SHARE


@contextmanager
def page(directory: RunDirectory, port: int | None, console: Console) -> Iterator[Server]:
    """Serves it, and says where. Raises EngineError without the extra, and PortError."""
    with wanted("web", "The page"):
        from scalebed.web.server import page_server  # noqa: PLC0415 - an extra

    server = page_server(directory, port)
    try:
        console.print(f"Page: {server.url}", soft_wrap=True, highlight=False, markup=False)
        yield server
    finally:
        server.close()


def view(path: Path | None, port: int | None) -> None:
    """Serve the page of a run until Ctrl-C; without a path of the newest here."""
    if path is None:
        directory = runs.newest_run(*dict.fromkeys([Path.cwd() / "runs", runs.RUNS]))
        OUT.print(f"Run: {directory.path}", soft_wrap=True, highlight=False, markup=False)
    else:
        directory = RunDirectory(path)
        if not directory.exists:
            raise RunDirectoryError(f"{path}: holds no run; name a run directory")
    with page(directory, port, OUT):
        stay(OUT, "Ctrl-C ends it.")


def stay(console: Console, words: str) -> None:
    """Until Ctrl-C, or until asked to end."""
    console.print(words, highlight=False, markup=False)
    try:
        with stopping_once():
            threading.Event().wait()
    except KeyboardInterrupt:
        return
