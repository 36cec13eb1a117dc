"""What becomes of requests at servers: for each, when it is over.

`arrivals` are seconds and ascend, `work` is what each request takes of a server that does nothing else, in seconds.
Whatever comes later changes nothing of what was over before, so that a longer run begins as a shorter one.
"""

from __future__ import annotations

import heapq
import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def in_turn(arrivals: Floats, work: Floats) -> Floats:
    """One server, first come first served (Lindley, "The theory of queues with a single server", Mathematical
    Proceedings of the Cambridge Philosophical Society 48, 1952)."""
    if not arrivals.size:
        return arrivals
    total = np.cumsum(work)
    ended: Floats = total + np.maximum.accumulate(arrivals - (total - work))
    return ended


def by_any(arrivals: Floats, work: Floats, servers: int) -> Floats:
    """Several servers with one queue, first come first served."""
    free = [0.0] * servers
    ended = np.empty_like(arrivals)
    for i, (at, takes) in enumerate(zip(arrivals.tolist(), work.tolist(), strict=True)):
        over = max(free[0], at) + takes
        heapq.heapreplace(free, over)
        ended[i] = over
    return ended


def shared(arrivals: Floats, work: Floats) -> Floats:
    """One server that all requests share evenly: processor sharing."""
    ended = np.full_like(arrivals, math.inf)
    done, now = 0.0, 0.0
    # What each has had by the time it is over: the work that everybody had when it came, and its own.
    present: list[tuple[float, int]] = []
    times, takes = arrivals.tolist(), work.tolist()
    for i, at in enumerate([*times, math.inf]):
        while present:
            over = now + (present[0][0] - done) * len(present)
            if over > at:
                break
            done, now = present[0][0], over
            ended[heapq.heappop(present)[1]] = over
        if present:
            done += (at - now) / len(present)
        now = at
        if i < len(times):
            heapq.heappush(present, (done + takes[i], i))
    return ended


def under_quota(arrivals: Floats, work: Floats, quota_s: float, period_s: float) -> Floats:
    """One server, first come first served, that may run `quota_s` in each period and then stands still until the next.

    That is how the Linux kernel limits a container's CPU (Turner, Rao & Rao, "CPU bandwidth control for CFS", Linux
    Symposium 2010).
    """
    ended = np.empty_like(arrivals)
    now, used = 0.0, 0.0
    period = 0
    for i, (at, takes) in enumerate(zip(arrivals.tolist(), work.tolist(), strict=True)):
        now = max(now, at)
        left = takes
        while True:
            here = math.floor(now / period_s + 1e-9)
            if here != period:
                period, used = here, 0.0
            run = min(left, quota_s - used, (period + 1) * period_s - now)
            left -= run
            used += run
            now += run
            if left <= 1e-12:
                break
            if used >= quota_s - 1e-12:
                now = (period + 1) * period_s
        ended[i] = now
    return ended


def over_a_cliff(arrivals: Floats, work: Floats, most: int, slowed: float) -> Floats:
    """One server, first come first served, that is `slowed` times as slow while more than `most` requests are there."""
    ended = np.empty_like(arrivals)
    times = arrivals.tolist()
    now, came = 0.0, 0
    for i, takes in enumerate(work.tolist()):
        now, left = max(now, times[i]), takes
        while came < len(times) and times[came] <= now:
            came += 1
        while True:
            pace = slowed if came - i > most else 1.0
            upcoming = times[came] if came < len(times) else math.inf
            if now + left * pace <= upcoming:
                now += left * pace
                break
            left -= (upcoming - now) / pace
            now = upcoming
            came += 1
        ended[i] = now
    return ended


def shedding(arrivals: Floats, work: Floats, most: int, refusal_s: float) -> tuple[Floats, Bools]:
    """One server, first come first served, that refuses whatever finds `most` requests there: ends and refusals."""
    ended = np.empty_like(arrivals)
    refused = np.zeros(arrivals.size, dtype=np.bool_)
    present: deque[float] = deque()
    for i, (at, takes) in enumerate(zip(arrivals.tolist(), work.tolist(), strict=True)):
        while present and present[0] <= at:
            present.popleft()
        if len(present) >= most:
            refused[i], ended[i] = True, at + refusal_s
            continue
        over = (present[-1] if present else at) + takes
        present.append(over)
        ended[i] = over
    return ended, refused


def paused(arrivals: Floats, work: Floats, begins: Floats, lasts: Floats) -> Floats:
    """One server, first come first served, that stands still so long once it has done what came before each moment."""
    at = np.concatenate((arrivals, begins))
    order = np.argsort(at, kind="stable")
    mine = order < arrivals.size
    ended: Floats = in_turn(at[order], np.concatenate((work, lasts))[order])[mine]
    return ended
