"""What a finished trial tells a search."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scalebed.experiment.spec import Search
from scalebed.measurement import causes
from scalebed.measurement.causes import Verdict
from scalebed.measurement.shares import Share
from scalebed.records.run_directory import Purpose, Trial
from scalebed.search.length import is_full


@dataclass(frozen=True)
class Observed:
    """One trial."""

    purpose: Purpose
    rate: float
    verdict: Verdict
    full: bool
    """It counted long enough to be the answer."""
    mean_ms: float
    """An arrival waits for answers on average."""
    slo_percentile_ms: float
    service_cpu_s: float
    """Per arrival; 0 where unknown."""
    reasons: tuple[str, ...]
    overrun: bool = False
    """INVALID because the host or the generator could not carry the rate; a lower one may do."""
    attempt: int = 0
    disturbed: bool = False
    ended: bool = False
    """A replica ended in it, as its first reason says."""
    against: bool = False
    """It did not pass, whatever it counts."""
    shares: tuple[Share, ...] = ()
    """What was bad of it by each line of the SLO; empty where it is not known."""
    per_arrival: float = 1.0
    """Requests that an arrival came to: more than one for journeys, 0 where none ended."""

    @property
    def spoiled(self) -> bool:
        """To be tried again at the same rate."""
        return self.verdict == "INVALID" and not self.overrun


def observed(trial: Trial, search: Search) -> Observed:
    return Observed(
        purpose=trial.purpose,
        rate=trial.rate_asked,
        verdict=trial.verdict,
        full=is_full(trial.duration_s - trial.warmup_cut_s, trial.duration_s, search),
        mean_ms=trial.latency_ms.get("mean", math.nan) * trial.requests_per_arrival,
        slo_percentile_ms=math.inf if trial.slo_percentile_ms is None else trial.slo_percentile_ms,
        service_cpu_s=(
            0.0 if trial.disturbed else trial.cpu_s_per_request.get("service", 0.0) * trial.requests_per_arrival
        ),
        reasons=trial.reasons,
        overrun=trial.verdict == "INVALID" and trial.purpose != "unloaded" and causes.overrun(trial.causes),
        attempt=trial.attempt,
        disturbed=trial.disturbed,
        ended=bool(trial.ended),
        against=trial.verdict != "PASS" and trial.judged != "PASS",
        shares=trial.shares,
        per_arrival=0.0 if trial.journeys == 0 else trial.requests_per_arrival,
    )


def stands(passed: Iterable[bool], against: int) -> bool:
    """Whether a rate counts as served, of whose trials some passed, each beside a disturbance or not, and some did not.

    Beside a disturbance only what passes counts, and what does not is tried again: if one in several tries were
    enough, any rate would pass in the end. So there most of them must. A trial that nothing disturbed would have
    counted either way, and stands by itself.
    """
    disturbed = list(passed)
    return not all(disturbed) or len(disturbed) > against
