"""Reads a run directory and says what it found: HTML, Markdown, CSV, JUnit and a short table.

Works offline from the directory alone: `gathering` reads, `analysis` turns what was read into the `views`,
`answer` and `gains` word them, the modules of charts place them, and `pages`, `spreadsheet`, `junit` and `terminal`
lay them out. `tables` are for other programs, and made from the records alone.
"""

from __future__ import annotations

import io
from pathlib import Path

from rich.table import Table

from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.conclusion import CellConclusion, Conclusion
from scalebed.report.findings.views import Caveat
from scalebed.report.output.document import Prices, RunDocument, document
from scalebed.report.output.faults import faults_csv
from scalebed.report.output.junit import junit_xml
from scalebed.report.output.pages import html, markdown
from scalebed.report.output.rows import csv_rows
from scalebed.report.output.spreadsheet import cells_csv, comparison_csv
from scalebed.report.output.terminal import cells_table, compared_table, faults_table
from scalebed.report.scenarios.outcomes import Outcome, outcome
from scalebed.report.sentences.answer import compose
from scalebed.report.tables import trials

__all__ = ["Report"]


class Report:
    """What a run found: its directory, read once for everything that is said of it.

    Raises `RunDirectoryError` where the directory is none or a file in it cannot be read.
    """

    def __init__(self, directory: RunDirectory) -> None:
        self.directory = directory
        self.analysis = analyse(directory)

    def write(self) -> Path:
        """Write report.html, report.md, cells.csv, trials.csv and junit.xml into the run directory; the HTML's path.

        Of an ablation or a matrix also comparison.csv, of faults faults.csv. For trials.csv the trials are read once
        more.
        """
        analysis = self.analysis
        for name, text in (
            ("report.md", markdown(analysis)),
            ("cells.csv", cells_csv(analysis)),
            *([("comparison.csv", comparison_csv(analysis))] if analysis.comparisons else []),
            *([("faults.csv", faults_csv(analysis))] if analysis.faults else []),
            ("trials.csv", self._trials_csv()),
            ("junit.xml", junit_xml(analysis)),
            ("report.html", html(analysis)),
        ):
            self.directory.write(self.directory.path / name, text)
        return self.directory.path / "report.html"

    def _trials_csv(self) -> str:
        written = io.BytesIO()
        csv_rows(trials.COLUMNS, trials.rows(self.directory, self.directory.path.resolve().name), written)
        return written.getvalue().decode()

    @property
    def table(self) -> Table:
        """The short table printed at the end of a run."""
        if self.analysis.faults:
            return faults_table(self.analysis)
        return compared_table(self.analysis) if self.analysis.comparisons else cells_table(self.analysis)

    @property
    def answer(self) -> str:
        """The answer in a sentence or a few."""
        return compose(self.analysis).text

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What makes the figures mean less."""
        return self.analysis.caveats

    @property
    def conclusion(self) -> Conclusion:
        """What the run comes to: the gravest of its cells'."""
        return self.analysis.conclusion

    @property
    def conclusions(self) -> tuple[CellConclusion, ...]:
        """What each cell comes to."""
        return self.analysis.conclusions

    def scenario(self, base: str | None = None) -> Outcome:
        """Its variants beside one another; ratios are to the one named, or else to the first."""
        return outcome(self.directory, self.analysis, base)

    def document(self, path: Path, prices: Prices | None = None) -> RunDocument:
        """All of it for programs; `path` is the report's."""
        return document(self.analysis, tuple(self.directory.repetitions()), self.directory.path, path, prices)
