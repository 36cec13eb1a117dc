"""Lays out the outcomes of scenarios: one side by side on a terminal, all of a call in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from scalebed.report import figures
from scalebed.report.outcomes import FIGURES, Outcome, Row, errors_of
from scalebed.workloads import workloads

_SHOWN = ("served", "p95_ms", "cpu_ms_service", "cpu_ms_database")
"""In the combined table, which has to fit a page."""


def side_by_side(outcome: Outcome) -> Table:
    """Variants as columns; behind two or more of them, what the last is to the first."""
    rows = outcome.rows
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold",
        title=f"{outcome.experiment.name}: {outcome.load}", title_justify="left", title_style="bold",
    )  # fmt: skip
    table.add_column("")
    for row in rows:
        table.add_column(row.variant, justify="right")
    if len(rows) > 1:
        table.add_column(f"{rows[-1].variant} to\n{rows[0].variant}", justify="right")
    for figure in FIGURES:
        if any(figure.key in row.figures for row in rows):
            cells = [figures.interval(row.figures.get(figure.key)) for row in rows]
            table.add_row(
                figure.name, *cells, *([figures.interval(rows[-1].ratios.get(figure.key))] if len(rows) > 1 else [])
            )
    table.add_row("errors", *(errors_of(row) for row in rows))
    table.add_row("SLO", *(row.slo for row in rows))
    if any(row.checks for row in rows):
        table.add_row("checks", *("\n".join(row.checks) or figures.DASH for row in rows))
    return table


def combined_markdown(outcomes: Sequence[Outcome], command: str) -> str:
    """A table over all, and below it what each scenario isolates and what to do about it. `command` made them."""
    names = [figure.name for figure in FIGURES if figure.key in _SHOWN]
    head = ["Scenario", "Load", "Variant", *names, "CPU service, to first", "Errors", "SLO", "Checks"]
    numeric = {*names, "CPU service, to first"}
    lines = ["# Scenarios", "", "```sh", command, "```", "", f"| {' | '.join(head)} |"]
    lines.append(f"|{'|'.join('--:' if name in numeric else '---' for name in head)}|")
    for outcome in outcomes:
        for index, row in enumerate(outcome.rows):
            shown = [outcome.experiment.name, outcome.load] if index == 0 else ["", ""]
            lines.append(f"| {' | '.join([*shown, *_cells(row)])} |")
    lines += ["", _measured(outcomes), ""]
    for outcome in outcomes:
        workload = workloads().get(outcome.experiment.workload)
        said = [workload.isolates if workload else "", outcome.experiment.advice]
        lines.append(f"- **{outcome.experiment.name}** {' '.join(text for text in said if text)}")
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    measured = [figures.interval(row.figures.get(key)) for key in _SHOWN]
    ratio = row.ratios.get("cpu_ms_service")
    checks = "; ".join(row.checks).replace("|", "/") or figures.DASH
    return [row.variant, *measured, figures.interval(ratio) if ratio else figures.DASH, errors_of(row), row.slo, checks]


def _measured(outcomes: Sequence[Outcome]) -> str:
    """What all were measured with, as far as it is the same."""
    seen = {
        f"{outcome.experiment.dataset.contacts:,} contacts, {outcome.experiment.cpu_per_replica:g} cores a replica, "
        f"{figures.listing([figures.count(n, 'replica') for n in outcome.experiment.replicas])}, "
        f"commit {str(outcome.manifest.fingerprint.get('commit', 'unknown'))[:12]}"
        for outcome in outcomes
    }
    return (
        f"Measured with {'; '.join(sorted(seen))}. In brackets: 95% intervals over blocks. Open models offer the same "
        "rate to each variant, so compare what a request costs; closed ones offer what the users get answered. "
        "Each scenario's run directory has its whole fingerprint and report."
    )
