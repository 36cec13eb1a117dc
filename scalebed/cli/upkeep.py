"""Commands around measuring: what TestRuns came to, the model of the autoscaler, this machine, and what there is.

`app.py` beside it has the others, and puts all together. What a command needs is imported once it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scalebed.cli import AnswerName
from scalebed.cli.console import refusing
from scalebed.cli.options import CONTEXT, NAMESPACE, AsJson


def lines(
    files: Annotated[
        list[str],
        typer.Argument(help="What load generators wrote, each a runner's log or several, gzipped or not; - is stdin."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Sum up the output of k6's runners: requests, errors, and percentiles over all of them.

    Exits with 3 where a generator failed or lines are missing, so that the sum is not of the whole load.
    """
    with refusing():
        from scalebed.cli import testruns

        raise typer.Exit(testruns.lines(files, as_json=as_json))


def rerun(
    testrun: Annotated[str, typer.Argument(help="A TestRun in the cluster, such as browse.")],
    replicas: Annotated[int, typer.Option(help="Of the service that it is aimed at.", min=1, max=1000)],
    *,
    context: Annotated[str | None, typer.Option(help=CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=NAMESPACE)] = None,
    as_json: AsJson = False,
) -> None:
    """Scale a service in the cluster for good, run the same TestRun again, and show both results side by side."""
    with refusing():
        from scalebed.cli import testruns
        from scalebed.cli.engine_options import Choice

        try:
            raise typer.Exit(testruns.rerun(testrun, replicas, Choice(context, namespace), as_json=as_json))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def replay(
    trace: Annotated[Path, typer.Argument(help="A trace in JSON; docs/reference/hpa.md has its format.")],
    as_json: AsJson = False,
) -> None:
    """Print what the model of the autoscaler decides in each sync of a trace.

    Exits with 1 where the trace says what the real controller did, and the model decides otherwise.
    """
    with refusing():
        from scalebed.cli import autoscalers

        if not autoscalers.replay(trace, as_json):
            raise typer.Exit(1)


def doctor(*, as_json: AsJson = False) -> None:
    """Say what this machine has, can do, and lacks."""
    with refusing():
        from scalebed.cli import machine

        if not machine.doctor(as_json=as_json):
            raise typer.Exit(1)


def schema(
    answer: Annotated[
        AnswerName | None, typer.Argument(help="A command: of what it prints with --json, in the place of the file's.")
    ] = None,
) -> None:
    """Print the JSON Schema of experiment files, or of what a command prints with --json."""
    if answer is None:
        from scalebed.experiment.json_schema import experiment_schema

        print(experiment_schema(), end="")
        return
    from scalebed.cli.answers import answer_schema

    print(answer_schema(answer), end="")


def experiments(*, as_json: AsJson = False) -> None:
    """List the shipped experiments."""
    from scalebed.cli import listings

    listings.tell_experiments(as_json=as_json)


def down(
    file: Annotated[
        Path | None,
        typer.Argument(help="An experiment file, whose deployments alone are given back."),
    ] = None,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also remove the loaded databases and built services.")
    ] = False,
    *,
    engine: Annotated[str, typer.Option(help="local or kubernetes: whose runs.")] = "local",
    context: Annotated[str | None, typer.Option(help=CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=NAMESPACE)] = None,
) -> None:
    """Remove what an interrupted run left behind, and in a cluster also the release that it installed; give one that
    was there before back as it was, and every deployment that was held."""
    with refusing():
        from scalebed.cli.console import say
        from scalebed.cli.engine_options import Choice

        Choice(context, namespace).down(engine, say, purge=purge, file=file)


def rights(
    file: Annotated[Path, typer.Argument(help="An experiment file that names images or deployments for a cluster.")],
    *,
    namespace: Annotated[str | None, typer.Option(help=NAMESPACE)] = None,
    kubelets: Annotated[
        bool, typer.Option("--kubelets", help="Also to read the kubelets: throttling and other programs, too.")
    ] = False,
) -> None:
    """Print the rights in a cluster that a run of an experiment needs, for kubectl apply."""
    with refusing():
        from scalebed.cli.engine_options import Choice

        print(Choice(None, namespace).rights(file, kubelets=kubelets), end="")


def setup(*, as_json: AsJson = False) -> None:
    """Find or build every part.

    Says what was found; `run` does the same by itself.
    """
    with refusing():
        from scalebed.cli import machine

        machine.setup(as_json=as_json)
