"""A run for programs: the answer, every cell with its figures, comparisons, faults, and what replicas cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from scalebed.documents import Document, Estimate, Part, PathText, estimate
from scalebed.experiment.kinds import KindName
from scalebed.records.run_directory import Repetition
from scalebed.report.findings.ledger import Ledger
from scalebed.report.findings.outages import FaultView
from scalebed.report.findings.prices import Span, cell_prices, demand_prices
from scalebed.report.findings.views import MEASURES, Analysis, Basis, CellView, Comparison, Measure, State
from scalebed.report.sentences.answer import compose


class CaveatRow(Part):
    """What makes figures mean less."""

    kind: str
    sentence: str
    cells: tuple[str, ...]
    """Those that it holds for; empty: all."""


class CellRow(Part):
    """One cell: what it comes to, and its figures. Latencies are of requests that succeeded."""

    cell: str
    variant: str
    replicas: int
    """Under an autoscaler the most."""
    users: int | None
    """In a comparison in a closed model, how many sent requests."""
    conclusion: str
    """`yes`, `no`, `could not run` or `no valid answer`."""
    reason: str
    """A sentence; empty where it is yes."""
    state: State
    """`found`, `measured`, or why there is no rate."""
    note: str
    caveats: tuple[str, ...]
    """Kinds of those that hold for it."""
    blocks_planned: int
    blocks_done: int
    rate: Estimate | None
    """A second: the capacity; of `fixed-rate` the highest rate met, of `closed` the throughput."""
    at_least: float | None
    """Where there is no rate: one that was served in every block that tells so much."""
    ratio: Estimate | None
    """To the first variant at as many replicas."""
    efficiency: Estimate | None
    """Rate a replica over that at the fewest replicas."""
    basis: Basis
    """Which trials the figures below rest on."""
    requests: int
    errors: Mapping[str, int]
    """By kind."""
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    slo_percentile_ms: float | None
    """At the percentile of the SLO, over all requests."""
    cpu_ms_per_request: Mapping[str, float]
    """By part."""
    memory_bytes: int | None
    """Of the replica that took most."""
    limit: str | None
    """The part that held the cell back."""


class ComparedRow(Part):
    """One measure of one variant under the common load of an ablation or a matrix."""

    replicas: int
    users: int | None
    variant: str
    changes: str
    """What it changes: against the rung before on a ladder, else against the baseline."""
    control: bool
    """Whether it is the baseline once more."""
    measure: Measure
    unit: str
    value: Estimate
    ratio: Estimate | None
    """To the baseline."""
    step: Estimate | None
    """To the rung before, on a ladder."""
    floor: float | None
    """The factor by which the control differs from what it repeats."""
    differs: bool | None
    """Whether a difference is claimed: of the step on a ladder, else of the ratio; null without an interval."""


class LedgerPart(Part):
    """What became of writes while something failed."""

    written: int
    """Resources whose last acknowledged write was looked for afterwards."""
    lost: int
    made: int
    doubled: int
    read: int
    """Answers that showed what had been written."""
    stale: int
    took_effect: int
    """Writes whose client was told nothing, and that were done."""
    no_effect: int
    unread: int
    """Resources that could not be read afterwards."""


class FaultRow(Part):
    """What one fault cost one variant; means over blocks, of one episode."""

    cell: str
    variant: str
    replicas: int
    fault: str | None
    """Null of the control, in which nothing fails."""
    rate: float
    blocks: int
    episodes: int
    requests: int
    """In all episodes together."""
    failed: Estimate | None
    late: Estimate | None
    out_s: Estimate | None
    """Seconds out of the SLO."""
    back_s: Estimate | None
    """Seconds from the fault until the SLO was met again, over the episodes in which it was."""
    after_s: Estimate | None
    """Seconds from when the part worked again until then."""
    in_time: Estimate | None
    """Requests a second that succeeded in time while it lasted."""
    never: int
    """Episodes in which the SLO was not met again."""
    failed_share_at_most: float
    """With 95% certainty, the share of requests that fail."""
    kinds: Mapping[str, int]
    """Failed requests by kind."""
    ledger: LedgerPart | None


class PhaseRow(Part):
    """One level of a load over time in one cell; means over the trials that count, of a second."""

    cell: str
    begins_s: float
    ends_s: float
    rate: float
    """Asked for at its beginning."""
    to: float | None
    """At its end, where the rate goes to another one."""
    arrivals: float
    """That came, or were due and dropped."""
    served: float
    """Requests that succeeded, by the second in which they were over."""
    slo_percentile_ms: float | None
    """Of those."""
    failed: int
    out_s: int
    """Seconds out of the SLO, of so many `seconds`."""
    seconds: int


class SpanPart(Part):
    """A sum or a number, and between what it lies with 95% certainty; null of an end that is not known."""

    estimate: float
    least: float | None
    most: float | None


class CellPriceRow(Part):
    """What the replicas of a cell cost."""

    cell: str
    month: float
    million: SpanPart | None
    """Of a million requests, or journeys where rates count these, at its capacity."""


class DemandPriceRow(Part):
    """What it takes to serve a rate with one variant."""

    variant: str
    rate: float
    replicas: SpanPart | None
    """Null where no count that was measured serves it."""
    month: SpanPart | None


class Prices(Part):
    """What replicas cost, in the unit of the price that was given."""

    an_hour: float
    """Of one replica."""
    cells: tuple[CellPriceRow, ...]
    demands: tuple[DemandPriceRow, ...]


class RunDocument(Document):
    """What `scalebed run --json` and `scalebed report --json` print."""

    directory: PathText
    report: PathText
    experiment: str
    kind: KindName
    unit: str
    """What rates count: `requests`, or `journeys` of a script of the user's own."""
    answer: str
    caveats: tuple[CaveatRow, ...]
    exit_code: int
    """Of `run`: what the run comes to, or with --fail-if the comparison. `report` ends with 0 once it is written."""
    cells: tuple[CellRow, ...]
    comparisons: tuple[ComparedRow, ...]
    faults: tuple[FaultRow, ...]
    phases: tuple[PhaseRow, ...]
    """Of kind `profile`."""
    repetitions: tuple[Repetition, ...]
    prices: Prices | None
    """Where a price was given."""


def document(
    analysis: Analysis, repetitions: Sequence[Repetition], directory: Path, report: Path, prices: Prices | None
) -> RunDocument:
    """The run as it is printed."""
    return RunDocument(
        directory=str(directory),
        report=str(report),
        experiment=analysis.manifest.experiment.name,
        kind=analysis.manifest.experiment.kind,
        unit=analysis.unit,
        answer=compose(analysis).text,
        caveats=tuple(CaveatRow(kind=c.kind, sentence=c.sentence, cells=c.cells) for c in analysis.caveats),
        exit_code=int(analysis.conclusion),
        cells=_cells(analysis),
        comparisons=tuple(row for each in analysis.comparisons for row in _compared(each)),
        faults=tuple(_fault(each) for each in analysis.faults),
        phases=tuple(
            PhaseRow(
                cell=course.cell,
                begins_s=phase.begins_s,
                ends_s=phase.ends_s,
                rate=phase.level.rate,
                to=phase.level.to,
                arrivals=phase.arrivals,
                served=phase.served,
                slo_percentile_ms=phase.percentile_ms,
                failed=phase.failed,
                out_s=phase.out,
                seconds=phase.seconds,
            )
            for course in analysis.courses
            for phase in course.phases
        ),
        repetitions=tuple(repetitions),
        prices=prices,
    )


def priced(analysis: Analysis, an_hour: float, rates: Sequence[float] = ()) -> Prices:
    """What cells cost, and what it costs to serve each of the rates; without any, the round ones of the report."""
    demands = tuple(rates) or tuple(demand.rate for demand in analysis.demands)
    return Prices(
        an_hour=an_hour,
        cells=tuple(
            CellPriceRow(cell=cell.id, month=price.month, million=_span(price.million))
            for cell in analysis.cells
            for price in cell_prices([cell], an_hour)
        ),
        demands=tuple(
            DemandPriceRow(
                variant=price.variant, rate=price.rate, replicas=_span(price.replicas), month=_span(price.month)
            )
            for price in demand_prices(analysis.cells, demands, an_hour)
        ),
    )


def _cells(analysis: Analysis) -> tuple[CellRow, ...]:
    concluded = {each.cell: each for each in analysis.conclusions}
    return tuple(
        CellRow(
            cell=cell.id,
            variant=cell.variant,
            replicas=cell.replicas,
            users=cell.users,
            conclusion=concluded[cell.id].conclusion.words,
            reason=concluded[cell.id].reason,
            state=cell.state,
            note=cell.note,
            caveats=tuple(c.kind for c in analysis.caveats if not c.cells or cell.id in c.cells),
            blocks_planned=cell.planned,
            blocks_done=cell.done,
            rate=estimate(cell.rate),
            at_least=cell.least,
            ratio=estimate(cell.ratio),
            efficiency=estimate(cell.efficiency),
            basis=cell.basis,
            requests=cell.requests,
            errors=cell.errors,
            cpu_ms_per_request=cell.cpu_ms,
            memory_bytes=cell.memory.at_rate_bytes if cell.memory else None,
            limit=cell.limit.part if cell.limit else None,
            **_latencies(cell),
        )
        for cell in analysis.cells
    )


def _latencies(cell: CellView) -> dict[str, float | None]:
    said = {"p50_ms": cell.p50, "p95_ms": cell.p95, "p99_ms": cell.p99, "slo_percentile_ms": cell.slo_latency}
    return {name: None if value is None or not math.isfinite(value) else value for name, value in said.items()}


def _compared(comparison: Comparison) -> list[ComparedRow]:
    return [
        ComparedRow(
            replicas=comparison.replicas,
            users=comparison.users,
            variant=row.variant,
            changes=row.changes,
            control=row.is_control,
            measure=measure,
            unit=MEASURES[measure].unit,
            value=Estimate.of(compared.value),
            ratio=estimate(compared.ratio),
            step=estimate(compared.step) if comparison.ladder else None,
            floor=comparison.floors.get(measure),
            differs=compared.differs,
        )
        for row in comparison.rows
        for measure, compared in row.measures.items()
    ]


def _fault(view: FaultView) -> FaultRow:
    return FaultRow(
        cell=view.cell,
        variant=view.variant,
        replicas=view.replicas,
        fault=None if view.fault is None else view.fault.name,
        rate=view.rate,
        blocks=view.blocks,
        episodes=view.outages,
        requests=view.requests,
        failed=estimate(view.failed),
        late=estimate(view.late),
        out_s=estimate(view.out_s),
        back_s=estimate(view.back_s),
        after_s=estimate(view.after_s),
        in_time=estimate(view.in_time),
        never=view.never,
        failed_share_at_most=view.failed_at_most,
        kinds=view.kinds,
        ledger=_ledger(view.ledger),
    )


def _ledger(of: Ledger | None) -> LedgerPart | None:
    return None if of is None else LedgerPart(**{name: getattr(of, name) for name in LedgerPart.model_fields})


def _span(span: Span | None) -> SpanPart | None:
    return None if span is None else SpanPart(estimate=span.estimate, least=span.least, most=span.most)
