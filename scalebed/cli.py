"""The command line: wires engine, runner and report together."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from scalebed import __version__, choice, generated, places, reruns, scenarios
from scalebed.choice import RUNNERS, Choice
from scalebed.conclusion import CellConclusion, Conclusion, gravest
from scalebed.engines.local import doctor as examination
from scalebed.engines.local.fingerprint import git_state
from scalebed.engines.local.k6_build import ensure_k6
from scalebed.engines.local.parts import find_parts
from scalebed.lines import LinesError
from scalebed.logs import LogError, summed
from scalebed.plan import cells
from scalebed.ports import Clock, EngineError
from scalebed.progress import observer_for
from scalebed.queries import comparison
from scalebed.queries.directory import DirectoryError
from scalebed.queries.study import StudyError
from scalebed.quotes import QuoteError
from scalebed.report import answer, conclusions, minded, table, write_report
from scalebed.report.outcome_tables import combined_markdown, side_by_side
from scalebed.report.outcomes import Outcome, combined_csv, outcome
from scalebed.results import Host, RunDirectory, RunDirectoryError
from scalebed.runner import Runner, RunnerError
from scalebed.spec import Experiment, SpecError, load_experiment
from scalebed.timing import SystemClock
from scalebed.workloads import workloads

app = typer.Typer(
    help="Measure how HTTP services scale horizontally.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console()
_err = Console(stderr=True)

_CONTEXT = "Of the kubeconfig; one that is not on this machine must be named."
_NAMESPACE = "Use this one alone, whoever made it."
_HOST = "alone: what other programs spoil is INVALID; shared: it counts, marked as rough, and is compared with nothing."


class _Refused(typer.Exit):
    """Exit code 2 with one sentence on stderr."""

    def __init__(self, sentence: object) -> None:
        _err.print(f"scalebed: {sentence}", style="red", markup=False, highlight=False, soft_wrap=True)
        super().__init__(2)


def _version(asked: bool) -> None:
    if asked:
        code = git_state(places.ROOT)
        commit = f", commit {code['commit']}{' and what is not committed' if code['dirty'] else ''}"
        _out.print(f"scalebed {__version__}{commit if code['commit'] else ''}", highlight=False, soft_wrap=True)
        raise typer.Exit


@app.callback()
def scalebed(
    version: Annotated[
        bool,
        typer.Option("--version", help="Say which version this is, and exit.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Measure how HTTP services scale horizontally."""


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(help="An experiment file, or the name of a shipped one.")],
    out: Annotated[Path | None, typer.Option(help="Run directory; one that was interrupted goes on.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Such as search.precision=0.1; repeatable.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON on stdout, all else on stderr.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, even where the same experiment was interrupted.")
    ] = False,
    *,
    engine: Annotated[str | None, typer.Option(help="local or kubernetes, in the place of the experiment's.")] = None,
    context: Annotated[str | None, typer.Option(help=_CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=_NAMESPACE)] = None,
    runners: Annotated[int, typer.Option(help="Pods that share the load in a cluster.", min=1, max=32)] = RUNNERS,
    around: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Look for capacities near those that this run found.")
    ] = None,
    host: Annotated[Host, typer.Option(help=_HOST)] = "alone",
) -> None:
    """Run an experiment and write its report.

    Exits with 0 where the answer is yes, with 1 where it is no (the SLO was missed, there is no capacity at it or less
    than `at_least`, a check failed), with 2 where the experiment could not be run, and with 3 where there is no valid
    answer (INVALID throughout, undecided, more than host or generator could carry); over several cells 2 goes before
    3, 3 before 1. Ctrl-C ends it with 130.
    """
    console = _err if as_json else _out
    try:
        spec = choice.experiment(places.experiment_file(experiment), engine, around, settings or (), out)
        directory = _measure(spec, out, fresh, console, Choice(context, namespace, runners), host=host)
        report = write_report(directory)
        concluded = conclusions(directory)
    except (SpecError, EngineError, RunnerError, RunDirectoryError) as error:
        raise _Refused(error) from error
    console.print()
    console.print(table(directory))
    console.print(answer(directory), markup=False, highlight=False)
    _explain(console, concluded)
    console.print(f"Report: {report}", soft_wrap=True, highlight=False, markup=False)
    if as_json:
        result = _outcome(directory, concluded)
        print(json.dumps({"directory": str(directory.path), "report": str(report), **result}))
    raise typer.Exit(gravest(each.conclusion for each in concluded))


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
) -> RunDirectory:
    observer = observer_for(console, spec.slo.percentile)
    if out is not None and out.exists() and not out.is_dir():
        raise SpecError(f"--out {out}: is a file; name a directory, which is made where there is none")
    clock: Clock = SystemClock()
    engine = (chosen or Choice()).engine(spec.engine, clock, observer.said)
    commit = engine.fingerprint().get("commit")
    unfinished = None if out or fresh else places.unfinished_run(spec, commit, host)
    directory = RunDirectory(out) if out else unfinished or places.new_run(spec)
    if unfinished:
        observer.said(f"Going on with {directory.path}, which was interrupted (--fresh begins anew).")
    try:
        with _stopping_once():
            Runner(engine, clock, directory, spec, observer, host=host).run()
    except KeyboardInterrupt:
        observer.run_finished()
        finished = sum(1 for _ in directory.repetitions()) if directory.exists else 0
        console.print(
            f"Stopped; {finished} repetitions and every finished trial are kept in {directory.path}. "
            "The same command goes on from there.",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
        raise typer.Exit(130) from None
    finally:
        observer.run_finished()
        engine.close()
    return directory


@app.command()
def scenario(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="Such as 10, or classic. Without any: list them.")
    ] = None,
    *,
    variants: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            help="A service or a variant of the scenario, with other switches if need be (optimized:cache=off); "
            "repeatable. Without: its pair.",
        ),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="NUMBER", help="This one and all after it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="In each of them; repeatable.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="The variant that ratios are to. Without: the first.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run directories; what was interrupted there goes on.")
    ] = None,
    host: Annotated[Host, typer.Option(help=_HOST)] = "alone",
) -> None:
    """Run scenarios, each before and after, and set the results side by side.

    Exits as `run` does: with 1 also where something that was checked over the whole scenario was not so.
    """
    try:
        chosen = scenarios.choose(names or (), first, every=every)
        specs = [scenarios.experiment(each, variants or (), settings or ()) for each in chosen]
        if not specs:
            _out.print(_scenario_list())
            return
        scenarios.require(base, specs)
        folder = out or places.RUNS / f"scenarios-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        outcomes: list[Outcome] = []
        concluded: list[CellConclusion] = []
        for spec in specs:
            directory = RunDirectory(folder / spec.name)
            if scenarios.finished(directory, spec):
                scenarios.retell(directory, spec)
            else:
                _out.print(f"{spec.name}: {spec.description}", style="bold", highlight=False)
                _measure(spec, directory.path, False, _out, host=host)
            write_report(directory)
            outcomes.append(outcome(directory, base))
            concluded += conclusions(directory)
            _out.print()
            _out.print(side_by_side(outcomes[-1]))
            RunDirectory.write(folder / "scenarios.md", combined_markdown(outcomes, _typed()))
            RunDirectory.write(folder / "scenarios.csv", combined_csv(outcomes))
    except (SpecError, EngineError, RunnerError, RunDirectoryError) as error:
        raise _Refused(error) from error
    _out.print(f"Table: {folder / 'scenarios.md'}", soft_wrap=True, highlight=False, markup=False)
    _explain(_out, concluded)
    failed = [Conclusion.NO for each in outcomes for row in each.rows if row.failed]
    raise typer.Exit(gravest([*failed, *(each.conclusion for each in concluded)]))


@app.command()
def queries(
    contacts: Annotated[int, typer.Option(help="Rows of the dataset.", min=100)] = 100_000,
    strategies: Annotated[str, typer.Option(help="Names of apps/dataset/strategies.toml, A,B; empty: all.")] = "",
    variants: Annotated[str, typer.Option(help="Django variants, A,B.")] = "naive,optimized",
    *,
    blocks: Annotated[int, typer.Option(help="Passes over everything; intervals rest on them.", min=1)] = 5,
    seed: Annotated[int, typer.Option(help="Of the rows, of what is asked for, and of the order.")] = 7,
    budget: Annotated[
        float, typer.Option(help="Seconds of warm requests after which a question is not asked again in a block.")
    ] = 3.0,
    out: Annotated[Path | None, typer.Option(help="Folder; one that was interrupted goes on.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, even where the same was interrupted.")] = False,
) -> None:
    """Compare strategies of database objects: what each is worth to every question, and what it costs.

    Runs `manage.py benchmark` of each variant on each strategy's database, all with the same rows.
    """
    try:
        study = comparison.study(variants, strategies, contacts=contacts, seed=seed, blocks=blocks, budget_s=budget)
        with _stopping_once():
            findings, directory = comparison.compare(study, out, fresh, _said)
    except (StudyError, DirectoryError, EngineError) as error:
        raise _Refused(error) from error
    except KeyboardInterrupt:
        _out.print("Stopped; what was measured is kept. The same command goes on from there.")
        raise typer.Exit(130) from None
    _out.print(comparison.sentence(findings), markup=False, highlight=False)
    _out.print(f"Report: {directory.path / 'report.md'}", soft_wrap=True, highlight=False, markup=False)


def _said(line: str) -> None:
    _out.print(line, highlight=False, markup=False)


def _scenario_list() -> Table:
    listing = Table("number", "what it isolates", "before", "after", box=None, header_style="bold")
    known = workloads()
    for each in scenarios.scenarios():
        spec = scenarios.experiment(each)
        said = known[spec.workload].isolates.removeprefix("Isolates ").rstrip(".")
        listing.add_row(each.key, said, spec.variants[0].name, spec.variants[-1].name)
    return listing


def _typed() -> str:
    """The command as it was typed, from the clone."""
    return shlex.join(["./scripts/scalebed", *sys.argv[1:]])


@contextmanager
def _stopping_once() -> Iterator[None]:
    """Ctrl-C or SIGTERM raises KeyboardInterrupt, once: a second one while stopping would leave processes behind.

    A signal that whoever started us has ignored stays ignored.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    heeded = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) is not signal.SIG_IGN]
    previous = {each: signal.signal(each, stop) for each in heeded}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def _outcome(directory: RunDirectory, concluded: Sequence[CellConclusion]) -> dict[str, object]:
    caveats = minded(directory)
    return {
        "answer": answer(directory),
        "caveats": [{"kind": c.kind, "sentence": c.sentence, "cells": list(c.cells)} for c in caveats],
        "exit_code": int(gravest(each.conclusion for each in concluded)),
        "cells": [
            {
                "cell": e.cell,
                "conclusion": e.conclusion.words,
                "reason": e.reason,
                "caveats": [c.kind for c in caveats if not c.cells or e.cell in c.cells],
            }
            for e in concluded
        ],
        "repetitions": [repetition.model_dump(mode="json") for repetition in directory.repetitions()],
    }


@app.command()
def report(directory: Annotated[Path, typer.Argument(help="A run directory.")]) -> None:
    """Write the report of a run anew."""
    try:
        run_directory = RunDirectory(directory)
        path = write_report(run_directory)
    except RunDirectoryError as error:
        raise _Refused(error) from error
    _out.print(table(run_directory))
    _out.print(answer(run_directory), markup=False, highlight=False)
    _out.print(f"Report: {path}", soft_wrap=True, highlight=False, markup=False)


@app.command()
def lines(
    files: Annotated[
        list[str],
        typer.Argument(help="What load generators wrote, each a runner's log or several, gzipped or not; - is stdin."),
    ],
) -> None:
    """Sum up the output of k6's runners: requests, errors, and percentiles over all of them.

    Exits with 3 where a generator failed or lines are missing, so that the sum is not of the whole load.
    """
    try:
        summary = summed(files, sys.stdin.buffer)
    except (LinesError, LogError) as error:
        raise _Refused(error) from error
    _out.print(reruns.listing(summary))
    if summary.errors:
        _out.print(reruns.errors(summary))
    _out.print(f"{summary.due:,} arrivals were due, {summary.dropped:,} found no free VU.", highlight=False)
    for failure in summary.failures:
        _out.print(f"A generator failed: {failure}", highlight=False, markup=False)
    for check, failed in summary.checks.items():
        _out.print(f"A check failed {failed:,} times: {check}", highlight=False, markup=False)
    for remark in summary.remarks:
        _out.print(f"Missing: {remark}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(Conclusion.NO_VALID_ANSWER if summary.failures or summary.remarks else Conclusion.YES)


@app.command()
def rerun(
    testrun: Annotated[str, typer.Argument(help="A TestRun in the cluster, such as browse.")],
    replicas: Annotated[int, typer.Option(help="Of the service that it is aimed at.", min=1, max=64)],
    *,
    context: Annotated[str | None, typer.Option(help=_CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=_NAMESPACE)] = None,
) -> None:
    """Scale a service in the cluster for good, run the same TestRun again, and show both results side by side."""
    try:
        with _stopping_once():
            outcomes = Choice(context, namespace).rerun(testrun, replicas, SystemClock(), _said)
    except EngineError as error:
        raise _Refused(error) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    _out.print(reruns.side_by_side(*outcomes))
    failures = [f"with {o.replicas} replicas: {failure}" for o in outcomes for failure in o.summary.failures]
    for failure in failures:
        _out.print(f"A generator failed {failure}", highlight=False, markup=False)
    raise typer.Exit(Conclusion.NO_VALID_ANSWER if failures else Conclusion.YES)


@app.command()
def doctor() -> None:
    """Say what this machine has, can do, and lacks."""
    symptoms = examination.examine(places.ROOT, places.cache(), lambda line: _err.print(line, highlight=False))
    _out.print(examination.as_table(symptoms))
    if any(symptom.status == "missing" for symptom in symptoms):
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of experiment files."""
    print(generated.experiment_schema(), end="")


@app.command()
def experiments() -> None:
    """List the shipped experiments."""
    listing = Table(
        Column("name", no_wrap=True),
        "what it answers",
        "kind",
        "cells",
        "blocks",
        "contacts",
        box=None,
        header_style="bold",
    )
    for name, path in places.shipped_experiments().items():
        spec = load_experiment(path)
        listing.add_row(
            name,
            spec.description,
            spec.kind,
            str(len(cells(spec))),
            str(spec.blocks),
            f"{spec.dataset.contacts:,}",
        )
    _out.print(listing)


@app.command()
def down(
    purge: Annotated[bool, typer.Option("--purge", help="Also remove the loaded databases.")] = False,
    *,
    engine: Annotated[str, typer.Option(help="local or kubernetes: whose runs.")] = "local",
    context: Annotated[str | None, typer.Option(help=_CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=_NAMESPACE)] = None,
) -> None:
    """Remove what an interrupted run left behind, and in a cluster also the release that it installed; give one that
    was there before back as it was."""
    try:
        Choice(context, namespace).down(engine, lambda line: _out.print(line, highlight=False), purge=purge)
    except EngineError as error:
        raise _Refused(error) from error


@app.command()
def setup() -> None:
    """Find or build every part.

    Says what was found; `run` does the same by itself.
    """

    def say(line: str) -> None:
        _err.print(line, highlight=False)

    try:
        parts = find_parts(places.cache(), say)
        k6 = ensure_k6(places.cache(), places.ROOT / "loadtest" / "extension", say)
    except EngineError as error:
        raise _Refused(error) from error
    for name, part in parts.versions().items():
        _out.print(f"{name} {part['version']} ({part['source']})", highlight=False)
    _out.print(f"k6 {k6}", highlight=False, soft_wrap=True)


@app.command(hidden=True)
def generate(check: Annotated[bool, typer.Option("--check", help="Only say what has drifted.")] = False) -> None:
    """Write the generated parts of the documentation, or check them."""
    try:
        drifted = generated.drifted(places.ROOT, app) if check else generated.write(places.ROOT, app)
    except QuoteError as error:
        raise _Refused(error) from error
    for path in drifted:
        _out.print(f"{'has drifted; run scripts/fix' if check else 'wrote'}: {path}", highlight=False, soft_wrap=True)
    if check and drifted:
        raise typer.Exit(1)
