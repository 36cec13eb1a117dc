"""The scenarios of one call for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scalebed.documents import Document, Estimate, Part, PathText
from scalebed.report.findings.conclusion import CellConclusion
from scalebed.report.scenarios.outcomes import Outcome, Row


class VariantRow(Part):
    """What one variant got, all blocks together. Ratios are to the first variant of the scenario here."""

    variant: str
    slo: str
    """`met`, `missed`, `undecided`, `INVALID` or `not measured`."""
    requests: int
    errors: Mapping[str, int]
    """By kind."""
    caveats: tuple[str, ...]
    """Kinds of what makes its figures mean less."""
    checks: tuple[str, ...]
    """What was checked, and how it went."""
    failed: tuple[str, ...]
    """Those of them that failed; with any the exit code is 1."""
    figures: Mapping[str, Estimate]
    """By name, the unit in it: `served` (requests a second), `p95_ms`, `cpu_ms` (a request) and so on."""
    ratios: Mapping[str, Estimate]


class ConclusionRow(Part):
    """What one cell comes to."""

    cell: str
    conclusion: str
    """`yes`, `no`, `could not run` or `no valid answer`."""
    reason: str
    """A sentence; empty where it is yes."""


class ScenarioRow(Part):
    """One scenario."""

    scenario: str
    directory: PathText
    load: str
    conclusions: tuple[ConclusionRow, ...]
    variants: tuple[VariantRow, ...]
    """The one that ratios are to comes first."""


class ScenarioDocument(Document):
    """What `scalebed scenario NUMBER --json` prints."""

    table: PathText
    """Beside it is the same as CSV."""
    scenarios: tuple[ScenarioRow, ...]
    exit_code: int


def scenario_row(outcome: Outcome, directory: Path, concluded: Sequence[CellConclusion]) -> ScenarioRow:
    """One scenario as it is printed."""
    return ScenarioRow(
        scenario=outcome.experiment.name,
        directory=str(directory),
        load=outcome.load,
        conclusions=tuple(
            ConclusionRow(cell=each.cell, conclusion=each.conclusion.words, reason=each.reason) for each in concluded
        ),
        variants=tuple(_variant(row) for row in outcome.rows),
    )


def _variant(row: Row) -> VariantRow:
    return VariantRow(
        variant=row.variant,
        slo=row.slo,
        requests=row.requests,
        errors=row.errors,
        caveats=tuple(caveat.kind for caveat in row.caveats),
        checks=row.checks,
        failed=row.failed,
        figures={key: Estimate.of(each) for key, each in row.figures.items()},
        ratios={key: Estimate.of(each) for key, each in row.ratios.items()},
    )
