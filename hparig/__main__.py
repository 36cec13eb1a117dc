"""`python -m hparig`, which scripts/hpa-rig calls: holds the model of the autoscaler to the real controller."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from clusterbed.announcing import ConsoleAnnouncer
from hparig import rig
from hparig.judging import Tally, judged, summed
from hparig.programs import programs
from hparig.rig import Run
from scalebed import paths
from scalebed.autoscaling.settings import RELEASES, ReleaseName
from scalebed.autoscaling.trace import parse
from scalebed.cli.console import ERR, OUT, refusing
from scalebed.messages import UserError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_FOLDER = paths.cache() / "hpa-rig"


@app.command()
def run(
    *,
    release: Annotated[list[str] | None, typer.Option(help="1.34 or 1.37; without, both.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Of scenarios; without, all.")] = None,
    scenarios: Annotated[int, typer.Option(help="Of each release, over all groups.", min=1)] = 300,
    seed: Annotated[str, typer.Option(help="What they are drawn from.")] = "1",
    first: Annotated[int, typer.Option(help="Index of the first.", min=0)] = 0,
    at_once: Annotated[int, typer.Option(help="Beside each other.", min=1)] = 45,
    pause: Annotated[Path | None, typer.Option(metavar="FILE", help="Begin nothing while it is there.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the traces; what is there is not run again.")] = None,
) -> None:
    """Run scenarios, keep their traces, and say how often the model agrees."""
    with refusing():
        folder = out or _FOLDER / seed
        announcer = ConsoleAnnouncer(ERR)
        for name in _releases(release):
            made = programs(name, announcer)
            each = Run(name, made, seed, first, scenarios, at_once, folder, pause, announcer.say)
            for chosen in rig.groups(group or ()):
                each.group(chosen)
        _judge([folder], None)


@app.command()
def judge(
    folders: Annotated[list[Path], typer.Argument(help="Folders of traces.")],
    out: Annotated[Path | None, typer.Option(help="A JSON file for the table.")] = None,
) -> None:
    """Set the model beside traces that were recorded."""
    with refusing():
        _judge(folders, out)


def _judge(folders: list[Path], out: Path | None) -> None:
    begun = time.monotonic()
    tables = {}
    for folder in folders:
        found: dict[str, dict[str, list[Tally]]] = {}
        for path in sorted(folder.glob("*/*.json")):
            torn = json.loads(path.with_suffix(".torn").read_text(encoding="utf-8"))
            tally = judged(path.stem, parse(path.read_text(encoding="utf-8"), str(path)), torn)
            found.setdefault(path.parent.name, {}).setdefault(path.stem.rsplit("-", 1)[0], []).append(tally)
        if not found:
            raise UserError(f"{folder} has no traces: name a folder that `hpa-rig run` wrote")
        tables[folder.name] = {
            release: {name: summed(tallies).as_json() for name, tallies in groups.items()}
            for release, groups in found.items()
        }
        for release, groups in found.items():
            for name, tallies in groups.items():
                _print(f"{folder.name} {release} {name}", summed(tallies))
            _print(f"{folder.name} {release}", summed(each for tallies in groups.values() for each in tallies))
    ERR.print(f"judged in {time.monotonic() - begun:.1f} s", highlight=False)
    if out is not None:
        out.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")


def _print(name: str, tally: Tally) -> None:
    share = f"{100 * tally.agreed / tally.decisions:.2f} %"
    OUT.print(
        f"{name}: {tally.scenarios} scenarios, {tally.decisions} decisions, {tally.rescaled} rescaled, "
        f"agreed {tally.agreed} ({share}), with reasons {tally.reasons}, torn {tally.torn}",
        highlight=False,
        soft_wrap=True,
    )


def _releases(names: list[str] | None) -> list[ReleaseName]:
    if unknown := [name for name in names or () if name not in RELEASES]:
        raise UserError(f"--release {unknown[0]}: the rig knows {' and '.join(RELEASES)}")
    return [name for name in RELEASES if not names or name in names]


if __name__ == "__main__":
    app(prog_name="hpa-rig")
