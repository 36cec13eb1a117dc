"""`faults.csv`: a line for each fault of each cell, with what an episode cost."""

from __future__ import annotations

import csv
import io

from scalebed.report.findings.outages import FaultView
from scalebed.report.findings.views import Analysis
from scalebed.statistics.intervals import Interval

_MEANS = {
    "failed": "requests that failed in an episode",
    "late": "requests in it that succeeded, but later than the SLO’s latency",
    "out_s": "seconds of it out of the SLO",
    "back_s": "seconds from the fault until the SLO was met again and stayed so, over the episodes in which it was",
    "after_s": "seconds from when the part worked again until then",
    "in_time": "requests a second that succeeded in time while it lasted; empty of what is over within a second",
}
COLUMNS: tuple[tuple[str, str], ...] = (
    ("cell", "the cell’s id"),
    ("variant", "name of the variant"),
    ("replicas", "app processes behind the balancer"),
    ("fault", "what the experiment calls it; empty where nothing was made to fail"),
    ("rate", "requests a second that were asked for"),
    ("blocks", "blocks that count"),
    ("episodes", "how often it happened in them"),
    ("requests", "requests in all episodes"),
    *(
        column
        for name, meaning in _MEANS.items()
        for column in (
            (name, f"{meaning}; mean over blocks"),
            (f"{name}_lower", "lower end of its 95% interval; empty below three blocks"),
            (f"{name}_upper", "upper end of its 95% interval; empty below three blocks"),
        )
    ),
    ("never", "episodes in which the SLO was not met again"),
    ("failed_share_at_most", "with 95% certainty, the share of requests that fail (Clopper and Pearson)"),
    ("kinds", "failed requests by kind, as kind=count separated by semicolons"),
    ("written", "resources whose last acknowledged write was looked for afterwards; empty without a ledger"),
    ("lost", "those whose write was not there"),
    ("made", "resources whose making was acknowledged"),
    ("doubled", "those that were there twice"),
    ("read", "reads that showed what had been written"),
    ("stale", "those that were staler than declared"),
    ("took_effect", "writes whose client was told nothing, and that were done"),
    ("no_effect", "writes whose client was told nothing, and that were not done"),
    ("unread", "resources that could not be read afterwards"),
)


def faults_csv(analysis: Analysis) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow([name for name, _ in COLUMNS])
    for view in analysis.faults:
        rows.writerow(_row(view))
    return written.getvalue()


def _row(view: FaultView) -> list[object]:
    fault = "" if view.fault is None else view.fault.name
    row: list[object] = [view.cell, view.variant, view.replicas, fault, view.rate]
    row += [view.blocks, view.outages, view.requests]
    for name in _MEANS:
        row += _of(getattr(view, name))
    row += [view.never, view.failed_at_most, ";".join(f"{kind}={n}" for kind, n in view.kinds.items())]
    of = view.ledger
    if of is None:
        return [*row, *[""] * 9]
    return [
        *row,
        *(of.written, of.lost, of.made, of.doubled, of.read, of.stale, of.took_effect, of.no_effect, of.unread),
    ]


def _of(interval: Interval | None) -> list[object]:
    if interval is None:
        return ["", "", ""]
    return [interval.estimate, *("" if end is None else end for end in (interval.lower, interval.upper))]
