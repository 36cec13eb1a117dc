"""`cells.csv`: a line for each cell with every figure and interval. `comparison.csv`: one for each measure compared."""

from __future__ import annotations

import csv
import io

from scalebed.experiment.kinds import KINDS
from scalebed.report.findings.views import MEASURES, PARTS, Analysis, CellView
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

_ESTIMATES = {
    "rate": "requests a second: capacity; for fixed-rate the highest rate met; for closed the throughput; empty where "
    "a comparison sought no capacity",
    "ratio": "rate over the first variant’s at as many replicas, paired by block",
    "efficiency": "rate per replica over that at the fewest replicas, paired by block",
}
COLUMNS: tuple[tuple[str, str], ...] = (
    ("cell", "the cell’s id"),
    ("variant", "name of the variant"),
    ("replicas", "app processes behind the balancer; under an autoscaler from its fewest to its most"),
    ("users", "of a comparison in a closed model, how many sent requests"),
    ("kind", f"of the experiment: {', '.join(KINDS)}"),
    ("state", "found, or why there is no rate"),
    ("at_least", "where there is no rate: requests a second that were served in every block that tells so much"),
    ("note", "more on the state"),
    ("caveats", "what makes the figures mean less, separated by semicolons; the report has the sentences"),
    ("blocks_planned", "repetitions planned"),
    ("blocks_done", "repetitions finished"),
    *(
        column
        for name, meaning in _ESTIMATES.items()
        for column in (
            (name, f"{meaning}; geometric mean over blocks"),
            (f"{name}_lower", "lower end of its 95% interval; empty below three blocks"),
            (f"{name}_upper", "upper end of its 95% interval; empty below three blocks, inf where it has none"),
            (f"{name}_blocks", "blocks it rests on"),
        )
    ),
    (
        "basis",
        "trials that the columns from here on rest on: at the rate (compared: at its load), unloaded, or none",
    ),
    ("rate_measured", "mean rate achieved in them, requests a second"),
    ("requests", "responses in them, after the warm-up was cut"),
    ("availability", "share of responses that were no error"),
    ("errors", "errors by kind, as kind=count separated by semicolons"),
    ("p50_ms", "median latency, all blocks merged"),
    ("p95_ms", "95th percentile of latency, all blocks merged"),
    ("p99_ms", "99th percentile of latency, all blocks merged"),
    ("slo_percentile_ms", "latency at the SLO’s percentile, all blocks merged"),
    *((f"cpu_ms_{part}", f"CPU milliseconds per request of the {part}") for part in PARTS),
    ("quota_cores", "CPU quota of all replicas together, at their most"),
    ("quota_share", "rate × the service’s CPU per request over the quota"),
    ("ceiling", "requests a second at which all parts would use every core of the host"),
    ("utilisation_service", "share of the quota"),
    ("utilisation_host", "share of all cores"),
    *((f"cores_{part}", f"cores used by the {part}") for part in PARTS[1:]),
    (
        "memory_bytes",
        "working set and program files of the replica that took most, in the trials of basis; else resident memory",
    ),
    ("memory_most_bytes", "the same in any trial that counts, beyond the capacity too"),
    ("memory_highest_bytes", "the kernel’s own high mark since a replica was started, page cache included"),
    ("memory_limit_bytes", "what a replica might take"),
    ("memory_killed", "trials in which the kernel killed something for lack of memory"),
    ("resources_cpu", "what to write for one replica as requests and limits"),
    ("resources_memory", "the same of memory: the most and a quarter more"),
    ("limit", "the part that held the cell back"),
    ("limit_evidence", "why that part"),
)


COMPARED_COLUMNS: tuple[tuple[str, str], ...] = (
    ("replicas", "app processes behind the balancer"),
    ("users", "in a closed model, how many sent requests; empty at a rate"),
    ("variant", "name of the variant; the first is the baseline"),
    ("changes", "what it changes: against the rung before on a ladder, else against the baseline"),
    ("control", "yes where it is the baseline once more"),
    ("caveats", "what makes the figures mean less, separated by semicolons; the report has the sentences"),
    ("measure", "; ".join(f"{key}: {measured.meaning}" for key, measured in MEASURES.items())),
    ("unit", "of the value"),
    *(
        column
        for name, meaning in {
            "value": "geometric mean over blocks",
            "ratio": "to the baseline, paired by block",
            "step": "to the rung before, on a ladder, paired by block",
        }.items()
        for column in (
            (name, meaning),
            (f"{name}_lower", "lower end of its 95% interval; empty below three blocks"),
            (f"{name}_upper", "upper end of its 95% interval; empty below three blocks, inf where it has none"),
            (f"{name}_blocks", "blocks it rests on"),
        )
    ),
    (
        "beside",
        "times the CPU that a request costs alone, both sides of a duet beside each other, first block; else empty",
    ),
    ("floor", "factor by which the control differs from what it repeats; empty without a control"),
    ("differs", "yes or no: whether a difference is claimed, of the step on a ladder, else of the ratio"),
)


def comparison_csv(analysis: Analysis) -> str:
    """Numbers in full precision; empty where there is none."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name, _ in COMPARED_COLUMNS], lineterminator="\n")
    writer.writeheader()
    for comparison in analysis.comparisons:
        for row in comparison.rows:
            for measure, compared in row.measures.items():
                writer.writerow(
                    {
                        "replicas": comparison.replicas,
                        "users": comparison.users,
                        "variant": row.variant,
                        "changes": row.changes,
                        "control": "yes" if row.is_control else "",
                        "caveats": ";".join(row.cell.caveats),
                        "measure": measure,
                        "unit": MEASURES[measure].unit,
                        **_estimate("value", compared.value),
                        **_estimate("ratio", compared.ratio),
                        **_estimate("step", compared.step if comparison.ladder else None),
                        "beside": _number(None if row.interference is None else row.interference.cost),
                        "floor": _number(comparison.floors.get(measure)),
                        "differs": {True: "yes", False: "no", None: ""}[compared.differs],
                    }
                )
    return text.getvalue()


def cells_csv(analysis: Analysis) -> str:
    """Numbers in full precision; empty where there is none."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name, _ in COLUMNS], lineterminator="\n")
    writer.writeheader()
    for cell in analysis.cells:
        writer.writerow(_row(analysis, cell))
    return text.getvalue()


def _row(analysis: Analysis, cell: CellView) -> dict[str, object]:
    row: dict[str, object] = {
        "cell": cell.id,
        "variant": cell.variant,
        "replicas": cell.scale.replace(figures.DASH, "-"),
        "users": cell.users,
        "kind": analysis.manifest.experiment.kind,
        "state": cell.state,
        "at_least": _number(cell.least),
        "note": cell.note,
        "caveats": ";".join(cell.caveats),
        "blocks_planned": cell.planned,
        "blocks_done": cell.done,
        **_estimate("rate", cell.rate),
        **_estimate("ratio", cell.ratio),
        **_estimate("efficiency", cell.efficiency),
        "basis": cell.basis,
        "rate_measured": _number(cell.rate_measured),
        "requests": cell.requests,
        "availability": _number(cell.availability),
        "errors": ";".join(f"{kind}={n}" for kind, n in cell.errors.items()),
        "p50_ms": _number(cell.p50),
        "p95_ms": _number(cell.p95),
        "p99_ms": _number(cell.p99),
        "slo_percentile_ms": _number(cell.slo_latency),
        "quota_cores": _number(cell.quota_cores),
        "quota_share": _number(cell.quota_share),
        "ceiling": _number(cell.ceiling),
        "utilisation_service": _number(cell.utilisation.get("service")),
        "utilisation_host": _number(cell.utilisation.get("host")),
        "limit": cell.limit.part if cell.limit else "",
        "limit_evidence": cell.limit.evidence if cell.limit else "",
    }
    if (memory := cell.memory) is not None:
        row |= {
            "memory_bytes": memory.at_rate_bytes,
            "memory_most_bytes": memory.most_bytes,
            "memory_highest_bytes": memory.highest_bytes,
            "memory_limit_bytes": memory.limit_bytes,
            "memory_killed": sum(trial.killed for trial in analysis.trials if trial.cell == cell.id),
            "resources_cpu": memory.resources.cpu if memory.resources else None,
            "resources_memory": memory.resources.memory if memory.resources else None,
        }
    row |= {f"cpu_ms_{part}": _number(cell.cpu_ms.get(part)) for part in PARTS}
    row |= {f"cores_{part}": _number(cell.utilisation.get(part)) for part in PARTS[1:]}
    return row


def _estimate(name: str, interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {}
    return {
        name: _number(interval.estimate),
        f"{name}_lower": _number(interval.lower),
        f"{name}_upper": _number(interval.upper),
        f"{name}_blocks": interval.n,
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
