"""Lays out the outcomes of scenarios: one side by side on a terminal, all of a call in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from scalebed.experiment.workloads import workloads
from scalebed.report.findings.views import MEASURES
from scalebed.report.scenarios.outcomes import FIGURES, Outcome, errors_of
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

_NAMES = {figure.key: figure.name for figure in FIGURES}


def side_by_side(outcome: Outcome) -> Table:
    """Variants as columns; behind two or more of them, what the last is to the base."""
    rows = outcome.rows
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold",
        title=f"{outcome.experiment.name}: {outcome.load}", title_justify="left", title_style="bold",
    )  # fmt: skip
    table.add_column("")
    for row in rows:
        table.add_column(row.variant, justify="right", overflow="fold")  # a digit that is cut off is lost
    if len(rows) > 1:
        table.add_column(f"{rows[-1].variant} to\n{rows[0].variant}", justify="right", overflow="fold")
    for figure in FIGURES:
        if any(figure.key in row.figures for row in rows):
            cells = [figures.interval(row.figures.get(figure.key)) for row in rows]
            table.add_row(
                figure.name, *cells, *([figures.interval(rows[-1].ratios.get(figure.key))] if len(rows) > 1 else [])
            )
    table.add_row("errors", *(errors_of(row) for row in rows))
    table.add_row("SLO", *(row.slo for row in rows))
    if any(row.caveats for row in rows):
        table.add_row("mind", *("\n".join(each.kind for each in row.caveats) or figures.DASH for row in rows))
    if any(row.checks for row in rows):
        table.add_row("checks", *("\n".join(row.checks) or figures.DASH for row in rows))
    return table


def combined_markdown(outcomes: Sequence[Outcome], command: str) -> str:
    """What each scenario cost whom, what to do about it, and then each by itself. `command` made them.

    Links lead to the scenarios' run directories, beside which the text lies.
    """
    lines = ["# Scenarios", "", "```sh", command, "```", "", *_overview(outcomes), _measured(outcomes)]
    for outcome in outcomes:
        lines += ["", *_section(outcome)]
    return "\n".join(lines) + "\n"


def _overview(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each scenario, where the same variants were in all of them; otherwise nothing."""
    variants = {tuple(row.variant for row in outcome.rows) for outcome in outcomes}
    if len(variants) != 1:
        return []
    first, *others = variants.pop()
    head = [
        "Scenario",
        "Load",
        f"{first}: {_NAMES['cpu_ms']}",
        *(f"{other}, of it" for other in others),
        "What to do about it",
    ]
    lines = _table(head, numeric=head[2:-1])
    for outcome in outcomes:
        cost = figures.interval(outcome.base.figures.get("cpu_ms"))
        cells = [cost, *(_ratio(row.ratios.get("cpu_ms")) for row in outcome.others)]
        lines.append(_line([outcome.experiment.name, outcome.load, *cells, outcome.experiment.advice]))
    return [*lines, ""]


def _section(outcome: Outcome) -> list[str]:
    """Everything of one scenario."""
    workload = workloads().get(outcome.experiment.workload)
    said = [
        workload.isolates if workload else "",
        f"{'With' if outcome.closed else 'At'} {outcome.load}.",
        outcome.experiment.advice,
    ]
    compared = {"p95_ms", "cpu_ms"} | ({"served"} if outcome.closed else set()) if outcome.others else set()
    columns = [
        (key, is_ratio)
        for key in ("served", "p95_ms", "cpu_ms", "cpu_ms_service", "cpu_ms_database")
        for is_ratio in ((False, True) if key in compared else (False,))
    ]
    heads = ["ratio" if is_ratio else _NAMES[key] for key, is_ratio in columns]
    name = outcome.experiment.name
    lines = [f"## [{name}]({name}/report.md)", "", " ".join(text for text in said if text), ""]
    lines += _table(["Variant", *heads, "Errors", "SLO"], numeric=heads)
    for row in outcome.rows:
        cells = [
            _ratio(row.ratios.get(key), base=row is outcome.base)
            if is_ratio
            else figures.interval(row.figures.get(key))
            for key, is_ratio in columns
        ]
        lines.append(_line([row.variant, *cells, errors_of(row), row.slo]))
    checks = [f"- {row.variant}: {check}" for row in outcome.rows for check in row.checks]
    checks += [f"- Mind, {row.variant}, {each.kind}: {each.sentence}" for row in outcome.rows for each in row.caveats]
    return [*lines, *(["", *checks] if checks else [])]


def _ratio(ratio: Interval | None, *, base: bool = False) -> str:
    if base:
        return "1"
    return figures.DASH if ratio is None else figures.tabled_ratio(ratio)


def _table(head: Sequence[str], numeric: Sequence[str]) -> list[str]:
    return [_line(head), f"|{'|'.join('--:' if name in numeric else '---' for name in head)}|"]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _code(outcome: Outcome) -> str:
    commit = outcome.manifest.fingerprint.get("commit")
    return f"commit {str(commit)[:12]}" if commit else f"Scalebed {outcome.manifest.scalebed_version}"


def _measured(outcomes: Sequence[Outcome]) -> str:
    """What all were measured with, as far as it is the same."""
    seen = {
        f"{outcome.experiment.dataset.contacts:,} contacts, {outcome.experiment.cpu_per_replica:g} cores a replica, "
        f"{figures.listing([figures.count(n, 'replica') for n in outcome.experiment.replicas])}, "
        f"{_code(outcome)}"
        for outcome in outcomes
    }
    return (
        f"Measured with {'; '.join(sorted(seen))}. {MEASURES['cpu'].name} is {MEASURES['cpu'].meaning}. In brackets: "
        "95% intervals over blocks. Ratios are to the variant that comes first, paired within blocks; below 1 is less, "
        "and ≈ marks those whose interval holds 1 or which have none. Open models offer the same rate to each variant, "
        "so compare what a request costs; closed ones offer what the users get answered. Each scenario's own report, "
        "behind its name, has the whole fingerprint."
    )
