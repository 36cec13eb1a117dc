"""How many requests of a trial were bad once it had settled, by each line of the SLO that allows some."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scalebed.experiment.slo import Slo
from scalebed.measurement.timeline import Counted, Ints, Window
from scalebed.statistics.intervals import effective_size

FILLING = 0.25
"""The share of a trial that is left out at its start. A load begins with an empty service, and near its capacity a
queue takes long to become as long as it will be: all of a trial together would tell of a higher capacity."""


@dataclass(frozen=True)
class Share:
    """Of one line, in the part of a trial that tells."""

    allowed: float
    """As a share of `of`."""
    bad: int
    """Slower than the line's limit, or failed, as the line has it."""
    of: int
    size: float
    """As many independent requests tell as much (`scalebed.statistics.intervals.effective_size`)."""
    broken: bool
    """More than allowed were bad in all that counts, whatever chance may have to do with it."""


def shares(window: Window, slo: Slo) -> tuple[Share, ...]:
    """In the order latency, errors, further limits; without those that allow nothing."""
    lines = [
        (1 - slo.percentile / 100, window.judged(slo.latency_of)),
        (slo.error_rate, Counted(window.asked, window.failed)),
        *((1 - limit.percentile / 100, counted) for limit, counted in zip(slo.further, window.further, strict=True)),
    ]
    return tuple(_share(allowed, counted.slow, counted.asked) for allowed, counted in lines if allowed > 0)


def _share(allowed: float, bad: Ints, of: Ints) -> Share:
    start = math.floor(bad.size * FILLING)
    size, _ = effective_size(bad[start:].tolist(), of[start:].tolist())
    broken = bool(bad.sum() > allowed * of.sum())
    return Share(allowed, int(bad[start:].sum()), int(of[start:].sum()), size, broken)
