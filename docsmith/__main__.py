"""`python -m docsmith` writes the generated parts of documentation and charts; with `--check` it says what drifted."""

from __future__ import annotations

from typing import Annotated

import typer

from docsmith import generated
from scalebed.cli.app import app as command_line
from scalebed.cli.console import OUT, refusing
from scalebed.paths import ROOT

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(check: Annotated[bool, typer.Option("--check", help="Only say what has drifted.")] = False) -> None:
    """Write the generated parts of documentation and charts, or check them."""
    with refusing():
        drifted = (generated.drifted if check else generated.write)(ROOT, command_line)
    for path in drifted:
        OUT.print(f"{'has drifted; run scripts/fix' if check else 'wrote'}: {path}", highlight=False, soft_wrap=True)
    if check and drifted:
        raise typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="docsmith")
