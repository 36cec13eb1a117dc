"""Windows of a trial, second by second, as a timeline would have made them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scalebed.measurement.timeline import Counted, Journeys, Window


def window(
    responses: int | Sequence[int],
    seconds: int = 12,
    *,
    slow: int | Sequence[int] = 0,
    undelayed_slow: int | Sequence[int] | None = None,
    errors: int | Sequence[int] = 0,
    in_flight: float | Sequence[float] = 1.0,
    dropped: int | Sequence[int] = 0,
    arrivals: int | Sequence[int] | None = None,
    lag_ms: float = 0.0,
    latency_ms: float | None = None,
    journeys: Journeys | None = None,
    further: Sequence[tuple[int, int]] = (),
) -> Window:
    """`further`: asked and slow in each second, of each further limit."""

    def ints(value: int | Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(np.broadcast_to(np.asarray(value, dtype=np.int64), (seconds,)))

    answered = ints(responses)
    flying = np.array(np.broadcast_to(np.asarray(in_flight, dtype=np.float64), (seconds,)))
    # Unless told, latencies fit Little's law.
    latency_sum = answered * latency_ms if latency_ms is not None else flying * 1000
    return Window(
        elapsed_s=seconds + 2,
        responses=answered,
        slow=ints(slow),
        errors=ints(errors),
        latency_sum_ms=np.asarray(latency_sum, dtype=np.float64),
        arrivals=answered.copy() if arrivals is None else ints(arrivals),
        dropped=ints(dropped),
        in_flight=flying,
        lag_ms=np.full(seconds, lag_ms),
        undelayed_slow=None if undelayed_slow is None else ints(undelayed_slow),
        journeys=journeys,
        further=tuple(Counted(ints(asked), ints(late)) for asked, late in further),
    )
