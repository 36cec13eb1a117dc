"""What a person sees of a run: plain lines, or the same lines above a live panel."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable

import pytest
from faulty import experiment as faults
from recorded import experiment, repetition, trial
from rich.console import Console

from scalebed.cli.progress import Lines, Panel, observer_for
from scalebed.execution.observer import Observer, Progress, Remaining, Resumed, TrialStart
from scalebed.experiment.plan import plan
from scalebed.measurement.causes import Verdict
from scalebed.records.run_directory import Repetition, Trial

PLAN = plan(experiment())
REMAINING = Remaining(repetitions_done=1, repetitions=4, seconds=600)
UNKNOWN = Remaining(repetitions_done=0, repetitions=4, seconds=math.nan)
START = TrialStart(PLAN[0], 0, "bisect", rate=12.5, users=None, at_most_s=60)
CLOSED = TrialStart(PLAN[0], 0, "unloaded", rate=0, users=1, at_most_s=60)
SECOND = Progress(elapsed_s=7, rate=12.1, percentile_ms=231.4, in_flight=3.2, errors=5, verdict="UNDECIDED")


def shown(tell: Callable[[Lines], None]) -> list[str]:
    """What `Lines` prints where no terminal is."""
    file = io.StringIO()
    tell(Lines(Console(file=file, width=40), 95))
    return file.getvalue().splitlines()


def panel() -> tuple[Panel, io.StringIO]:
    file = io.StringIO()
    return Panel(Console(file=file, force_terminal=True, width=100, color_system=None), 95), file


def drawn(panel: Panel, width: int = 100) -> str:
    """The panel's rows as they stand now."""
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(panel._live.renderable)
    return capture.get()


def test_a_terminal_gets_the_panel_and_a_file_gets_lines() -> None:
    assert type(observer_for(Console(file=io.StringIO(), force_terminal=True), 95)) is Panel
    assert type(observer_for(Console(file=io.StringIO()), 95)) is Lines


@pytest.mark.parametrize(
    "tell",
    [
        lambda lines: lines.run_started(PLAN, None, REMAINING),
        lambda lines: lines.said("Loading [bold] 5,000 contacts into a database of its own, which is kept for later."),
        lambda lines: lines.repetition_started(PLAN[0], REMAINING),
        lambda lines: lines.trial_finished(trial(verdict="FAIL", reasons=["p95 is 2,300 ms.", "Errors too."])),
        lambda lines: lines.repetition_finished(repetition(note="held by max_rate"), REMAINING),
    ],
)
def test_an_event_is_one_line(tell: Callable[[Lines], None]) -> None:
    assert len(shown(tell)) == 1


@pytest.mark.parametrize(
    "tell",
    [lambda lines: lines.trial_started(START), lambda lines: lines.second(SECOND), lambda lines: lines.run_finished()],
)
def test_what_happens_often_is_no_line(tell: Callable[[Lines], None]) -> None:
    assert shown(tell) == []


def test_a_line_is_shown_as_it_was_said() -> None:
    assert shown(lambda lines: lines.said("a [bold]b[/bold] c")) == ["a [bold]b[/bold] c"]


def test_a_resumed_run_says_what_is_finished() -> None:
    first, second = shown(lambda lines: lines.run_started(PLAN, Resumed(1, 6), REMAINING))
    assert first == "Resuming: 1 of 4 repetitions and 6 trials are finished."
    assert re.fullmatch(r"3 repetitions to measure, about 10 min left \(until \d\d:\d\d\)\.", second)


def test_an_unknown_end_is_not_told() -> None:
    assert shown(lambda lines: lines.run_started(PLAN, None, UNKNOWN)) == ["4 repetitions to measure."]


def test_a_repetition_is_told_with_its_place() -> None:
    (line,) = shown(lambda lines: lines.repetition_started(PLAN[2], UNKNOWN))
    assert line == f"[1/4] block 2, {PLAN[2].cell.variant.name}, 1 replica"


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "UNDECIDED", "INVALID"])
def test_a_verdict_is_told_and_its_reason_where_it_is_no_pass(verdict: Verdict) -> None:
    (line,) = shown(lambda lines: lines.trial_finished(trial(verdict=verdict, reasons=["This is why."])))
    assert line.split()[:3] == ["bisect", "12.5/s", verdict]
    assert "served 12.2/s, p95 410 ms, 330 requests, 2 errors, 30 s" in line
    assert line.endswith("This is why.") == (verdict != "PASS")


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (repetition(capacity=1234.5), "  capacity 1,234/s"),
        (repetition(capacity=None, outcome="measured"), "  measured"),
        (repetition(capacity=None, outcome="none at this SLO", note="too slow"), "  none at this SLO (too slow)"),
    ],
)
def test_an_outcome_is_told(outcome: Repetition, line: str) -> None:
    assert shown(lambda lines: lines.repetition_finished(outcome, REMAINING)) == [line]


def test_the_panel_shows_what_goes_on_and_ends_cleanly() -> None:
    live, file = panel()
    live.run_started(PLAN, None, UNKNOWN)
    try:
        live.repetition_started(PLAN[0], REMAINING)
        assert "getting ready" in drawn(live)
        live.trial_started(CLOSED)
        assert "unloaded, one request at a time" in drawn(live)
        live.trial_started(START)
        live.second(SECOND)
        rows = drawn(live)
        live.second(Progress(0, 0.0, math.nan, 0.0, 0, "UNDECIDED"))
        assert "–" in drawn(live)
        live.trial_finished(trial())
        live.repetition_finished(repetition(), REMAINING)
        assert "1 of 4 repetitions, about 10 min left" in drawn(live)
    finally:
        live.run_finished()
    live.run_finished()  # an interrupted run is told so twice
    assert f"{PLAN[0].cell.variant.name}, 1 replica: bisect at 12.5/s" in rows
    for part in ("7 of at most 60 s", "12.1/s", "231 ms", "3 in flight", "5 errors", "UNDECIDED"):
        assert part in rows
    assert all(len(row.rstrip()) <= 100 for row in rows.splitlines())
    told = file.getvalue()
    assert "capacity 42.5/s" in told
    assert told.count("\x1b[?25l") == told.count("\x1b[?25h") == 1, "the cursor comes back"


@pytest.mark.parametrize("width", [80, 60, 40])
def test_a_narrow_terminal_cuts_nothing(width: int) -> None:
    live, _ = panel()
    live.run_started(PLAN, None, REMAINING)
    live.repetition_started(PLAN[0], REMAINING)
    live.trial_started(TrialStart(PLAN[0], 0, "bisect", rate=12345.5, users=None, at_most_s=600))
    live.second(Progress(127, 12_341.1, 2_310.4, 1_234.2, 12_345, "UNDECIDED"))
    told = drawn(live, width)
    live.run_finished()
    rows = [row.rstrip() for row in told.splitlines()]
    assert all(len(row) <= width for row in rows)
    words = ("127 of at most 600 s", "12,341/s", "p95 2,310 ms", "1,234 in flight", "12,345 errors", "UNDECIDED")
    for part in words:
        assert part in " ".join(told.split())
    assert (len(rows) == 3) == (width == 80), "what goes on, this second, and the whole: a line each"


def test_the_panel_ends_where_nothing_was_started() -> None:
    live, file = panel()
    observer: Observer = live
    observer.said("Looking at the machine.")
    observer.run_finished()
    assert file.getvalue() == "Looking at the machine.\n"


def test_a_closed_trial_asks_for_no_rate() -> None:
    closed: Trial = trial(purpose="closed", rate_asked=0)
    (line,) = shown(lambda lines: lines.trial_finished(closed))
    assert line.split()[:3] == ["closed", "closed", "PASS"]


def test_a_repetition_is_told_with_its_fault() -> None:
    def begun(lines: Lines) -> None:
        for step in plan(faults()):
            lines.repetition_started(step, REMAINING)

    told = " ".join(shown(begun)).split("[2/4]")[1:]
    assert len(told) == 9
    assert sum("naive, 2 replicas, replica-killed" in line for line in told) == 3
    assert sum("naive, 2 replicas, cache-flushed" in line for line in told) == 3
    assert sum("killed" not in line and "flushed" not in line for line in told) == 3


def test_a_load_over_time_has_neither_a_rate_nor_users() -> None:
    live, _ = panel()
    live.run_started(PLAN, None, REMAINING)
    live.repetition_started(PLAN[0], REMAINING)
    live.trial_started(TrialStart(PLAN[0], 0, "closed", rate=0, users=None, at_most_s=60))
    assert "a load over time" in drawn(live)
    live.run_finished()
