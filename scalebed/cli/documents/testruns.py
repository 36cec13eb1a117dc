"""What TestRuns came to, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scalebed.documents import Document, Part

if TYPE_CHECKING:
    from scalebed.cli.testrun_tables import Outcome
    from scalebed.engines.k6.summary import Summary


class EndpointRow(Part):
    """One endpoint; latencies are of the requests that succeeded, null where none did."""

    endpoint: str
    requests: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class ErrorRow(Part):
    """Requests of one endpoint that failed in the same way."""

    endpoint: str
    status: int
    """0 where there was no answer."""
    reason: str
    """In the generator's words; empty where the status says it all."""
    count: int


class LoadPart(Part):
    """What one load came to."""

    endpoints: tuple[EndpointRow, ...]
    """By name, and `all` of them last."""
    errors: tuple[ErrorRow, ...]
    due: int
    """Arrivals, `dropped` ones among them."""
    dropped: int
    """Those that found no free VU."""
    failures: tuple[str, ...]
    """What went wrong with a generator itself."""
    failed_checks: Mapping[str, int]
    """How often each failed."""
    missing: tuple[str, ...]
    """Sentences on lines that are not there."""


class LinesDocument(Document):
    """What `scalebed lines --json` prints."""

    load: LoadPart
    exit_code: int


class ReplicasPart(Part):
    """One load with so many replicas."""

    replicas: int
    load: LoadPart


class RerunDocument(Document):
    """What `scalebed rerun --json` prints."""

    before: ReplicasPart
    after: ReplicasPart
    exit_code: int


def load_part(summary: Summary) -> LoadPart:
    """A load as it is printed."""
    return LoadPart(
        endpoints=tuple(
            EndpointRow(
                endpoint=row.endpoint,
                requests=row.requests,
                errors=row.errors,
                p50_ms=row.p50_ms,
                p95_ms=row.p95_ms,
                p99_ms=row.p99_ms,
            )
            for row in summary.endpoints
        ),
        errors=tuple(
            ErrorRow(endpoint=each.endpoint, status=each.status, reason=each.reason, count=each.count)
            for each in summary.errors
        ),
        due=summary.due,
        dropped=summary.dropped,
        failures=tuple(summary.failures),
        failed_checks=summary.checks,
        missing=tuple(summary.remarks),
    )


def replicas_part(outcome: Outcome) -> ReplicasPart:
    """The same with its number of replicas."""
    return ReplicasPart(replicas=outcome.replicas, load=load_part(outcome.summary))
