"""What held a cell back at its capacity, and whether capacity and CPU per request tell the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scalebed.records.run_directory import Trial

Part = Literal["service", "host", "database", "pooler", "cache", "balancer", "generator", "queueing"]

AT_QUOTA = 0.9
AT_CORE = 0.9
"""A share of the one core that PgBouncer or a single nginx worker can use."""
SATURATED = 0.95
BUSIEST = 0.5
"""A share of the host's CPU: a part that uses so much of a saturated host is what saturates it."""
NEAR = 0.85
"""A trial at this share of the capacity or more shows what limits it."""
_SINGLE_CORE: tuple[Part, ...] = ("pooler", "balancer")
_NAMES = {"pooler": "connection pooler", "balancer": "load balancer", "generator": "load generator"}


@dataclass(frozen=True)
class Bottleneck:
    """`queueing`: no part was used up. Requests that came together waited for each other (for a worker, a lock, the
    rest of the quota's period), and that broke the SLO first, as it does where single requests are slow."""

    part: Part
    evidence: str
    """A sentence with the figures."""


def near_capacity(trials: Sequence[Trial], capacity: float) -> list[Trial]:
    """One cell's counted trials at 85% of its capacity and above whose CPU readings count, too."""
    return [
        t
        for t in trials
        if t.verdict != "INVALID"
        and not t.disturbed
        and t.utilisation
        and t.rate_asked >= NEAR * capacity
        and t.requests
    ]


def mean_utilisation(trials: Sequence[Trial]) -> dict[str, float]:
    """By part, over trials; as in `Trial.utilisation`."""
    parts = {part for trial in trials for part in trial.utilisation}
    return {part: float(np.mean([t.utilisation.get(part, 0.0) for t in trials])) for part in sorted(parts)}


def name_limit(
    utilisation: Mapping[str, float], cores: float, *, has_quota: bool = True, throttled_share: float | None = None
) -> Bottleneck | None:
    """From utilisation near capacity (as in `Trial.utilisation`); None where the service was not seen."""
    if "service" not in utilisation:
        return None
    service, host = utilisation.get("service", 0.0), utilisation.get("host", 0.0)
    if has_quota and service >= AT_QUOTA:
        held = f", and was held back by it {throttled_share:.0%} of the time" if throttled_share else ""
        return Bottleneck("service", f"The service used {service:.0%} of its CPU quota{held}.")
    for part in _SINGLE_CORE:
        if utilisation.get(part, 0.0) >= AT_CORE:
            name = _NAMES[part]
            return Bottleneck(part, f"The {name} used {utilisation[part]:.2f} cores; it can use one.")
    if host >= SATURATED:
        return _saturated(utilisation, cores, host)
    return Bottleneck("queueing", _told_idle(utilisation, host, has_quota=has_quota))


def _saturated(utilisation: Mapping[str, float], cores: float, host: float) -> Bottleneck:
    rest: tuple[Part, ...] = ("database", "generator", "cache", "pooler", "balancer")
    used = {part: utilisation.get(part, 0.0) for part in rest}
    part = max(rest, key=lambda name: used[name])
    told = f"The host's {cores:g} cores were {host:.0%} busy"
    if used[part] >= BUSIEST * cores:
        return Bottleneck(part, f"{told}, {used[part]:.2f} of them with the {_NAMES.get(part, part)}.")
    return Bottleneck("host", f"{told}; no single part used half of them.")


def _told_idle(utilisation: Mapping[str, float], host: float, *, has_quota: bool) -> str:
    told = [f"the service used {utilisation.get('service', 0.0):.0%} of {'its CPU quota' if has_quota else 'the host'}"]
    unknown = []
    if "host" in utilisation:
        told.append(f"the host was {host:.0%} busy")
    else:
        unknown.append("how busy its host was")
    if "database" in utilisation:
        told.append(f"the database used {utilisation['database']:.2f} cores")
    else:
        unknown.append("what it asks itself")
    if unknown:
        return (
            f"No part that was seen was at its limit: {', '.join(told)}. Of {' and '.join(unknown)} nothing is known, "
            "and requests that came together may have waited for each other."
        )
    return (
        f"No part was at its limit: {', '.join(told)}; requests that came together waited for each other, and that "
        "broke the SLO first."
    )


def quota_explained(capacity: float, service_cpu_s: float, quota: float) -> float:
    """Capacity × CPU-seconds per request ÷ quota (cores): near 1 where the quota is the limit and both are right."""
    return capacity * service_cpu_s / quota


def host_ceiling(cores: float, cpu_s_per_request: Mapping[str, float]) -> float | None:
    """Requests a second at which all parts together, the generator too, use every core; None where unmeasured."""
    total = sum(cpu_s_per_request.values())
    return cores / total if total > 0 else None
