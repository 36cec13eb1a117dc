"""Markdown for a pull request."""

from __future__ import annotations

from scalebed.comparison import words
from scalebed.comparison.verdict import Comparison, describe
from scalebed.report.findings.conclusion import Conclusion
from scalebed.report.sentences import figures

_HEADS = {
    Conclusion.YES: "kept",
    Conclusion.NO: "BROKEN",
    Conclusion.NO_VALID_ANSWER: "no valid answer",
    Conclusion.COULD_NOT_RUN: "could not run",
}


def markdown(comparison: Comparison) -> str:
    """A heading, a table, and a list of what must be minded; ends with a line break."""
    limits = f": limits {_HEADS[comparison.conclusion]}" if comparison.limited else ""
    lines = [
        f"### {_cell(comparison.before.name)} → {_cell(comparison.after.name)}{limits}",
        "",
        "| where | quantity | before | after | change | |",
        "|---|---|--:|--:|--:|---|",
    ]
    for change in comparison.changes:
        row = (
            describe(change.place, comparison.after),
            f"{words.quantity(change)}, {words.unit(change, comparison)}",
            figures.interval(change.before),
            figures.interval(change.after),
            words.moved(change.ratio),
            words.verdict(change, comparison),
        )
        lines.append(f"| {' | '.join(map(_cell, row))} |")
    lines += ["", *(f"- {_cell(line)}" for line in (*words.judgements(comparison), *words.sentences(comparison)))]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Names are a user's own, and may hold what means something here."""
    for mark in "\\`*_|<[]":
        text = text.replace(mark, f"\\{mark}")
    return text
