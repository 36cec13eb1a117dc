"""The command line: every command, its options, and which module does it.

What a command needs is imported once it runs: help, and the refusal of a typing error, need none of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scalebed import __version__
from scalebed.cli import RUNNERS, Form, TableName, planning, upkeep
from scalebed.cli.console import ERR, OUT, refusing
from scalebed.cli.options import CONTEXT, NAMESPACE, AsJson
from scalebed.measurement.host import Host

app = typer.Typer(
    help="Measure how HTTP services scale horizontally.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
hpa = typer.Typer(help="What a HorizontalPodAutoscaler decides.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(hpa, name="hpa")
_HOST = "alone: what other programs spoil is INVALID; shared: it counts, marked as rough, and is compared with nothing."


_URL = "Of something that runs already, in the place of the file's service."
_SCRIPT = "A k6 script, in the place of the file's load."
_PORT = "Of the page; without: 8321, or another where that is taken."
_SCRAPED = "Where; without: 127.0.0.1:9464. Implies --prometheus."
_REMOTE_WRITE = (
    "Send its metrics to a receiver of Prometheus's remote write, such as http://127.0.0.1:9090/api/v1/write."
)
_OTLP = "Send its metrics by OpenTelemetry's protocol, as its variables (OTEL_EXPORTER_OTLP_ENDPOINT) say."
_SLO = "Such as 'p(95) < 500 ms' or 'errors < 1 %', in the place of the file's; repeatable."


def _version(asked: bool) -> None:
    if asked:
        from scalebed.engines.fingerprint import code_state

        code = code_state()
        commit = f", commit {code['commit']}{' and what is not committed' if code['dirty'] else ''}"
        OUT.print(f"scalebed {__version__}{commit if code['commit'] else ''}", highlight=False, soft_wrap=True)
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
    experiment: Annotated[
        str | None, typer.Argument(help="An experiment file, or the name of a shipped one; else ./scalebed.yaml.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run directory; one that was interrupted goes on.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Such as search.precision=0.1; repeatable.")
    ] = None,
    as_json: AsJson = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, even where the same experiment was interrupted.")
    ] = False,
    *,
    engine: Annotated[str | None, typer.Option(help="local or kubernetes, in the place of the experiment's.")] = None,
    context: Annotated[str | None, typer.Option(help=CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=NAMESPACE)] = None,
    runners: Annotated[int, typer.Option(help="Pods that share the load in a cluster.", min=1, max=32)] = RUNNERS,
    around: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Look for capacities near those that this run found.")
    ] = None,
    host: Annotated[Host, typer.Option(help=_HOST)] = "alone",
    url: Annotated[str | None, typer.Option(help=_URL)] = None,
    script: Annotated[Path | None, typer.Option(help=_SCRIPT)] = None,
    slo: Annotated[list[str] | None, typer.Option(metavar="LIMIT", help=_SLO)] = None,
    web: Annotated[bool, typer.Option("--web", help="Show it in a browser while it runs, on this machine.")] = False,
    port: Annotated[int | None, typer.Option(help=f"{_PORT} Implies --web.", min=1, max=65_535)] = None,
    prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Have Prometheus scrape its metrics while it runs.")
    ] = False,
    prometheus_address: Annotated[str | None, typer.Option(metavar="HOST:PORT", help=_SCRAPED)] = None,
    remote_write: Annotated[str | None, typer.Option(metavar="URL", help=_REMOTE_WRITE)] = None,
    otlp: Annotated[bool, typer.Option("--otlp", help=_OTLP)] = False,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT", help="Such as 'cpu > 10 %', between its two variants, as of compare; repeatable."
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="RUN[:VARIANT]", help="Compare it with a run from before, in place of its variants with each other."
        ),
    ] = None,
    across_hosts: Annotated[
        bool, typer.Option("--across-hosts", help="With --against: also a run of an unlike host.")
    ] = False,
) -> None:
    """Run an experiment and write its report.

    Exits with 0 where the answer is yes, with 1 where it is no (the SLO was missed, there is no capacity at it or less
    than `at_least`, a check failed), with 2 where the experiment could not be run, and with 3 where there is no valid
    answer (INVALID throughout, undecided, more than host or generator could carry); over several cells 2 goes before
    3, 3 before 1. Ctrl-C ends it with 130. With --fail-if it exits as `compare` does.
    """
    with refusing():
        from scalebed.cli import measuring
        from scalebed.cli.allowed import Allowed
        from scalebed.cli.engine_options import Choice, Own, Told

        raise typer.Exit(
            measuring.run(
                experiment,
                settings or (),
                out,
                Choice(context, namespace, runners),
                engine=engine,
                around=around,
                fresh=fresh,
                as_json=as_json,
                host=host,
                own=Own(url, script, slo or ()),
                web=web,
                port=port,
                told=Told(prometheus, prometheus_address, remote_write, otlp),
                allowed=Allowed(fail_if or (), against, across_hosts=across_hosts),
            )
        )


@app.command()
def view(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run directory, of one that goes on or is over; else the newest."),
    ] = None,
    port: Annotated[int | None, typer.Option(help=_PORT, min=1, max=65_535)] = None,
) -> None:
    """Show a run in a browser, on this machine, until Ctrl-C: second by second while it goes on, and afterwards."""
    with refusing():
        from scalebed.cli import viewing

        viewing.view(directory, port)


@app.command()
def check(
    experiment: Annotated[str | None, typer.Argument(help="An experiment file; else ./scalebed.yaml.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As of run; repeatable.")
    ] = None,
    *,
    url: Annotated[str | None, typer.Option(help=_URL)] = None,
    script: Annotated[Path | None, typer.Option(help=_SCRIPT)] = None,
    slo: Annotated[list[str] | None, typer.Option(metavar="LIMIT", help=_SLO)] = None,
    context: Annotated[str | None, typer.Option(help=CONTEXT)] = None,
    namespace: Annotated[str | None, typer.Option(help=NAMESPACE)] = None,
    as_json: AsJson = False,
) -> None:
    """Do everything but measure: start each service, let one user through, and say what came back.

    Exits with 0 where all was answered as it should be, with 1 where not, and with 2 where it could not be tried.
    """
    with refusing():
        from scalebed.cli import checking, measuring
        from scalebed.cli.engine_options import Choice, Own

        own = Own(url, script, slo or ())
        chosen = Choice(context, namespace)
        if not checking.check(measuring.file_of(experiment, own), settings or (), own, chosen, as_json=as_json):
            raise typer.Exit(1)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Of the application.", file_okay=False, exists=True)] = Path(),
    url: Annotated[str | None, typer.Option(help="Of something that runs already.")] = None,
    log: Annotated[
        Path | None, typer.Option(help="An access log: what people asked for becomes the load.", dir_okay=False)
    ] = None,
    lasting: Annotated[
        str | None,
        typer.Option(help="With --log, such as 10m: let the rate go as it went there, drawn together into so long."),
    ] = None,
    har: Annotated[
        Path | None, typer.Option(help="In its place a recording in HAR, as browsers save it.", dir_okay=False)
    ] = None,
    *,
    origin: Annotated[
        str | None, typer.Option(help="Of which requests of the recording are taken; else of its first page.")
    ] = None,
    methods: Annotated[
        list[str] | None,
        typer.Option("--method", help="To take from the recording beside GET and HEAD, such as POST; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write scalebed.yaml and load.js for an application of your own; never over a file that is there.

    With --log or --har the load is a list of requests in the place of load.js: which kinds, how often each, and paths
    as they were asked for. What would change something (not GET or HEAD), and what was not answered with 2xx, is left
    out; so is what a recording has of other origins, and every cookie and authorization in it.
    """
    with refusing():
        from scalebed.cli import beginning

        beginning.begin(folder, url, beginning.Asked(log, har, origin, methods or (), lasting), as_json=as_json)


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
    as_json: AsJson = False,
) -> None:
    """Run scenarios, each before and after, and set the results side by side.

    Exits as `run` does: with 1 also where something that was checked over the whole scenario was not so.
    """
    with refusing():
        from scalebed.cli import measuring

        raise typer.Exit(
            measuring.scenario(
                names or (),
                variants or (),
                settings or (),
                first=first,
                every=every,
                base=base,
                out=out,
                host=host,
                as_json=as_json,
            )
        )


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
    as_json: AsJson = False,
) -> None:
    """Compare strategies of database objects: what each is worth to every question, and what it costs.

    Runs `manage.py benchmark` of each variant on each strategy's database, all with the same rows.
    """
    with refusing():
        from scalebed.cli import machine

        try:
            machine.queries(
                variants,
                strategies,
                contacts=contacts,
                seed=seed,
                blocks=blocks,
                budget_s=budget,
                out=out,
                fresh=fresh,
                as_json=as_json,
            )
        except KeyboardInterrupt:
            (ERR if as_json else OUT).print("Stopped; what was measured is kept. The same command goes on from there.")
            raise typer.Exit(130) from None


@app.command()
def serve(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="SERVICE", help="Such as naive. Without any: optimized and naive.")
    ] = None,
    *,
    contacts: Annotated[int, typer.Option(help="Rows of each.", min=1)] = 2_000,
    seed: Annotated[int, typer.Option(help="Of the rows.")] = 7,
    port: Annotated[
        int, typer.Option(help="Of the first service; the next has the next.", min=1024, max=65_000)
    ] = 8_000,
) -> None:
    """Serve the shipped services to look at and to work on, with all parts around them, until Ctrl-C removes all.

    Each has rows of its own, Django's error pages, and starts anew when a source of apps/ changes. Not for measuring.
    """
    with refusing():
        from scalebed.cli import serving

        serving.serve(services or (), contacts=contacts, seed=seed, port=port)


@app.command()
def report(
    directory: Annotated[Path, typer.Argument(help="A run directory.")],
    price: Annotated[
        str | None,
        typer.Option(help="Of one replica, such as 0.04/h or 29/month: tell what capacities and demand cost."),
    ] = None,
    demand: Annotated[
        list[float] | None, typer.Option(help="With --price: requests a second that are to be served; repeatable.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the report of a run anew."""
    with refusing():
        from scalebed.cli import measuring

        measuring.report(directory, price, demand or (), as_json=as_json)


@app.command()
def compare(
    before: Annotated[str, typer.Argument(metavar="RUN[:VARIANT]", help="A run directory, or one variant of it.")],
    after: Annotated[
        str | None,
        typer.Argument(metavar="[RUN[:VARIANT]]", help="What it is set against; else the run's other variant."),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(metavar="LIMIT", help="Such as 'capacity < -5 %' or 'cpu > 10 %'; repeatable."),
    ] = None,
    *,
    control: Annotated[
        str | None,
        typer.Option(metavar="RUN[:VARIANT]", help="Repeats the first: no less than these two differ is a difference."),
    ] = None,
    across_hosts: Annotated[
        bool, typer.Option("--across-hosts", help="Also what was measured on unlike hosts; every output says so.")
    ] = False,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it for a pull request.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a test case for each limit.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set two runs, or two variants of one, side by side: what changed, by how much, and whether that is allowed.

    Exits with 1 where a limit is broken for sure, as the whole interval lies beyond it, or where the second missed the
    SLO that the first met; with 2 where the two cannot be compared, and with 3 where a limit has no valid answer.
    """
    with refusing():
        from scalebed.cli import comparing

        raise typer.Exit(
            comparing.run(
                before,
                after,
                fail_if or (),
                control=control,
                across_hosts=across_hosts,
                markdown_file=markdown,
                junit_file=junit,
                as_json=as_json,
            )
        )


app.command()(planning.forecast)
app.command()(planning.tune)


@app.command()
def export(
    directories: Annotated[list[Path], typer.Argument(metavar="RUN", help="Run directories.")],
    table: Annotated[
        TableName | None,
        typer.Option(help="A row a trial, a second of it, an endpoint in it, or a cell of a run. Without: trials."),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="As --out ends, or else csv. otava: series for Apache Otava; hyperfine: its JSON.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file, and for otava a folder; else stdout.")] = None,
) -> None:
    """Write what runs measured as a table, for a notebook, a database or a spreadsheet."""
    with refusing():
        from scalebed.cli import exporting

        exporting.export(directories, table, form, out)


for _command in (
    upkeep.lines,
    upkeep.rerun,
    upkeep.doctor,
    upkeep.schema,
    upkeep.experiments,
    upkeep.down,
    upkeep.rights,
    upkeep.setup,
):
    app.command()(_command)
hpa.command()(upkeep.replay)
