"""What `run`, `scenario` and `report` do: measure, write the report, and say what it came to."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from scalebed import paths
from scalebed.cli import listings, telling, viewing
from scalebed.cli.allowed import Allowed
from scalebed.cli.console import ERR, OUT, stopping_once, undisturbed
from scalebed.cli.engine_options import Choice, Own, Told, experiment, settled
from scalebed.cli.progress import observer_for
from scalebed.documents import show
from scalebed.execution.chronicle import Chronicle
from scalebed.execution.clock import SystemClock
from scalebed.execution.observer import Observer, Several
from scalebed.execution.ports import Clock
from scalebed.execution.runner import Runner
from scalebed.experiment import scenarios, shipped
from scalebed.experiment.spec import Experiment, SpecError
from scalebed.measurement.host import Host
from scalebed.messages import Say, UserError
from scalebed.records import runs
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.findings.conclusion import CellConclusion, Conclusion, gravest
from scalebed.report.findings.prices import price_an_hour
from scalebed.report.output.document import priced
from scalebed.report.output.prices import price_tables
from scalebed.report.scenarios.document import ScenarioDocument, ScenarioRow, scenario_row
from scalebed.report.scenarios.outcome_tables import combined_markdown, side_by_side
from scalebed.report.scenarios.outcomes import Outcome, combined_csv


def run(
    name: str | None,
    settings: Sequence[str],
    out: Path | None,
    chosen: Choice,
    *,
    engine: str | None,
    around: Path | None,
    fresh: bool,
    as_json: bool,
    host: Host,
    own: Own,
    web: bool = False,
    port: int | None = None,
    told: Told | None = None,
    allowed: Allowed | None = None,
) -> Conclusion:
    """Run an experiment and write its report; what it came to. `web`: with a page beside it, which stays after the end
    where a person watches. `allowed`: by its limits, what it came to is what a comparison says."""
    console = ERR if as_json else OUT
    file = file_of(name, own)
    spec = experiment(file, engine, around, settings, out, own=own)
    if allowed is not None:
        allowed.require(spec, host)
    with ExitStack() as pages:

        def page(directory: RunDirectory) -> Observer:
            pages.enter_context(viewing.page(directory, port, console))
            return viewing.Growing(directory)

        def metrics(directory: RunDirectory, settled: Experiment, say: Say) -> Observer:
            return pages.enter_context(telling.metrics(directory, settled, told or Told(), console, say))

        folder = runs.folder_for(file)
        directory = _measure(
            spec,
            out,
            fresh,
            console,
            chosen,
            host=host,
            folder=folder,
            shown=page if web or port else None,
            told=metrics if told is not None and told.anything else None,
            allowed=allowed,
        )
        report, path = _tell(directory, console)
        judged = allowed.judge(directory, console) if allowed else None
        conclusion = report.conclusion if judged is None else judged
        if as_json:
            show(report.document(path).model_copy(update={"exit_code": int(conclusion)}))
        if (web or port) and console.file.isatty() and sys.stdin.isatty():
            viewing.stay(console, "The page stays until Ctrl-C.")
    return conclusion


def _tell(directory: RunDirectory, console: Console) -> tuple[Report, Path]:
    """Write the report, and say what is in it; where its page is."""
    report = Report(directory)
    path = report.write()
    console.print()
    console.print(report.table)
    console.print(report.answer, markup=False, highlight=False)
    _explain(console, report.conclusions)
    console.print(f"Report: {path}", soft_wrap=True, highlight=False, markup=False)
    return report, path


def file_of(name: str | None, own: Own) -> Path | None:
    """The experiment file; None where the words of the command line say all that there is to say."""
    if name is None and own.url is not None and own.script is not None:
        return None
    return shipped.named_file(name)


def _explain(console: Console, concluded: Sequence[CellConclusion]) -> None:
    """Why the exit code is not 0, a line for each cell that has its part in it."""
    for each in concluded:
        if each.conclusion is not Conclusion.YES:
            line = f"{each.cell}: {each.conclusion.words} (exit code {each.conclusion:d}). {each.reason}"
            console.print(line, soft_wrap=True, highlight=False, markup=False)


def _measure(
    spec: Experiment,
    out: Path | None,
    fresh: bool,
    console: Console,
    chosen: Choice | None = None,
    *,
    host: Host = "alone",
    folder: Path | None = None,
    shown: Callable[[RunDirectory], Observer] | None = None,
    told: Callable[[RunDirectory, Experiment, Say], Observer] | None = None,
    allowed: Allowed | None = None,
) -> RunDirectory:
    """`shown`: begins to show the run directory otherwise than on the terminal. `told`: begins to tell its metrics."""
    observer = observer_for(console, spec.slo.percentile)
    if out is not None and out.exists() and not out.is_dir():
        raise SpecError(f"--out {out}: is a file; name a directory, which is made where there is none")
    clock: Clock = SystemClock()
    chosen = chosen or Choice()
    engine = chosen.engine(spec, clock, observer.said)
    spec = settled(spec, engine)
    fingerprint = engine.fingerprint()
    if allowed:
        allowed.require_alike(spec, fingerprint, out)
    beside = chosen.beside(spec, observer.said)
    commit = fingerprint.get("commit")
    # What an application is made of may have changed since, and its commit is not the testbed's.
    own = spec.load is not None
    unfinished = None if out or fresh or own else runs.unfinished_run(spec, commit, host, folder)
    directory = RunDirectory(out) if out else unfinished or runs.new_run(spec, folder)
    if unfinished:
        observer.said(f"Going on with {directory.path}, which was interrupted (--fresh begins anew).")
    chronicle = Chronicle(directory, observer.said)
    beside_it = [] if shown is None else [shown(directory)]
    if told is not None:
        beside_it.append(told(directory, spec, observer.said))
    observer = Several(observer, chronicle, *beside_it)
    try:
        with stopping_once():
            try:
                Runner(engine, clock, directory, spec, observer, host=host, beside=beside).run()
            finally:
                with undisturbed():
                    engine.close()
                    if beside is not None:
                        beside.close()
    except UserError as error:
        chronicle.said(str(error))
        raise
    except KeyboardInterrupt:
        observer.run_finished()
        finished = sum(1 for _ in directory.repetitions()) if directory.exists else 0
        console.print(
            f"Stopped; {finished} repetitions and every finished trial are kept in {directory.path}. "
            f"The same command{f' with --out {directory.path}' if own and not out else ''} goes on from there.",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
        raise typer.Exit(130) from None
    finally:
        observer.run_finished()
    return directory


def scenario(
    names: Sequence[str],
    variants: Sequence[str],
    settings: Sequence[str],
    *,
    first: str | None,
    every: bool,
    base: str | None,
    out: Path | None,
    host: Host,
    as_json: bool,
) -> Conclusion:
    """Run scenarios and set their results side by side; what they came to. Without any named: list them."""
    chosen = scenarios.choose(names, first, every=every)
    specs = [scenarios.experiment(each, variants, settings) for each in chosen]
    if not specs:
        listings.tell_scenarios(as_json=as_json)
        return Conclusion.YES
    console = ERR if as_json else OUT
    scenarios.require(base, specs)
    folder = out or runs.RUNS / f"scenarios-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    outcomes: list[Outcome] = []
    concluded: list[CellConclusion] = []
    rows: list[ScenarioRow] = []
    for spec in specs:
        directory = RunDirectory(folder / spec.name)
        if runs.finished(directory, spec):
            runs.retell(directory, spec)
        else:
            console.print(f"{spec.name}: {spec.description}", style="bold", highlight=False)
            _measure(spec, directory.path, False, console, host=host)
        report = Report(directory)
        report.write()
        outcomes.append(report.scenario(base))
        concluded += report.conclusions
        rows.append(scenario_row(outcomes[-1], directory.path, report.conclusions))
        console.print()
        console.print(side_by_side(outcomes[-1]))
        RunDirectory.write(folder / "scenarios.md", combined_markdown(outcomes, _typed()))
        RunDirectory.write(folder / "scenarios.csv", combined_csv(outcomes))
    console.print(f"Table: {folder / 'scenarios.md'}", soft_wrap=True, highlight=False, markup=False)
    _explain(console, concluded)
    failed = [Conclusion.NO for each in outcomes for row in each.rows if row.failed]
    conclusion = gravest([*failed, *(each.conclusion for each in concluded)])
    if as_json:
        table = str(folder / "scenarios.md")
        show(ScenarioDocument(table=table, scenarios=tuple(rows), exit_code=int(conclusion)))
    return conclusion


def _an_hour(price: str | None, demand: Sequence[float]) -> float | None:
    if price is None:
        if demand:
            raise SpecError("--demand: takes --price, of which it tells the sum")
        return None
    if any(rate <= 0 for rate in demand):
        raise SpecError("--demand: must be above 0, in requests a second")
    try:
        return price_an_hour(price)
    except ValueError as error:
        raise SpecError(f"--price: {error}") from None


def _typed() -> str:
    """The command as it was typed."""
    return shlex.join([paths.COMMAND, *sys.argv[1:]])


def report(directory: Path, price: str | None = None, demand: Sequence[float] = (), *, as_json: bool = False) -> None:
    """Write the report of a run anew; with the price of a replica, print what capacities and demand cost.

    Raises SpecError where the price cannot be read, or nothing has one.
    """
    an_hour = _an_hour(price, demand)
    read = Report(RunDirectory(directory))
    if an_hour is not None and not read.analysis.manifest.experiment.traits.seeks:
        raise SpecError(f"--price: {directory} is no search for capacities, so that there is nothing to reckon with")
    path = read.write()
    console = ERR if as_json else OUT
    console.print(read.table)
    console.print(read.answer, markup=False, highlight=False)
    if an_hour is not None:
        for table in price_tables(read.analysis, an_hour, tuple(demand)):
            console.print()
            console.print(table)
    console.print(f"Report: {path}", soft_wrap=True, highlight=False, markup=False)
    if as_json:
        show(read.document(path, None if an_hour is None else priced(read.analysis, an_hour, demand)))
