"""Commands that plan ahead: what an autoscaler will make of a load, and which settings are worth having.

`app.py` puts them with the others. What a command needs is imported once it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scalebed.cli.console import refusing
from scalebed.cli.options import AsJson

_LOAD = "What is to come: .yaml with a profile, .csv with a time and a rate in each row, or an access log"
_HPA = "A manifest of the autoscaler, as kubectl get hpa NAME -o yaml prints it"
_RATE_METRIC = "A metric of type External that is the requests a second of all replicas together, over a minute."

Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory of kind capacity, of any service.")]
Variant = Annotated[str | None, typer.Option(help="Which one of the run; else its only one.")]
StartUp = Annotated[
    str | None, typer.Option(help="How long a replica takes to start, such as 5s or 4s-7s; else as the run saw it.")
]
Request = Annotated[
    str | None, typer.Option(help="CPU that a replica asks for, such as 150m; else as much as its quota.")
]
Release = Annotated[str, typer.Option(help="Of Kubernetes, whose autoscaler it is: 1.34 or 1.37.")]
Patience = Annotated[str | None, typer.Option(help="After which a client gives up; else 30s.")]
InFlight = Annotated[
    int | None,
    typer.Option(help="Requests that may be under way at once, what comes beyond fails; else any number.", min=1),
]
Seed = Annotated[int, typer.Option(help="Of the draws.", min=0)]


def forecast(
    directory: Run,
    load: Annotated[Path | None, typer.Option(metavar="FILE", help=f"{_LOAD}.")] = None,
    hpa_file: Annotated[Path | None, typer.Option("--hpa", metavar="FILE", help=f"{_HPA}.")] = None,
    *,
    variant: Variant = None,
    start_up: StartUp = None,
    request: Request = None,
    release: Release = "1.34",
    rate_metric: Annotated[str | None, typer.Option(metavar="NAME", help=_RATE_METRIC)] = None,
    patience: Patience = None,
    in_flight: InFlight = None,
    draws: Annotated[
        int | None,
        typer.Option(help="Of all that is not known; else 6 to 40, by how long the load is.", min=2, max=1000),
    ] = None,
    seed: Seed = 7,
    measured: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="A run of kind hpa to set beside it, which also says load and autoscaler."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of a report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what an autoscaler will make of a load, from what a run found of the service: replicas over time, seconds out
    of the SLO and their price, with how far that is known. Nothing is measured for it.
    """
    with refusing():
        from scalebed.cli import forecasting

        asked = forecasting.Asked(
            run=directory,
            loads=() if load is None else (load,),
            hpa=hpa_file,
            variant=variant,
            start_up=start_up,
            request=request,
            release=release,
            rate_metric=rate_metric,
            patience=patience,
            in_flight=in_flight,
            seed=seed,
            as_json=as_json,
        )
        forecasting.forecast(asked, draws, measured, out)


def tune(
    directory: Run,
    load: Annotated[list[Path], typer.Option(metavar="FILE", help=f"{_LOAD}; repeatable.")],
    hpa_file: Annotated[
        Path | None, typer.Option("--hpa", metavar="FILE", help=f"{_HPA}; else one that keeps to 80% CPU.")
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--max", help="Replicas that there may be; else as the manifest says.", min=1, max=1000),
    ] = None,
    *,
    variant: Variant = None,
    start_up: StartUp = None,
    request: Request = None,
    release: Release = "1.34",
    rate_metric: Annotated[str | None, typer.Option(metavar="NAME", help=f"{_RATE_METRIC} Tried as well.")] = None,
    patience: Patience = None,
    in_flight: InFlight = None,
    settings: Annotated[
        int | None, typer.Option(help="To try at most; else 60 to 400, by how long the loads are.", min=20, max=10_000)
    ] = None,
    seed: Seed = 7,
    out: Annotated[Path, typer.Option(help="Folder of manifests, values for the chart, and a report.")] = Path("hpa"),
    as_json: AsJson = False,
) -> None:
    """Look for settings of an autoscaler: those that no other beats in both time out of the SLO and price, on these
    loads, on more of them, and on faster ones. Three to choose from are written as manifests. Nothing is measured for
    it.
    """
    with refusing():
        from scalebed.cli import forecasting

        asked = forecasting.Asked(
            run=directory,
            loads=load,
            hpa=hpa_file,
            variant=variant,
            start_up=start_up,
            request=request,
            release=release,
            rate_metric=rate_metric,
            patience=patience,
            in_flight=in_flight,
            seed=seed,
            as_json=as_json,
        )
        forecasting.search(asked, most, settings, out)
