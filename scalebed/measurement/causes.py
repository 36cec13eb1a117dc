"""Why a trial is INVALID, or what disturbed one that counts: a type and figures, beside the sentence for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["PASS", "FAIL", "UNDECIDED", "INVALID"]
"""What a trial comes to."""

_SATURATED = 0.95


class Kind(StrEnum):
    """What was the matter."""

    STEAL = "steal"
    FOREIGN_CPU = "foreign CPU"
    SATURATED = "host saturated"
    THROTTLED = "generator throttled"
    LATE = "arrivals late"
    DROPPED = "arrivals dropped"
    OTHER_RATE = "another rate"
    UNCOUNTED = "responses not counted"
    LITTLE = "Little's law"
    TOO_SHORT = "too short"
    GENERATOR = "generator failed"
    MEMORY = "host out of memory"


DISTURBANCES = frozenset({Kind.STEAL, Kind.FOREIGN_CPU})
"""Can only make a service look worse: what passes beside them would have passed without them."""
BY_HOST = frozenset({Kind.SATURATED, Kind.MEMORY})
"""The machine had no more to give, to whomever."""
BY_GENERATOR = frozenset({
    Kind.THROTTLED, Kind.LATE, Kind.DROPPED, Kind.OTHER_RATE, Kind.UNCOUNTED, Kind.LITTLE, Kind.TOO_SHORT,
    Kind.GENERATOR,
})  # fmt: skip
"""The load generator did not make, or did not count, what it was asked for."""
_CARRYING = frozenset({Kind.SATURATED, Kind.DROPPED})


class Cause(BaseModel):
    """One of them, as a trial's record holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    sentence: str
    figures: Mapping[str, float] = {}
    """What the sentence tells, by name. Shares are of 1; the host's are of all its cores."""


def kinds(causes: Iterable[Cause]) -> frozenset[Kind]:
    return frozenset(cause.kind for cause in causes)


def disturbances(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Those that have nothing to do with the experiment."""
    return tuple(cause for cause in causes if cause.kind in DISTURBANCES)


def overrun(causes: Iterable[Cause]) -> bool:
    """The host or the generator could not carry the rate, and nothing else disturbed: a lower one may do."""
    found = kinds(causes)
    return bool(found & _CARRYING) and not found & DISTURBANCES


_SENTENCES: Sequence[tuple[Kind, re.Pattern[str]]] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.STEAL, r"A hypervisor took (?P<share>[\d.]+)% of the host's CPU \((?P<allowed>[\d.]+)% allowed\)"),
        (Kind.FOREIGN_CPU, r"Other programs used (?P<cores>[\d.]+) cores \((?P<allowed>[\d.]+) allowed\)"),
        (Kind.SATURATED, r"The host was (?P<share>[\d.]+)% busy"),
        (Kind.THROTTLED, r"The generator was held back by its own CPU quota (?P<share>[\d.]+)% of the time"),
        (Kind.LATE, r"Arrivals were late in (?P<share>[\d.]+)% of the seconds"),
        (Kind.LATE, r"Arrivals started up to (?P<most_ms>[\d.]+) ms late, in (?P<share>[\d.]+)% of the seconds"),
        (Kind.DROPPED, r"Arrivals began up to (?P<most_ms>[\d.]+) ms late and (?P<dropped>\d+) were dropped"),
        (Kind.LATE, r"Arrivals began up to (?P<most_ms>[\d.]+) ms late, and that decides"),
        (Kind.DROPPED, r"(?P<dropped>\d+) arrivals were dropped"),
        (Kind.OTHER_RATE, r"(?P<due>\d+) arrivals were due in (?P<seconds>\d+) s, not (?P<expected>\d+)"),
        (Kind.UNCOUNTED, r"(?P<responses>\d+) responses to (?P<due>\d+) arrivals differ"),
        (Kind.LITTLE, r"Little's law is off: (?P<in_flight>[\d.]+) requests were in flight"),
        (Kind.TOO_SHORT, r"The trial was too short"),
    )
)


def told(reasons: Sequence[str], *, host_busy: float = 0.0) -> tuple[Cause, ...]:
    """The causes of an INVALID trial whose record names none, from its sentences; `host_busy` as a share of the host.

    A generator's own failure stands first and may be any sentence.
    """
    found = [cause for sentence in reasons if (cause := _recognised(sentence)) is not None]
    if not found:
        found = [Cause(kind=Kind.GENERATOR, sentence=sentence) for sentence in reasons[:1]]
    if host_busy > _SATURATED and Kind.SATURATED not in kinds(found):
        found.append(
            Cause(kind=Kind.SATURATED, sentence=f"The host was {host_busy:.0%} busy.", figures={"share": host_busy})
        )
    return tuple(found)


def _recognised(sentence: str) -> Cause | None:
    for kind, pattern in _SENTENCES:
        if match := pattern.match(sentence):
            percent = {"share"} | ({"allowed"} if kind is Kind.STEAL else set())
            figures = {n: float(v) / (100 if n in percent else 1) for n, v in match.groupdict().items()}
            return Cause(kind=kind, sentence=sentence, figures=figures)
    return None
