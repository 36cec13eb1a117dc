"""Shows how a run goes on: a live panel on a terminal, plain lines otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from scalebed.execution.observer import Observer, Progress, Remaining, Resumed, TrialStart
from scalebed.experiment.plan import Step
from scalebed.records.run_directory import Repetition, Trial

_STYLES = {"PASS": "green", "FAIL": "red", "UNDECIDED": "yellow", "INVALID": "magenta"}


def observer_for(console: Console, percentile: float) -> Observer:
    """Live where a person watches, lines where a file or a pipe does."""
    return (Panel if console.is_terminal else Lines)(console, percentile)


class Lines:
    """One plain line an event; nothing each second, so that a log stays short."""

    def __init__(self, console: Console, percentile: float) -> None:
        self.console = console
        self.percentile = f"p{percentile:g}"

    def print(self, line: str, style: str = "") -> None:
        self.console.print(Text(line, style=style), soft_wrap=True)

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        if resumed is not None:
            self.print(
                f"Resuming: {resumed.repetitions} of {len(plan)} repetitions and {resumed.trials} trials are finished."
            )
        self.print(f"{remaining.repetitions - remaining.repetitions_done} repetitions to measure{_left(remaining)}.")

    def said(self, line: str) -> None:
        self.print(line, "dim")

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        place = f"[{remaining.repetitions_done + 1}/{remaining.repetitions}]"
        self.print(f"{place} block {step.block + 1}, {_cell(step)}{_left(remaining)}", "bold")

    def trial_started(self, start: TrialStart) -> None: ...

    def second(self, progress: Progress) -> None: ...

    def trial_finished(self, trial: Trial) -> None:
        self.console.print(_trial(trial, self.percentile), soft_wrap=True)

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        self.console.print(_outcome(repetition), soft_wrap=True)

    def run_finished(self) -> None: ...


class Panel(Lines):
    """The same lines, and under them what goes on this second."""

    def __init__(self, console: Console, percentile: float) -> None:
        super().__init__(console, percentile)
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._spinner = Spinner("dots")
        self._step: Step | None = None
        self._start: TrialStart | None = None
        self._progress: Progress | None = None
        self._remaining: Remaining | None = None

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        super().run_started(plan, resumed, remaining)
        self._remaining = remaining
        self._live.start()

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        super().repetition_started(step, remaining)
        self._step, self._remaining = step, remaining
        self._show()

    def trial_started(self, start: TrialStart) -> None:
        self._start, self._progress = start, None
        self._show()

    def second(self, progress: Progress) -> None:
        self._progress = progress
        self._show()

    def trial_finished(self, trial: Trial) -> None:
        self._start = self._progress = None
        super().trial_finished(trial)
        self._show()

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        self._step, self._remaining = None, remaining
        super().repetition_finished(repetition, remaining)
        self._show()

    def run_finished(self) -> None:
        self._live.stop()

    def _show(self) -> None:
        self._live.update(Group(*self._rows()))

    def _rows(self) -> list[RenderableType]:
        rows: list[RenderableType] = []
        if self._step is not None:
            doing = f"{_cell(self._step)}: " + (_doing(self._start) if self._start else "getting ready")
            if self._start and self._progress:
                doing += f", {self._progress.elapsed_s} of at most {self._start.at_most_s:.0f} s"
            self._spinner.update(text=Text(doing, style="bold"))
            rows.append(self._spinner)
        if self._progress is not None and self._start is not None:
            rows.append(_second(self._progress, self._start, self.percentile))
        if self._remaining is not None:
            rows.append(_overall(self._remaining))
        return rows


def _cell(step: Step) -> str:
    scale = step.cell.scale
    fault = "" if step.cell.fault is None else f", {step.cell.fault.name}"
    return f"{step.cell.variant.name}, {scale} replica{'' if scale == '1' else 's'}{fault}"


def _doing(start: TrialStart) -> str:
    if start.users is not None:
        people = "one request at a time" if start.users == 1 else f"{start.users} users"
        return f"{start.purpose}, {people}"
    return f"{start.purpose} at {_rate(start.rate)}/s" if start.rate else "a load over time"


def _second(progress: Progress, start: TrialStart, percentile: str) -> RenderableType:
    """One line of 80 columns at most; in a narrower terminal it is folded, and nothing cut."""
    grid = Table.grid(padding=(0, 2))
    told = (
        f"{_rate(progress.rate)}/s",
        f"{percentile} {_latency(progress.percentile_ms)}",
        f"{progress.in_flight:,.0f} in flight",
        f"{progress.errors:,} errors",
    )
    line = Text(" · ".join((*told, "")))
    line.append(progress.verdict, style=_STYLES[progress.verdict])
    grid.add_row(_bar(start.at_most_s, progress.elapsed_s), line)
    return grid


def _overall(remaining: Remaining) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        _bar(remaining.repetitions, remaining.repetitions_done),
        f"{remaining.repetitions_done} of {remaining.repetitions} repetitions{_left(remaining)}",
    )
    return grid


def _bar(total: float, completed: float) -> ProgressBar:
    return ProgressBar(total=total, completed=completed, width=8)


def _trial(trial: Trial, percentile: str) -> Text:
    # Where both are of requests, nothing has to say so.
    arrivals, requests, width = ("", "", 9) if trial.journeys is None else (" journeys", " requests", 15)
    asked = f"{_rate(trial.rate_asked)}{arrivals}/s" if trial.rate_asked else "closed"
    text = Text(f"  {trial.purpose:<10} {asked:>{width}}  ")
    text.append(f"{trial.verdict:<9}", style=_STYLES[trial.verdict])
    errors = sum(trial.errors.values())
    judged = math.inf if trial.slo_percentile_ms is None else trial.slo_percentile_ms
    text.append(
        f"  served {_rate(trial.rate_achieved)}{requests}/s, {percentile} {_latency(judged)}, "
        f"{trial.requests} requests, {errors} errors, {trial.duration_s:.0f} s"
    )
    if trial.verdict != "PASS" and trial.reasons:
        text.append(f"  {trial.reasons[0]}", style="dim")
    return text


def _latency(milliseconds: float) -> str:
    """Infinite where the percentile falls among requests that failed."""
    if math.isinf(milliseconds):
        return "beyond any limit"
    return "–" if math.isnan(milliseconds) else f"{milliseconds:,.0f} ms"


def _outcome(repetition: Repetition) -> Text:
    found = repetition.outcome if repetition.capacity is None else f"capacity {_rate(repetition.capacity)}/s"
    note = f" ({repetition.note})" if repetition.note else ""
    return Text(f"  {found}{note}", style="cyan")


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def _left(remaining: Remaining) -> str:
    if not math.isfinite(remaining.seconds) or remaining.seconds <= 0:
        return ""
    end = datetime.now().astimezone() + timedelta(seconds=remaining.seconds)
    minutes = max(1, round(remaining.seconds / 60))
    return f", about {minutes} min left (until {end:%H:%M})"
