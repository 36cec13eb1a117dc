"""The pods of a service, and what metrics-server says of their CPU, in arrays: a row a pod, oldest first.

Pods share the load equally, so what each has used since it was ready is the same curve for all: CPU seconds by the
second, which whoever goes through time adds to. A kubelet reads a container's CPU at times of its own: at once when it
starts, then every 10 to 20 s (cadvisor 0.52.1, manager/container.go, nextHousekeepingInterval, with the 10 s and the
jitter that kubernetes 1.34.4 gives it in pkg/kubelet/cadvisor). metrics-server takes the last of these readings when it
looks (`scalebed.autoscaling.metrics_server` says what it makes of them).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scalebed.autoscaling.metrics_server import FRESH_S, RESOLUTION_S
from scalebed.autoscaling.settings import Settings
from scalebed.forecast.signals import Census

READ_EVERY_S = 10.0
"""At least; what is added to it is drawn anew each time, up to as much again."""


class Fleet:
    """All pods that there are; one that is removed is gone."""

    def __init__(
        self, most: int, rng: np.random.Generator, starting_cores: float = 1.0, resolution_s: float = RESOLUTION_S
    ) -> None:
        self._rng = rng
        self._starting_cores = starting_cores
        """That a pod uses until it is ready."""
        self._resolution_s = resolution_s
        self.count = 0
        self._created = np.zeros(most)
        self._started = np.zeros(most)
        self._ready = np.zeros(most)
        self._due = np.zeros(most)
        """When a kubelet reads it next."""
        self._read_at = np.zeros(most)
        self._read_cpu = np.zeros(most)
        self._last_at = np.zeros(most)
        self._last_cpu = np.zeros(most)
        self._before_at = np.zeros(most)
        self._before_cpu = np.zeros(most)
        self._offset = np.zeros(most)
        """What a pod that is ready has used, less what the curve says then; no number until that is known."""

    @property
    def _arrays(self) -> tuple[NDArray[np.float64], ...]:
        return (
            self._created, self._started, self._ready, self._due, self._read_at, self._read_cpu, self._last_at,
            self._last_cpu, self._before_at, self._before_cpu, self._offset,
        )  # fmt: skip

    def add(self, at_s: float, started_s: NDArray[np.float64], ready_s: NDArray[np.float64]) -> None:
        """Pods that were created at a moment, with when they start and are ready; each shape (pods,)."""
        new = slice(self.count, self.count + len(ready_s))
        self._created[new] = at_s
        self._started[new] = started_s
        self._ready[new] = ready_s
        self._due[new] = started_s
        for readings in (self._read_at, self._read_cpu, self._last_at, self._last_cpu, self._before_at, self._offset):
            readings[new] = np.nan
        if len(started_s) and started_s[0] < 0:
            # What has long been there is read at any time of its own, and has used some CPU before.
            self._due[new] = 2 * READ_EVERY_S * self._rng.random(len(started_s))
            self._offset[new] = 1.0
        self.count += len(ready_s)

    def keep(self, count: int) -> None:
        """Remove pods until so many are left: those that are not ready first, then those that became so last
        (kubernetes 1.34.4, pkg/controller/controller_utils.go, ActivePodsWithRanks)."""
        if count >= self.count:
            return
        rows = np.sort(np.argsort(self._ready[: self.count], kind="stable")[:count])
        for values in self._arrays:
            values[:count] = values[rows]
        self.count = count

    def ready_at(self) -> NDArray[np.float64]:
        """When each is ready, shape (pods,)."""
        return self._ready[: self.count]

    def scrape(self, at_s: float, used: NDArray[np.float64]) -> None:
        """metrics-server looks. `used[i]` are the CPU seconds of a pod until second i, known beyond `at_s`."""
        n = self.count
        self._read(n, at_s, used)
        at, cpu = self._read_at[:n], self._read_cpu[:n]
        last_at, last_cpu = self._last_at[:n], self._last_cpu[:n]
        before_at, before_cpu = self._before_at[:n], self._before_cpu[:n]
        age = at - self._started[:n]
        usable = cpu > 0
        fresh = usable & (age >= FRESH_S) & (age < self._resolution_s)
        newer = usable & ~fresh & (at > last_at)
        before_at[newer], before_cpu[newer] = last_at[newer], last_cpu[newer]
        before_at[fresh], before_cpu[fresh] = self._started[:n][fresh], 0.0
        last_at[usable], last_cpu[usable] = at[usable], cpu[usable]

    def _read(self, n: int, at_s: float, used: NDArray[np.float64]) -> None:
        due, ready, started = self._due[:n], self._ready[:n], self._started[:n]
        while (rows := np.flatnonzero(due <= at_s)).size:
            at, offset = due[rows], self._offset[rows]
            cpu = _until(used, at) + offset
            if (new := np.isnan(offset)).any():
                since, began = ready[rows[new]], started[rows[new]]
                own = (since - began) * self._starting_cores - _until(used, since)
                serving = at[new] > since
                starting = (at[new] - began) * self._starting_cores
                cpu[new] = np.where(serving, _until(used, at[new]) + own, starting)
                self._offset[rows[new]] = np.where(serving, own, np.nan)
            self._read_at[rows] = at
            self._read_cpu[rows] = cpu
            due[rows] = at + READ_EVERY_S * (1 + self._rng.random(len(rows)))

    def census(self, at_s: float, replicas: int, settings: Settings) -> Census:
        """What a controller makes of them at a moment, as `scalebed.autoscaling.grouping` does."""
        n = self.count
        window = self._last_at[:n] - self._before_at[:n]
        measured = window > 0
        pending = self._started[:n] > at_s
        ready_at = self._ready[:n]
        unready = ready_at > at_s
        young = self._created[:n] + settings.cpu_initialization_period_s > at_s
        early = np.floor(self._last_at[:n]) < np.floor(ready_at) + window
        # One that is not ready is left out however old it is: whoever takes longer than the period was never ready.
        counted = measured & ~pending & ~unready & ~(young & early)
        used = self._last_cpu[:n][counted] - self._before_cpu[:n][counted]
        # Billionths are cut, and thousandths rounded up from them.
        milli = np.ceil(np.floor(used / window[counted] * 1e9) / 1e6)
        measures, counts, waits = (int(np.count_nonzero(each)) for each in (measured, counted, pending))
        return Census(
            replicas=replicas,
            ready=counts,
            used=int(milli.sum()),
            unready=waits + measures - counts,
            missing=n - waits - measures,
            measured=measures,
        )


def _until(used: NDArray[np.float64], at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve at moments; before its beginning it is as it begins."""
    at = np.maximum(at_s, 0.0)
    second = np.minimum(at.astype(np.int64), len(used) - 2)
    found: NDArray[np.float64] = used[second] + (used[second + 1] - used[second]) * (at - second)
    return found
