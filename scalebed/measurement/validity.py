"""May a trial count? INVALID is what the generator or the host spoiled; it never yields a number.

The same sign can mean two things: a busy host with the SLO broken and the service short of its quota says that the
host was the limit; with the quota used up the service was. Arrivals that were late or dropped are no reason by
themselves, since latency counts from when an arrival was due and a dropped one counts as failed: they are where the
verdict would have been another without them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalebed.measurement.causes import DISTURBANCES, Cause, Kind, Verdict, kinds
from scalebed.measurement.errors import SCRIPT_ERROR
from scalebed.measurement.timeline import Window
from scalebed.measurement.usage import Usage


@dataclass(frozen=True)
class Limits:
    """Where a sign becomes a reason. Shares of the host are of all its cores."""

    steal: float = 0.02
    """A hypervisor took this share of the host: as much as the precision that a search can ask for."""
    foreign: float = 0.1
    """Programs outside the experiment used this share of the host."""
    saturated: float = 0.95
    """A share of the host: above it whoever needs CPU waits."""
    at_quota: float = 0.9
    """A share of the service's quota: above it the service was the limit, whatever else was short."""
    throttled: float = 0.05
    """A share of the time in which the generator was held back by a quota of its own."""
    dropped: float = 0.05
    """A share of the arrivals due: more that found no VU, though every second had free ones, no service caused."""
    little: float = 0.25
    """A share of the requests in flight: how far two independent measures may differ, and at least by one request."""
    rate: float = 0.01
    """A share of the arrivals due: how many responses may be missing, and at least one request."""


@dataclass(frozen=True)
class Conditions:
    """What a trial ran under."""

    rate: float | None
    """Asked; None in a closed model."""
    max_vus: int
    cores: float
    service_quota: float | None
    usage: Usage | None
    failure: str | None = None
    """The generator's own, as a sentence."""
    vus_wanted: float = 0.0
    """As many as journeys at this rate hold within the SLO; 0 where an arrival is a request."""
    verdicts: tuple[str, str] = ("PASS", "PASS")
    """With the lateness of arrivals and without it (`Window.in_time`)."""


def _expected(window: Window) -> float:
    """Rate × mean time in the system (Little 1961): of requests, or of whole journeys with their pauses.

    Within a window the two sides are equal but for its edges: what is in flight at the end has waited, and nobody has
    counted that yet; what was at its beginning is counted with what it had waited before. Where a queue grows, or few
    long journeys fill the window, that is no small part. Both are reckoned as if what came first had gone first.
    """
    if not window.seconds:
        return 0.0
    total_ms = float(window.latency_sum_ms.sum()) if window.journeys is None else window.journeys.total_ms
    return max(0.0, total_ms / 1000 + _waited_s(window) - _waited_before_s(window)) / window.seconds


def _waited_s(window: Window) -> float:
    """By what is in flight at the end, within the window: by the last that came."""
    newest = window.arrivals[::-1].astype(float)
    before = np.cumsum(newest) - newest
    counted = np.clip(float(window.in_flight[-1]) - before, 0.0, newest)
    # Of a second some of whose arrivals are over, those at its end are not.
    ages_s = np.arange(window.seconds) + counted / np.maximum(newest, 1.0) / 2
    older = max(0.0, float(window.in_flight[-1]) - float(newest.sum()))
    return float((counted * ages_s).sum()) + older * window.seconds


def _waited_before_s(window: Window) -> float:
    """By what is in flight at the beginning, before it: as if that had come as often as what came since."""
    rate = float(window.arrivals.mean())
    return float(window.in_flight[0]) ** 2 / 2 / rate if rate else 0.0


def little_ratio(window: Window) -> float | None:
    """Mean in flight, sampled, over rate × mean latency (Little 1961); None where too little was in flight."""
    expected = _expected(window)
    return float(window.in_flight.mean()) / expected if expected > 0.05 else None


def found(
    window: Window, conditions: Conditions, *, slo_broken: bool, limits: Limits | None = None
) -> tuple[Cause, ...]:
    """All that speaks against the trial; `slo_broken`: its verdict is FAIL. Whether it counts, `spoils` says."""
    limits = limits or Limits()
    if conditions.failure is not None:
        return (Cause(kind=Kind.GENERATOR, sentence=conditions.failure),)
    if conditions.usage is None or window.seconds == 0:
        return (Cause(kind=Kind.TOO_SHORT, sentence="The trial was too short to say what it ran under."),)
    causes = (*disturbing(conditions.usage, conditions.cores, limits), *_late(window, conditions))
    if slo_broken:
        dropping = (*_too_few_vus(window, conditions), *_dropping(window, conditions, limits))
        return (*causes, *dropping, *_starved(conditions, conditions.usage, limits))
    against = (*causes, *_not_offered(window, conditions, limits), *_inconsistent(window, conditions, limits))
    full = _full(conditions, conditions.usage, limits) if kinds(against) - DISTURBANCES else ()
    return (*against, *full)


def spoils(causes: Sequence[Cause], verdict: Verdict, *, shared: bool = False) -> bool:
    """Whether a trial that came to this verdict is INVALID; `shared`: other programs were allowed to run.

    Other programs and a hypervisor can only make a service look worse. What passed beside them had every arrival made,
    or it would have another cause against it, and passes.
    """
    allowed = DISTURBANCES if verdict == "PASS" else {Kind.FOREIGN_CPU} if shared else set()
    return any(cause.kind not in allowed for cause in causes)


def disturbing(usage: Usage, cores: float, limits: Limits | None = None) -> tuple[Cause, ...]:
    """What took CPU that is no part of the experiment, on a host of so many cores."""
    limits = limits or Limits()
    causes = []
    steal = usage.host_steal_s / usage.interval_s / cores
    if steal > limits.steal:
        told = f"A hypervisor took {steal:.1%} of the host's CPU ({limits.steal:.0%} allowed)."
        causes.append(Cause(kind=Kind.STEAL, sentence=told, figures={"share": steal, "allowed": limits.steal}))
    foreign, allowed = usage.foreign_cores, limits.foreign * cores
    # Where the service's own CPU is not seen, it is among that of other programs.
    if foreign > allowed and "service" in usage.cpu_s:
        told = f"Other programs used {foreign:.2f} cores ({allowed:.2f} allowed): let the host do nothing else."
        causes.append(Cause(kind=Kind.FOREIGN_CPU, sentence=told, figures={"cores": foreign, "allowed": allowed}))
    return tuple(causes)


def _full(conditions: Conditions, usage: Usage, limits: Limits, service: str = "") -> tuple[Cause, ...]:
    busy = usage.host_busy_s / usage.interval_s / conditions.cores
    if busy <= limits.saturated:
        return ()
    told = f"The host was {busy:.0%} busy{service}: the host was the limit."
    return (Cause(kind=Kind.SATURATED, sentence=told, figures={"share": busy, "allowed": limits.saturated}),)


def _starved(conditions: Conditions, usage: Usage, limits: Limits) -> tuple[Cause, ...]:
    """Was the SLO broken because the generator or the host, not the service, lacked CPU?"""
    quota = conditions.service_quota
    used = usage.cores("service") / quota if quota else None
    if used is not None and used >= limits.at_quota:
        return ()
    service = "" if used is None else f" while the service used {used:.0%} of its quota"
    causes = [] if used is None else list(_full(conditions, usage, limits, service))
    # Threads of several cores are held back at once, and their times add up.
    throttled = min(1.0, usage.throttled_s.get("generator", 0.0) / usage.interval_s)
    if throttled > limits.throttled:
        told = f"The generator was held back by its own CPU quota {throttled:.0%} of the time{service}."
        figures = {"share": throttled, "allowed": limits.throttled}
        causes.append(Cause(kind=Kind.THROTTLED, sentence=told, figures=figures))
    return tuple(causes)


_GOODNESS = ("FAIL", "UNDECIDED", "PASS")
"""Lateness can only make a verdict worse, so what passed with it passes."""


def _dropped_with_vus_free(window: Window, conditions: Conditions) -> int:
    return int(window.dropped.sum()) if vus_free(window, conditions.max_vus) else 0


def vus_free(window: Window, max_vus: int) -> bool:
    """Whether an arrival that was dropped could have been made: the service did not hold all VUs."""
    return bool(window.seconds) and float(window.in_flight.max()) < 0.9 * max_vus


def _late(window: Window, conditions: Conditions) -> tuple[Cause, ...]:
    """Did the generator's lateness decide? Latencies count from when arrivals were due, so it can do no other harm."""
    late, in_time = conditions.verdicts
    if _GOODNESS.index(in_time) <= _GOODNESS.index(late):
        return ()
    dropped = _dropped_with_vus_free(window, conditions)
    most_ms = float(window.lag_ms.max())
    told = f" and {dropped} were dropped with VUs free" if dropped else ""
    most = f"Arrivals began up to {most_ms:.0f} ms late{told}"
    sentence = f"{most}, and that decides: {late} with it, {in_time} without; the generator lacked CPU."
    figures = {"most_ms": most_ms, **({"dropped": float(dropped)} if dropped else {})}
    return (Cause(kind=Kind.DROPPED if dropped else Kind.LATE, sentence=sentence, figures=figures),)


def _too_few_vus(window: Window, conditions: Conditions) -> tuple[Cause, ...]:
    """With the SLO broken: did arrivals find no VU as journeys last too long for so many as there may be?"""
    dropped = int(window.dropped.sum())
    if not dropped or conditions.vus_wanted <= conditions.max_vus:
        return ()
    sentence = (
        f"{dropped} of {window.due} arrivals were dropped: {conditions.max_vus} VUs, the most there may be, are fewer "
        f"than the {conditions.vus_wanted:.0f} that journeys hold at this rate even within the SLO."
    )
    return (Cause(kind=Kind.DROPPED, sentence=sentence, figures={"dropped": float(dropped)}),)


def _dropping(window: Window, conditions: Conditions, limits: Limits) -> tuple[Cause, ...]:
    """With the SLO broken, with lateness and without: did the generator drop what it could have made?

    Starved so far, it is late in reading answers as well, so that all of its latencies are its own.
    """
    dropped = _dropped_with_vus_free(window, conditions)
    if conditions.verdicts != ("FAIL", "FAIL") or dropped <= max(limits.dropped * window.due, 1.0):
        return ()
    most_ms = float(window.lag_ms.max())
    sentence = (
        f"{dropped} of {window.due} arrivals were dropped with VUs free, and others began up to {most_ms:.0f} ms late: "
        "the generator lacked CPU."
    )
    return (Cause(kind=Kind.DROPPED, sentence=sentence, figures={"most_ms": most_ms, "dropped": float(dropped)}),)


def _not_offered(window: Window, conditions: Conditions, limits: Limits) -> tuple[Cause, ...]:
    """With the SLO not broken: was the rate that passed really offered?"""
    if conditions.rate is None:
        return ()
    expected = conditions.rate * window.seconds
    # Arrivals are Poisson, so their number strays by its square root; 4 of those is once in 16,000 trials.
    tolerance = max(limits.rate * expected, 1.0, 4 * math.sqrt(expected))
    if abs(window.due - expected) <= tolerance:
        return ()
    told = (
        f"{window.due} arrivals were due in {window.seconds} s, not {expected:.0f} ± {tolerance:.0f}: "
        "the generator made another rate."
    )
    figures = {"due": window.due, "seconds": window.seconds, "expected": expected}
    return (Cause(kind=Kind.OTHER_RATE, sentence=told, figures=figures),)


def _inconsistent(window: Window, conditions: Conditions, limits: Limits) -> tuple[Cause, ...]:
    """With the SLO not broken: do two independent measures of the same thing agree?"""
    causes = []
    if conditions.rate is not None:
        # What was in flight at either edge of the window arrived on one side of it and was answered on the other.
        edges = float(max(window.in_flight[0], window.in_flight[-1]))
        edges += 2 * float(max(window.arrivals[0], window.arrivals[-1])) ** 0.5
        made = window.due - int(window.dropped.sum())
        over = window.requests if window.journeys is None else window.journeys.ended
        missing = made - over
        # An iteration that threw is counted beside the requests that it made before.
        tolerance = max(limits.rate * made, 1.0) + edges + window.kinds.get(SCRIPT_ERROR, 0)
        if abs(missing) > tolerance:
            told = (
                f"{over} {'responses' if window.journeys is None else 'whole journeys'} to {made} arrivals differ by "
                f"more than {tolerance:.0f}: some were not counted."
            )
            counts = {"responses": over, "due": made}
            causes.append(Cause(kind=Kind.UNCOUNTED, sentence=told, figures=counts))
    ratio = little_ratio(window)
    if ratio is not None and window.seconds >= 8:
        sampled = float(window.in_flight.mean())
        expected = sampled / ratio if ratio else _expected(window)
        if abs(sampled - expected) > max(limits.little * expected, 1.0):
            told = (
                f"Little's law is off: {sampled:.1f} {'requests' if window.journeys is None else 'journeys'} were in "
                "flight, rate × mean latency says "
                f"{expected:.1f}; latencies or arrivals are measured wrongly."
            )
            figures = {"in_flight": sampled, "expected": expected}
            causes.append(Cause(kind=Kind.LITTLE, sentence=told, figures=figures))
    return tuple(causes)
