"""`python -m hparig`, which scripts/hpa-rig calls: holds the model of the autoscaler to the real controller."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from clusterbed.announcing import ConsoleAnnouncer
from hparig import frozen, page, rig, scraping
from hparig.control_plane import ControlPlane
from hparig.judging import Tally, judged, summed
from hparig.kubelet import Kubelet
from hparig.page import Row
from hparig.programs import programs, versions
from hparig.rig import Run
from scalebed import paths
from scalebed.autoscaling.settings import RELEASES, ReleaseName
from scalebed.autoscaling.trace import parse
from scalebed.cli.console import ERR, OUT, refusing, stopping_once
from scalebed.messages import UserError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_FOLDER = paths.cache() / "hpa-rig"


@app.command()
def run(
    *,
    release: Annotated[list[str] | None, typer.Option(help="1.34 or 1.37; without, both.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Of scenarios; without, all.")] = None,
    scenarios: Annotated[int, typer.Option(help="Of each release, over all groups.", min=1)] = 300,
    seed: Annotated[str, typer.Option(help="What they are drawn from; without, the model's own digest.")] = "",
    first: Annotated[int, typer.Option(help="Index of the first.", min=0)] = 0,
    at_once: Annotated[int, typer.Option(help="Beside each other.", min=1)] = 45,
    pause: Annotated[Path | None, typer.Option(metavar="FILE", help="Begin nothing while it is there.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the traces; what is there is not run again.")] = None,
) -> None:
    """Run scenarios, keep their traces, and say how often the model agrees."""
    with refusing():
        seed = seed or frozen.model()
        folder = out or _FOLDER / seed
        announcer = ConsoleAnnouncer(ERR)
        for name in _releases(release):
            made = programs(name, announcer)
            each = Run(name, made, seed, first, scenarios, at_once, folder, pause, announcer.say)
            with stopping_once():
                for chosen in rig.groups(group or ()):
                    each.group(chosen)
        announcer.say(f"Traces: {folder}")
        _judge([folder], None)


@app.command()
def judge(
    folders: Annotated[list[Path], typer.Argument(help="Folders of traces.")],
    out: Annotated[Path | None, typer.Option(help="A folder for the tables.")] = None,
) -> None:
    """Set the model beside traces that were recorded."""
    with refusing():
        _judge(folders, out)


@app.command()
def scrapes(
    *,
    count: Annotated[int, typer.Option(help="Scrapes, 15 s each.", min=2)] = 12,
    pods: Annotated[int, typer.Option(min=1)] = 80,
    seed: Annotated[str, typer.Option(help="What the pods are drawn from.")] = "1",
    out: Annotated[Path | None, typer.Option(help="A folder for the sentence.")] = None,
) -> None:
    """Run metrics-server with a kubelet that is played, and say how often its model says the same."""
    with refusing(), stopping_once():
        announcer = ConsoleAnnouncer(ERR)
        made = programs("1.34", announcer)
        with (
            tempfile.TemporaryDirectory(prefix="hpa-rig-") as folder,
            ControlPlane(made, Path(folder) / "run", {}) as plane,
            closing(Kubelet(plane.certificate, seed, pods)) as kubelet,
        ):
            found = scraping.compare(plane, made.metrics_server, kubelet, count, announcer.say)
        for line in found.differing:
            OUT.print(line, markup=False, highlight=False, soft_wrap=True)
        said = page.scrapes(found)
        OUT.print(said, markup=False, highlight=False, soft_wrap=True)
        if out is not None:
            (out / "metrics-server.md").write_text(said, encoding="utf-8")


def _judge(folders: Sequence[Path], out: Path | None) -> None:
    rows = [row for folder in folders for row in _rows(folder)]
    OUT.print(page.table(rows, frozen.model(), versions()), markup=False, highlight=False, soft_wrap=True)
    for row in rows:
        for each in row.tally.disagreements:
            OUT.print(f"{row.release} {each}", markup=False, highlight=False, soft_wrap=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "agreement.json").write_text(page.document(rows, frozen.model()), encoding="utf-8")
        (out / "agreement.md").write_text(page.table(rows, frozen.model(), versions()), encoding="utf-8")
        (out / "answer.md").write_text(page.answer(rows, frozen.model(), versions()), encoding="utf-8")


def _rows(folder: Path) -> list[Row]:
    found: dict[tuple[ReleaseName, str], list[Tally]] = {}
    for path in sorted(folder.glob("*/*.json")):
        trace = parse(path.read_text(encoding="utf-8"), str(path))
        torn = json.loads(path.with_suffix(".torn").read_text(encoding="utf-8"))
        key = trace.release, path.stem.rsplit("-", 1)[0]
        found.setdefault(key, []).append(judged(path.stem, trace, torn))
    if not found:
        raise UserError(f"{folder} has no traces: name a folder that `hpa-rig run` wrote")
    return [Row(release, folder.name, group, summed(tallies)) for (release, group), tallies in found.items()]


def _releases(names: list[str] | None) -> list[ReleaseName]:
    if unknown := [name for name in names or () if name not in RELEASES]:
        raise UserError(f"--release {unknown[0]}: the rig knows {' and '.join(RELEASES)}")
    return [name for name in RELEASES if not names or name in names]


if __name__ == "__main__":
    app(prog_name="hpa-rig")
