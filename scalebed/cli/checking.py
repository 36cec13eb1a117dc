"""What `check` does: everything but measuring, so that what is wrong shows before it costs an hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scalebed.cli.console import ERR, OUT, say, stopping_once, undisturbed, whisper
from scalebed.cli.documents.checks import check_document
from scalebed.cli.engine_options import Choice, Own, experiment, settled
from scalebed.documents import show
from scalebed.execution.clock import SystemClock
from scalebed.execution.ports import refusal
from scalebed.execution.rehearsal import LONGEST_S, Rehearsed, rehearse, rehearsed_cells
from scalebed.experiment.spec import SpecError
from scalebed.messages import EngineError
from scalebed.report.sentences import figures


def check(file: Path | None, settings: Sequence[str], own: Own, chosen: Choice, *, as_json: bool = False) -> bool:
    """Whether everything works. Raises UserError with every fault that was found before anything was started."""
    try:
        spec = experiment(file, None, None, settings, own=own)
    except SpecError as error:
        raise SpecError("\nscalebed: ".join((str(error), *error.others))) from error
    clock = SystemClock()
    console, tell = (ERR, whisper) if as_json else (OUT, say)
    engine = chosen.engine(spec, clock, tell)
    spec = settled(spec, engine)
    findings = engine.preflight(spec)
    if refused := refusal(findings):
        raise EngineError(refused)
    for finding in findings:
        tell(f"Mind: {finding.message}")
    found: list[Rehearsed] = []
    with stopping_once():
        try:
            engine.prepare(spec, tell)
            for cell in rehearsed_cells(spec):
                done = rehearse(engine, clock, spec, cell)
                _show(console, done, journeys=spec.load is not None)
                found.append(done)
        finally:
            with undisturbed():
                engine.close()
    works = all(each.works for each in found)
    tell("Everything works: run it." if works else "Not everything works: see above what failed.")
    if as_json:
        show(check_document(found, [finding.message for finding in findings]))
    return works


def _show(console: Console, done: Rehearsed, *, journeys: bool) -> None:
    name = done.cell.variant.name
    console.print(f"{name}: served after {done.ready_s:.1f} s.", highlight=False, markup=False)
    if done.failure is not None:
        console.print(f"{name}: {done.failure}", style="red", highlight=False, markup=False, soft_wrap=True)
    if journeys and done.journeys is None and done.failure is None:
        told = f"{name}: no journey ended within {LONGEST_S:g} s; let it pause less."
        console.print(told, style="red", highlight=False, markup=False)
    if journeys and done.journeys is not None:
        made = done.journeys
        console.print(
            f"{name}: {figures.count(made.ended, 'journey')} of one user, each of {made.requests:.3g} requests in "
            f"{figures.milliseconds(made.total_ms / made.ended)}, {figures.milliseconds(made.pause_s * 1000)} of them "
            "pauses.",
            highlight=False,
            markup=False,
        )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in ("endpoint", "answers", "failed", "mean ms"):
        table.add_column(column, justify="left" if column == "endpoint" else "right")
    for each in done.answered:
        answers = ", ".join(f"{n} × {status or 'none'}" for status, n in sorted(each.statuses.items()))
        failed = ", ".join(f"{n} {kind}" for kind, n in each.failures.items())
        # A script may call an endpoint anything, also what this library takes for its markup.
        table.add_row(*map(Text, (each.endpoint, answers, failed or "–", figures.figure(each.mean_ms))))
    if done.answered:
        console.print(table)
    if done.unheard and done.answered:
        told = f"{name}: Mind: {done.unheard}. Is it one of these, and misspelt? If it is only rare, a run will tell."
        console.print(told, style="yellow", highlight=False, markup=False, soft_wrap=True)
    for wrong in _wrong(done):
        console.print(f"{name}: {wrong}", style="red", highlight=False, markup=False, soft_wrap=True)


def _wrong(done: Rehearsed) -> Iterator[str]:
    """What else does not work, in sentences."""
    if not done.answered and done.failure is None:
        yield "the script asked nothing of the service."
    for counted in done.checks:
        if counted.failed:
            yield f"{counted.check}: {counted.passed:,} of {counted.passed + counted.failed:,} times"
