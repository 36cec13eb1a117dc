"""The comparison for programs."""

from __future__ import annotations

from scalebed.comparison import words
from scalebed.comparison.side import Side
from scalebed.comparison.verdict import Comparison
from scalebed.documents import Document, Estimate, Part, PathText, estimate


class Operand(Part):
    """What was compared."""

    name: PathText
    """As it was given: `RUN` or `RUN:VARIANT`."""
    directory: PathText
    experiment: str
    started: str
    """ISO 8601, UTC."""
    variants: tuple[str, ...]
    commit: str | None
    """Of the application where one variant is compared, else of the testbed's clone."""


class ChangeRow(Part):
    """One quantity, before and after."""

    variant: str
    replicas: int
    users: int | None
    rate: float | None
    """Asked for, a second; null where none was given."""
    quantity: str
    unit: str
    before: Estimate | None
    after: Estimate | None
    ratio: Estimate | None
    """After over before."""
    floor: float | None
    """The factor by which the same thing differs, measured twice; 1 where nobody asked, null where a control tells
    nothing."""
    verdict: str
    note: str
    """Why there is no ratio; empty where there is one."""


class LimitRow(Part):
    """Whether a limit holds."""

    limit: str
    variant: str
    replicas: int
    users: int | None
    rate: float | None
    conclusion: str
    sentence: str


class ComparisonDocument(Document):
    """What `scalebed compare --json` prints."""

    before: Operand
    after: Operand
    paired: bool
    changes: tuple[ChangeRow, ...]
    limits: tuple[LimitRow, ...]
    broken: tuple[str, ...]
    """Where the second missed what the first kept; with limits that is exit code 1 whatever they say."""
    across_hosts: tuple[str, ...]
    """What differs of the hosts; empty where they are alike."""
    sentences: tuple[str, ...]
    exit_code: int


def document(comparison: Comparison) -> ComparisonDocument:
    """The comparison as it is printed."""
    alone = comparison.after.variants[0]
    return ComparisonDocument(
        before=_operand(comparison.before),
        after=_operand(comparison.after),
        paired=comparison.paired,
        changes=tuple(
            ChangeRow(
                variant=change.place.variant or alone,
                replicas=change.place.replicas,
                users=change.place.users,
                rate=change.place.rate,
                quantity=change.quantity,
                unit=words.unit(change, comparison),
                before=estimate(change.before),
                after=estimate(change.after),
                ratio=estimate(change.ratio),
                floor=change.floor,
                verdict=words.verdict(change, comparison),
                note=change.lost,
            )
            for change in comparison.changes
        ),
        limits=tuple(
            LimitRow(
                limit=judged.limit.text,
                variant=judged.change.place.variant or alone,
                replicas=judged.change.place.replicas,
                users=judged.change.place.users,
                rate=judged.change.place.rate,
                conclusion=judged.conclusion.words,
                sentence=sentence,
            )
            for judged, sentence in zip(comparison.judgements, words.judgements(comparison), strict=True)
        ),
        broken=tuple(comparison.broken.values()),
        across_hosts=comparison.hosts,
        sentences=words.sentences(comparison),
        exit_code=int(comparison.conclusion),
    )


def _operand(side: Side) -> Operand:
    fingerprint = side.manifest.fingerprint
    applications = fingerprint.get("applications") or {}
    known = applications.get(side.variants[0], fingerprint) if len(side.variants) == 1 else fingerprint
    return Operand(
        name=side.name,
        directory=str(side.path),
        experiment=side.manifest.experiment.name,
        started=side.manifest.started,
        variants=side.variants,
        commit=known.get("commit"),
    )
