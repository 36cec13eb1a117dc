"""Shows how building goes on: what, which of how many, and for how many seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clusterbed.stages import Stage


class ConsoleAnnouncer:
    """A line for each stage that is done, and under them, on a terminal, the one being made."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def plan(self, stages: Sequence[Stage]) -> None:
        seconds = sum(stage.seconds for stage in stages)
        count = "One part is" if len(stages) == 1 else f"{len(stages)} parts are"
        self.say(f"{count} to be made, in about {describe_seconds(seconds)}.")

    def working(self, number: int, total: int, stage: Stage) -> AbstractContextManager[None]:
        return self.step(f"[{number}/{total}] {stage.title}", stage.seconds)

    @contextmanager
    def step(self, what: str, about_s: float | None = None) -> Iterator[None]:
        """Something that takes a while."""
        began = time.monotonic()
        if self._console.is_terminal:
            about = f"of about {describe_seconds(about_s)}" if about_s else ""
            with Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                TextColumn(about, markup=False),
                console=self._console,
                transient=True,
            ) as progress:
                progress.add_task(what)
                yield
        else:
            self.say(f"{what} …")
            yield
        self.say(f"{what}: {time.monotonic() - began:.0f} s")


def describe_seconds(seconds: float) -> str:
    """`40 s`, `6 min`."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
