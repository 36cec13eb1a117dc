"""`python -m clusterbed`, which the scripts in scripts/airgap, scripts/cluster and scripts/cluster-tools call."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from clusterbed import bases, catalogue, services
from clusterbed import tools as toolbox
from clusterbed.announcing import ConsoleAnnouncer
from clusterbed.commands import Log
from clusterbed.docker import Docker
from clusterbed.doctor import conclude, examine
from clusterbed.machine import inspect
from clusterbed.setting_up import Setup
from clusterbed.stages import digest_of_files
from clusterbed.workshop import Workshop
from scalebed import paths
from scalebed.cli.console import ERR, OUT, refusing
from scalebed.engines.local.doctor import as_table

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_announcer = ConsoleAnnouncer(ERR)


@contextmanager
def _workshop() -> Iterator[Workshop]:
    with refusing():
        yield Workshop.open(paths.ROOT, paths.cache(), _announcer.say)


@app.command()
def tools(names: Annotated[list[str], typer.Argument(help="Such as helm and kubectl.")]) -> None:
    """Have these tools, and print a folder for PATH to begin with."""
    with _workshop() as shop:
        pipeline = shop.pipeline(toolbox.stages(shop.root, shop.cache, shop.versions), _announcer)

        def make(stages: list[str]) -> Mapping[str, Path]:
            made = pipeline.make(stages)
            return {stage: made.folder(stage) for stage in stages}

        found = toolbox.gather(names, make, shop.versions)
        key = digest_of_files(shop.root, [shop.root / "k8s" / "versions.env"])[:12]
        # Apart where the helm that one needs is not the helm that others may take.
        folder = shop.folder / f"bin-{key}{'-bounded' if toolbox.bounded(names) else ''}"
        toolbox.link(found, folder)
    for tool in found:
        _announcer.say(f"{tool.name} {tool.version} ({tool.source})")
    OUT.print(str(folder), markup=False, highlight=False, soft_wrap=True)


_Registry = Annotated[
    bool | None,
    typer.Option("--registry/--airgap", help="Public images, or package registries alone."),
]
_Services = Annotated[
    list[str] | None,
    typer.Option(
        "--service",
        help=f"A service of the chart whose image to have besides {', '.join(services.USUAL)}; again for another one; "
        f"{services.ALL}: every one.",
    ),
]


@app.command()
def images(registry: _Registry = None, service: _Services = None) -> None:
    """Have every image that the cluster is made of, and no cluster yet."""
    with _workshop() as shop, shop.guard("cluster"):
        Setup(shop, _announcer, services.chosen(shop.root, service or ())).images(registry)
        _announcer.say("Every image is there.")


@app.command()
def base() -> None:
    """Have what a service's image is built from where no registry can be reached, and print the base image's name.

    The wheels go into build/wheelhouse, inside the context of the services' Dockerfiles.
    """
    with _workshop() as shop:
        made = shop.pipeline(catalogue.without_registry(shop), _announcer).make([bases.PYTHON, "wheelhouse"])
        wheelhouse = shop.root / "build" / "wheelhouse"
        shutil.rmtree(wheelhouse, ignore_errors=True)
        shutil.copytree(made.folder("wheelhouse"), wheelhouse)
        OUT.print(made.image(bases.PYTHON), markup=False, highlight=False, soft_wrap=True)


@app.command()
def up(registry: _Registry = None, service: _Services = None) -> None:
    """Have the cluster, with metrics-server and the k6-operator in it."""
    with _workshop() as shop, shop.guard("cluster"):
        Setup(shop, _announcer, services.chosen(shop.root, service or ())).up(registry)


@app.command()
def down(purge: Annotated[bool, typer.Option("--purge", help="Also remove what was built.")] = False) -> None:
    """Take the cluster away, and undo what was changed on this machine for it."""
    with _workshop() as shop, shop.guard("cluster"):
        Setup(shop, _announcer).down(purge)


@app.command()
def doctor() -> None:
    """Say what this machine can and cannot do for a cluster without a registry."""
    cache = paths.cache()
    symptoms = examine(inspect(cache), Docker(Log(cache / "airgap" / "logs" / "doctor.log")).engine_version(), cache)
    OUT.print(as_table(symptoms))
    OUT.print(conclude(symptoms), markup=False, highlight=False, soft_wrap=True)
    if any(symptom.status == "missing" for symptom in symptoms):
        raise typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="clusterbed")
