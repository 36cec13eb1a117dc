"""What `check` found, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scalebed.documents import Document, Part
from scalebed.execution.rehearsal import Rehearsed
from scalebed.measurement.timeline import Journeys


class EndpointRow(Part):
    """What one endpoint answered."""

    endpoint: str
    statuses: Mapping[int, int]
    """Requests by HTTP status; 0 where there was no answer."""
    failures: Mapping[str, int]
    """Requests that failed, by kind."""
    mean_ms: float | None
    """Of those that succeeded."""


class CheckRow(Part):
    """What the load asserts of answers."""

    check: str
    passed: int
    failed: int


class JourneysPart(Part):
    """What one user's journeys came to."""

    ended: int
    requests: float
    """Of one journey."""
    mean_ms: float
    pause_s: float
    """How much of one is no wait for an answer."""


class ServiceRow(Part):
    """One service, started and asked by one user."""

    variant: str
    works: bool
    ready_s: float
    """From its start until every replica served."""
    failure: str | None
    """A sentence: a replica that ended, or the generator's own."""
    journeys: JourneysPart | None
    """Null where an arrival is a request, or none ended."""
    endpoints: tuple[EndpointRow, ...]
    checks: tuple[CheckRow, ...]
    unheard: str
    """Which of the SLO's endpoints did not come; empty where all did."""


class CheckDocument(Document):
    """What `scalebed check --json` prints."""

    works: bool
    mind: tuple[str, ...]
    """Sentences on what of this machine is not as it should be."""
    services: tuple[ServiceRow, ...]
    exit_code: int


def check_document(found: Sequence[Rehearsed], mind: Sequence[str]) -> CheckDocument:
    """What was found as it is printed."""
    works = all(each.works for each in found)
    return CheckDocument(
        works=works, mind=tuple(mind), services=tuple(_service(each) for each in found), exit_code=int(not works)
    )


def _service(done: Rehearsed) -> ServiceRow:
    return ServiceRow(
        variant=done.cell.variant.name,
        works=done.works,
        ready_s=done.ready_s,
        failure=done.failure,
        journeys=None if done.journeys is None else _journeys(done.journeys),
        endpoints=tuple(
            EndpointRow(endpoint=each.endpoint, statuses=each.statuses, failures=each.failures, mean_ms=each.mean_ms)
            for each in done.answered
        ),
        checks=tuple(CheckRow(check=each.check, passed=each.passed, failed=each.failed) for each in done.checks),
        unheard=done.unheard,
    )


def _journeys(made: Journeys) -> JourneysPart:
    return JourneysPart(
        ended=made.ended, requests=made.requests, mean_ms=made.total_ms / made.ended, pause_s=made.pause_s
    )
