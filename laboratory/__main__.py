"""`python -m laboratory`: how often the interval of a capacity covers the true one, on services that are simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laboratory import page, truth
from laboratory.coverage import Row, calibrated
from laboratory.services import SERVICES
from scalebed.cli.console import OUT, refusing
from scalebed.messages import UserError

CORE, ALL = 500, 4000
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    service: Annotated[list[str] | None, typer.Option(help="Only this one; may be given again.")] = None,
    searches: Annotated[int, typer.Option(min=3, help="Of each service.")] = CORE,
    every: Annotated[bool, typer.Option("--all", help=f"{ALL:,} searches of each.")] = False,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    out: Annotated[Path | None, typer.Option(help="A folder for the tables.")] = None,
    truths: Annotated[bool, typer.Option("--truths", help="First find anew what theory does not tell.")] = False,
) -> None:
    """Print a table of what searches came to; nothing is started, and time is simulated."""
    with refusing():
        if unknown := [name for name in service or () if name not in SERVICES]:
            raise UserError(f"--service {unknown[0]}: there is none; the services are {', '.join(SERVICES)}")
        if truths:
            truth.keep()
        known = {name: each for name, each in truth.kept().items() if not service or name in service}
        number = ALL if every else searches
        rows = calibrated(known, number, seed, _say)
        OUT.print(page.table(rows, known), highlight=False, soft_wrap=True)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / "answer.md").write_text(page.answer(rows), encoding="utf-8")
            (out / "services.md").write_text(page.services(), encoding="utf-8")
            (out / "coverage.csv").write_text(page.spreadsheet(rows, known), encoding="utf-8")
            (out / "coverage.md").write_text(page.table(rows, known), encoding="utf-8")


def _say(row: Row) -> None:
    OUT.print(f"{row.service}: {row.covered.share:.1%} of {row.answered:,} covered.", highlight=False)


if __name__ == "__main__":
    app(prog_name="calibrate")
