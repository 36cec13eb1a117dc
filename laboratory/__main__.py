"""`python -m laboratory`: how well capacities are found, on services that are simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laboratory import page, truth
from laboratory.coverage import Row, calibrated
from laboratory.race import RACED, Entry, raced
from laboratory.services import SERVICES
from laboratory.twice import TWICE, Pairs, compared
from scalebed.cli.console import OUT, refusing
from scalebed.messages import UserError

CORE, ALL, RACES, PAIRS = 300, 4000, 100, 250
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    service: Annotated[list[str] | None, typer.Option(help="Only this one; may be given again.")] = None,
    searches: Annotated[
        int | None, typer.Option(min=3, help=f"Of each service; {CORE}, in a race {RACES}; pairs, {PAIRS}.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=f"{ALL:,} searches of each.")] = False,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    out: Annotated[Path | None, typer.Option(help="A folder for the tables.")] = None,
    truths: Annotated[bool, typer.Option("--truths", help="First find anew what theory does not tell.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Each twice, as `scalebed compare` sees them.")] = False,
    race: Annotated[bool, typer.Option("--race", help="Beside other tools' ways to search, on few services.")] = False,
) -> None:
    """Print a table of what searches came to; nothing is started, and time is simulated."""
    with refusing():
        if unknown := [name for name in service or () if name not in SERVICES]:
            raise UserError(f"--service {unknown[0]}: there is none; the services are {', '.join(SERVICES)}")
        if (race or compare) and every:
            raise UserError("--all is not for a race or a comparison; --searches N says how many")
        if truths:
            truth.keep()
        known = {name: each for name, each in truth.kept().items() if not service or name in service}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        if race:
            chosen = {name: each for name, each in known.items() if service or name in RACED}
            entries = raced(chosen, searches or RACES, seed, _tell)
            OUT.print(page.race(entries), highlight=False, soft_wrap=True)
            if out is not None:
                (out / "race.csv").write_text(page.race_spreadsheet(entries), encoding="utf-8")
                (out / "race.md").write_text(page.race(entries), encoding="utf-8")
            return
        if compare:
            pairs = compared(service or TWICE, searches or PAIRS, seed, _pair)
            OUT.print(page.twice(pairs), highlight=False, soft_wrap=True)
            if out is not None:
                (out / "twice.csv").write_text(page.twice_spreadsheet(pairs), encoding="utf-8")
                (out / "twice.md").write_text(page.twice(pairs), encoding="utf-8")
            return
        rows = calibrated(known, ALL if every else searches or CORE, seed, _say)
        OUT.print(page.table(rows, known), highlight=False, soft_wrap=True)
        if out is not None:
            (out / "answer.md").write_text(page.answer(rows), encoding="utf-8")
            (out / "services.md").write_text(page.services(), encoding="utf-8")
            (out / "coverage.csv").write_text(page.spreadsheet(rows, known), encoding="utf-8")
            (out / "coverage.md").write_text(page.table(rows, known), encoding="utf-8")


def _say(row: Row) -> None:
    OUT.print(f"{row.service}: {row.covered.share:.1%} of {row.answered:,} covered.", highlight=False)


def _pair(each: Pairs) -> None:
    OUT.print(f"{each.service}: a difference claimed of {each.claimed.share:.1%} that had none.", highlight=False)


def _tell(entry: Entry) -> None:
    OUT.print(f"{entry.service}, {entry.method}: within ±{entry.within:.1%} in {entry.load_s:,.0f} s.", highlight=False)


if __name__ == "__main__":
    app(prog_name="calibrate")
