"""What TestRuns came to, as tables: one alone, or two with unlike numbers of replicas side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from rich.table import Table

from scalebed.engines.k6.summary import EndpointSummary, Summary


class Outcome(Protocol):
    """What a load came to with so many replicas."""

    @property
    def replicas(self) -> int: ...

    @property
    def summary(self) -> Summary: ...


_COLUMNS: tuple[tuple[str, Callable[[EndpointSummary], str]], ...] = (
    ("requests", lambda row: f"{row.requests:,}"),
    ("errors", lambda row: f"{row.errors:,}"),
    ("p50 ms", lambda row: _latency(row.p50_ms)),
    ("p95 ms", lambda row: _latency(row.p95_ms)),
    ("p99 ms", lambda row: _latency(row.p99_ms)),
)


def listing(summary: Summary) -> Table:
    """A row for each endpoint."""
    table = Table("endpoint", *(name for name, _ in _COLUMNS), box=None, header_style="bold")
    for row in summary.endpoints:
        table.add_row(row.endpoint, *(show(row) for _, show in _COLUMNS))
    return table


def errors(summary: Summary) -> Table:
    """A row for each way in which requests of an endpoint failed."""
    table = Table("endpoint", "failed with", "requests", box=None, header_style="bold")
    for each in summary.errors:
        table.add_row(each.endpoint, _failing(each.status, each.reason), f"{each.count:,}")
    return table


def _failing(status: int, reason: str) -> str:
    """`404`, `no answer`, or a status with what else was wrong: `200, check failed`."""
    said = "no answer" if status == 0 else str(status)
    spoken = {"", "no response", f"{status // 100}xx"}
    return said if reason in spoken else f"{said}, {reason}"


def side_by_side(one: Outcome, other: Outcome) -> Table:
    """A row for each endpoint; each figure as it was and as it is."""
    title = f"{one.replicas} → {other.replicas} replicas"
    table = Table("endpoint", *(name for name, _ in _COLUMNS), title=title, box=None, header_style="bold")
    before = {row.endpoint: row for row in one.summary.endpoints}
    after = {row.endpoint: row for row in other.summary.endpoints}
    names = [row.endpoint for row in other.summary.endpoints]
    names += [row.endpoint for row in one.summary.endpoints if row.endpoint not in after]
    for name in names:
        cells = [f"{_shown(show, before.get(name))} → {_shown(show, after.get(name))}" for _, show in _COLUMNS]
        table.add_row(name, *cells)
    return table


def _latency(milliseconds: float) -> str:
    return "–" if math.isnan(milliseconds) else f"{milliseconds:,.1f}"


def _shown(show: Callable[[EndpointSummary], str], row: EndpointSummary | None) -> str:
    return "–" if row is None else show(row)
