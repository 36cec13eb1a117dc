"""Reads a run directory and says what it found: HTML, Markdown, CSV, JUnit and a short table.

Works offline from the directory alone: `gathering` reads, `analysis` turns what was read into the `views`,
`answer` and `gains` word them, the modules of charts place them, and `pages`, `spreadsheet`, `junit` and `terminal`
lay them out.
"""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.conclusion import CellConclusion
from scalebed.report.findings.views import Caveat
from scalebed.report.output.junit import junit_xml
from scalebed.report.output.pages import html, markdown
from scalebed.report.output.spreadsheet import cells_csv, comparison_csv
from scalebed.report.output.terminal import cells_table, compared_table
from scalebed.report.sentences.answer import compose

__all__ = ["answer", "conclusions", "minded", "table", "write_report"]


def write_report(directory: RunDirectory) -> Path:
    """Write `report.html`, `report.md`, `cells.csv` and `junit.xml` into the run directory; the HTML's path.

    Of an ablation or a matrix also `comparison.csv`.

    Raises `RunDirectoryError` where the directory is none or a file in it cannot be read.
    """
    analysis = analyse(directory)
    for name, text in (
        ("report.md", markdown(analysis)),
        ("cells.csv", cells_csv(analysis)),
        *([("comparison.csv", comparison_csv(analysis))] if analysis.comparisons else []),
        ("junit.xml", junit_xml(analysis)),
        ("report.html", html(analysis)),
    ):
        directory.write(directory.path / name, text)
    return directory.path / "report.html"


def table(directory: RunDirectory) -> Table:
    """The short table printed at the end of a run. Raises `RunDirectoryError` as `write_report` does."""
    analysis = analyse(directory)
    return compared_table(analysis) if analysis.comparisons else cells_table(analysis)


def answer(directory: RunDirectory) -> str:
    """The answer in a sentence or a few. Raises `RunDirectoryError` as `write_report` does."""
    return compose(analyse(directory)).text


def minded(directory: RunDirectory) -> tuple[Caveat, ...]:
    """What makes the figures mean less. Raises `RunDirectoryError` as `write_report` does."""
    return analyse(directory).caveats


def conclusions(directory: RunDirectory) -> tuple[CellConclusion, ...]:
    """What each cell comes to. Raises `RunDirectoryError` as `write_report` does."""
    return analyse(directory).conclusions
