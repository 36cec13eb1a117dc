"""May a trial count? INVALID is what the generator or the host spoiled; it never yields a number.

The same sign can mean two things: a busy host with the SLO broken and the service short of its quota says that the
host was the limit; with the quota used up the service was. Arrivals that were late or dropped are no reason by
themselves, since latency counts from when an arrival was due and a dropped one counts as failed: they are where the
verdict would have been another without them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scalebed.errors import SCRIPT_ERROR
from scalebed.timeline import Window
from scalebed.usage import Usage


@dataclass(frozen=True)
class Limits:
    """Where a sign becomes a reason. Shares of the host are of all its cores."""

    steal: float = 0.02
    """A hypervisor took this share of the host: as much as the precision that a search can ask for."""
    foreign: float = 0.1
    """Programs outside the experiment used this share of the host."""
    saturated: float = 0.95
    """Of the host: above it whoever needs CPU waits."""
    at_quota: float = 0.9
    """Of the service's quota: above it the service was the limit, whatever else was short."""
    throttled: float = 0.05
    """Of the time the generator was held back by a quota of its own."""
    little: float = 0.25
    """Of the requests in flight: how far two independent measures may differ, and at least by one request."""
    rate: float = 0.01
    """Of the arrivals due: how many responses may be missing, and at least one request."""


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
    verdicts: tuple[str, str] = ("", "")
    """With the lateness of arrivals and without it (`Window.in_time`)."""


def little_ratio(window: Window) -> float | None:
    """Mean in flight, sampled, over rate × mean latency (Little 1961); None where too little was in flight."""
    expected = float(window.latency_sum_ms.sum()) / 1000 / window.seconds if window.seconds else 0.0
    return float(window.in_flight.mean()) / expected if expected > 0.05 else None


def spoiled(
    window: Window, conditions: Conditions, *, slo_broken: bool, limits: Limits | None = None
) -> tuple[str, ...]:
    """Sentences; none where the trial counts. `slo_broken`: the verdict is FAIL."""
    limits = limits or Limits()
    if conditions.failure is not None:
        return (conditions.failure,)
    if conditions.usage is None or window.seconds == 0:
        return ("The trial was too short to say what it ran under.",)
    reasons = (*_host(conditions, conditions.usage, limits), *_late(window, conditions))
    if slo_broken:
        return (*reasons, *_starved(window, conditions, conditions.usage, limits))
    return (*reasons, *_not_offered(window, conditions, limits), *_inconsistent(window, conditions, limits))


def _host(conditions: Conditions, usage: Usage, limits: Limits) -> tuple[str, ...]:
    reasons = []
    steal = usage.host_steal_s / usage.interval_s / conditions.cores
    if steal > limits.steal:
        reasons.append(f"A hypervisor took {steal:.1%} of the host's CPU ({limits.steal:.0%} allowed).")
    foreign = usage.foreign_cores
    if foreign > limits.foreign * conditions.cores:
        reasons.append(
            f"Other programs used {foreign:.2f} cores ({limits.foreign * conditions.cores:.2f} allowed): "
            "let the host do nothing else."
        )
    return tuple(reasons)


def _starved(window: Window, conditions: Conditions, usage: Usage, limits: Limits) -> tuple[str, ...]:
    """Was the SLO broken because the generator or the host, not the service, lacked CPU?"""
    quota = conditions.service_quota
    used = usage.cores("service") / quota if quota else None
    if used is not None and used >= limits.at_quota:
        return ()
    service = "" if used is None else f" while the service used {used:.0%} of its quota"
    reasons = []
    busy = usage.host_busy_s / usage.interval_s / conditions.cores
    if used is not None and busy > limits.saturated:
        reasons.append(f"The host was {busy:.0%} busy{service}: the host was the limit.")
    throttled = usage.throttled_s.get("generator", 0.0) / usage.interval_s
    if throttled > limits.throttled:
        reasons.append(f"The generator was held back by its own CPU quota {throttled:.0%} of the time{service}.")
    return tuple(reasons)


def vus_free(window: Window, max_vus: int) -> bool:
    """Whether an arrival that was dropped could have been made: the service did not hold all VUs."""
    return bool(window.seconds) and float(window.in_flight.max()) < 0.9 * max_vus


def _late(window: Window, conditions: Conditions) -> tuple[str, ...]:
    """Did the generator's lateness decide? Latencies count from when arrivals were due, so it can do no other harm."""
    late, in_time = conditions.verdicts
    if late == in_time:
        return ()
    dropped = int(window.dropped.sum()) if vus_free(window, conditions.max_vus) else 0
    told = f" and {dropped} were dropped with VUs free" if dropped else ""
    most = f"Arrivals began up to {float(window.lag_ms.max()):.0f} ms late{told}"
    return (f"{most}, and that decides: {late} with it, {in_time} without; the generator lacked CPU.",)


def _not_offered(window: Window, conditions: Conditions, limits: Limits) -> tuple[str, ...]:
    """With the SLO not broken: was the rate that passed really offered?"""
    if conditions.rate is None:
        return ()
    reasons = []
    expected = conditions.rate * window.seconds
    # Arrivals are Poisson, so their number strays by its square root; 4 of those is once in 16,000 trials.
    tolerance = max(limits.rate * expected, 1.0, 4 * math.sqrt(expected))
    if abs(window.due - expected) > tolerance:
        reasons.append(
            f"{window.due} arrivals were due in {window.seconds} s, not {expected:.0f} ± {tolerance:.0f}: "
            "the generator made another rate."
        )
    return tuple(reasons)


def _inconsistent(window: Window, conditions: Conditions, limits: Limits) -> tuple[str, ...]:
    """With the SLO not broken: do two independent measures of the same thing agree?"""
    reasons = []
    if conditions.rate is not None:
        # What was in flight at either edge of the window arrived on one side of it and was answered on the other.
        edges = float(max(window.in_flight[0], window.in_flight[-1]))
        edges += 2 * float(max(window.arrivals[0], window.arrivals[-1])) ** 0.5
        made = window.due - int(window.dropped.sum())
        missing = made - window.requests
        # An iteration that threw is counted beside the requests that it made before.
        tolerance = max(limits.rate * made, 1.0) + edges + window.kinds.get(SCRIPT_ERROR, 0)
        if abs(missing) > tolerance:
            reasons.append(
                f"{window.requests} responses to {made} arrivals differ by more than {tolerance:.0f}: "
                "some were not counted."
            )
    ratio = little_ratio(window)
    if ratio is not None and window.seconds >= 8:
        sampled = float(window.in_flight.mean())
        expected = sampled / ratio if ratio else float(window.latency_sum_ms.sum()) / 1000 / window.seconds
        if abs(sampled - expected) > max(limits.little * expected, 1.0):
            reasons.append(
                f"Little's law is off: {sampled:.1f} requests were in flight, rate × mean latency says "
                f"{expected:.1f}; latencies or arrivals are measured wrongly."
            )
    return tuple(reasons)
