"""A study for programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scalebed.documents import Document, Estimate, Part, PathText, estimate
from scalebed.queries.findings import Findings
from scalebed.queries.report import sentence


class QuestionRow(Part):
    """One question of a variant on a strategy."""

    variant: str
    question: str
    title: str
    strategy: str
    seconds: Estimate
    """Of a warm request."""
    cold_seconds: float | None
    queries: float
    speedup: Estimate | None
    """How many times as fast as on the baseline; null of the baseline itself, and where both timed out."""
    bound: str
    """`≥` or `≤` where a timeout makes a bound of the speed-up; else empty."""
    timed_out: bool
    """A statement ran into the timeout, so it takes longer than `seconds`."""


class OverallRow(Part):
    """A strategy's speed-up over all questions of a variant."""

    variant: str
    strategy: str
    speedup: Estimate


class CostRow(Part):
    """What a strategy costs."""

    strategy: str
    build_seconds: float
    bytes: int
    """Of the whole database."""
    writes: Mapping[str, Estimate]
    """A second, by kind of write."""
    slowdown: Mapping[str, Estimate]
    """Shares of the baseline's writes a second, by kind."""


class QueriesDocument(Document):
    """What `scalebed queries --json` prints."""

    directory: PathText
    report: PathText
    answer: str
    questions: tuple[QuestionRow, ...]
    overall: tuple[OverallRow, ...]
    costs: tuple[CostRow, ...]


def document(findings: Findings, directory: Path, report: Path) -> QueriesDocument:
    """The study as it is printed."""
    return QueriesDocument(
        directory=str(directory),
        report=str(report),
        answer=sentence(findings),
        questions=tuple(
            QuestionRow(
                variant=cell.variant,
                question=cell.question,
                title=cell.title,
                strategy=cell.strategy,
                seconds=Estimate.of(cell.seconds),
                cold_seconds=cell.cold_seconds,
                queries=cell.queries,
                speedup=estimate(cell.speedup),
                bound=cell.bound,
                timed_out=cell.timed_out,
            )
            for cell in findings.cells
        ),
        overall=tuple(
            OverallRow(variant=variant, strategy=strategy, speedup=Estimate.of(gain))
            for (variant, strategy), gain in findings.overall.items()
        ),
        costs=tuple(
            CostRow(
                strategy=cost.strategy,
                build_seconds=cost.build_seconds,
                bytes=cost.bytes,
                writes={kind: Estimate.of(each) for kind, each in cost.writes.items()},
                slowdown={kind: Estimate.of(each) for kind, each in cost.slowdown.items()},
            )
            for cost in findings.costs
        ),
    )
