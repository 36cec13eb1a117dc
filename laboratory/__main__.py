"""`python -m laboratory`: how well capacities are found, on services that are simulated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from laboratory import duets, page, truth
from laboratory.coverage import Row, calibrated
from laboratory.race import RACED, Entry, raced
from laboratory.services import SERVICES
from laboratory.twice import TWICE, Pairs, compared
from scalebed.cli.console import OUT, refusing
from scalebed.messages import UserError

CORE, ALL, RACES, PAIRS, DUETS = 300, 4000, 100, 250, 2000
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    service: Annotated[list[str] | None, typer.Option(help="Only this one; may be given again.")] = None,
    searches: Annotated[
        int | None, typer.Option(min=3, help=f"Of each; {CORE}, in a race {RACES}, of pairs {PAIRS}, of runs {DUETS}.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=f"{ALL:,} searches of each.")] = False,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    out: Annotated[Path | None, typer.Option(help="A folder for the tables.")] = None,
    truths: Annotated[bool, typer.Option("--truths", help="First find anew what theory does not tell.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Each twice, as `scalebed compare` sees them.")] = False,
    duet: Annotated[bool, typer.Option("--duets", help="Comparisons in both ways, on drifting hosts.")] = False,
    race: Annotated[bool, typer.Option("--race", help="Beside other tools' ways to search, on few services.")] = False,
) -> None:
    """Print a table of what searches came to; nothing is started, and time is simulated."""
    with refusing():
        if unknown := [name for name in service or () if name not in SERVICES]:
            raise UserError(f"--service {unknown[0]}: there is none; the services are {', '.join(SERVICES)}")
        if (race or compare or duet) and every:
            raise UserError("--all is not for a race or a comparison; --searches N says how many")
        if duet:
            found = duets.compared(searches or DUETS, seed)
            tables = {"answer.md": page.duets_answer(found), "duets.md": page.duets(found)}
            _keep(out, {**tables, "duets.csv": page.duets_spreadsheet(found)})
            OUT.print(page.duets(found), highlight=False, soft_wrap=True)
            return
        if truths:
            truth.keep()
        known = {name: each for name, each in truth.kept().items() if not service or name in service}
        if race:
            chosen = {name: each for name, each in known.items() if service or name in RACED}
            entries = raced(chosen, searches or RACES, seed, _tell)
            OUT.print(page.race(entries), highlight=False, soft_wrap=True)
            _keep(out, {"race.csv": page.race_spreadsheet(entries), "race.md": page.race(entries)})
            return
        if compare:
            pairs = compared(service or TWICE, searches or PAIRS, seed, _pair)
            OUT.print(page.twice(pairs), highlight=False, soft_wrap=True)
            _keep(out, {"twice.csv": page.twice_spreadsheet(pairs), "twice.md": page.twice(pairs)})
            return
        rows = calibrated(known, ALL if every else searches or CORE, seed, _say)
        OUT.print(page.table(rows, known), highlight=False, soft_wrap=True)
        tables = {"answer.md": page.answer(rows), "services.md": page.services()}
        _keep(out, {**tables, "coverage.csv": page.spreadsheet(rows, known), "coverage.md": page.table(rows, known)})


def _keep(out: Path | None, texts: Mapping[str, str]) -> None:
    """By their names in the folder that is asked for."""
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")


def _say(row: Row) -> None:
    OUT.print(f"{row.service}: {row.covered.share:.1%} of {row.answered:,} covered.", highlight=False)


def _pair(each: Pairs) -> None:
    OUT.print(f"{each.service}: a difference claimed of {each.claimed.share:.1%} that had none.", highlight=False)


def _tell(entry: Entry) -> None:
    OUT.print(f"{entry.service}, {entry.method}: within ±{entry.within:.1%} in {entry.load_s:,.0f} s.", highlight=False)


if __name__ == "__main__":
    app(prog_name="calibrate")
