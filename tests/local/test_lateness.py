"""Real k6, held up on purpose for a known time, and a service whose latency is known: lateness spoils nothing that it
does not decide.
"""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from scalebed.engines.local.generator import K6Generator, K6Run
from scalebed.execution.clock import SystemClock
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Slo
from scalebed.experiment.variant import Variant
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import Sample
from scalebed.measurement.verdict import Enough
from scalebed.paths import ROOT
from scalebed.provision.k6 import ensure_k6
from scalebed.records.run_directory import Trial
from tests.local.odd_server import odd_server

SLO = Slo(percentile=95, latency_ms=150)
"""Far from what a hypervisor adds to an answer when it takes a core away for some milliseconds."""
CELL = Cell(Variant(name="a", service="a"), 1, 1.0, "detail", 5000, 7)
RATE, DURATION_S = 120.0, 12
"""The verdict is open once 41 of some 1,200 are late by more than 110 ms; 17 are on average, and 41 in one of two
million draws (of half as many arrivals it was one in 170).
"""
HELD_S = 0.25
"""Arrivals are Poisson, so the first that is held up comes 8 ms later on average, and 100 in one of 160,000 draws."""
TRIES = 6


class IdleProbe:
    """Of a host on which nothing else runs: what else it does is not this test's question."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock

    def sample(self) -> Sample:
        now = self._clock.now()
        return Sample(now, {"service": 0.01 * now, "generator": 0.02 * now}, host_busy_s=0.03 * now)

    def gone(self) -> Sequence[Ended]:
        return ()

    def finish(self) -> Sequence[Sample]:
        return [self.sample()]


class HeldUp:
    """A load generator that stands still for `HELD_S` so many seconds after another, without its knowing."""

    def __init__(self, inner: K6Generator, every_s: float) -> None:
        self._inner = inner
        self._every_s = every_s
        self._over = threading.Event()

    def start(self, target: Target, load: Load) -> K6Run:
        run = self._inner.start(target, load)
        threading.Thread(target=self._hold_up, args=(run,), daemon=True).start()
        return run

    def _hold_up(self, run: K6Run) -> None:
        while not run.finished and not self._over.wait(self._every_s):
            try:
                os.kill(run.pid, signal.SIGSTOP)
                self._over.wait(HELD_S)
                os.kill(run.pid, signal.SIGCONT)
            except ProcessLookupError:
                return


@pytest.fixture(scope="module")
def k6() -> Path:
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), ROOT / "loadtest" / "extension")


def conduct(k6: Path, folder: Path, latency_s: float, every_s: float, seed: int = 7) -> Trial:
    clock = SystemClock()
    with odd_server() as server:
        server.delay_s = latency_s
        target = Target(server.url, (), ("service",), 1.0)
        generator = HeldUp(K6Generator(k6, ROOT / "loadtest" / "k6", folder), every_s)
        assignment = Assignment(CELL, 0, 0, "bracket", SLO, 2.0, Enough(10, 300), sequential=False, cut_s=2)
        load = Load("detail", RATE, DURATION_S, 200, seed, 5000)
        return Conductor(target, generator, IdleProbe(clock), clock).conduct(assignment, load, lambda _: None)


def latest_ms(trial: Trial) -> float:
    return max(second.lag_ms for second in trial.generator)


def held_up_by_the_host(trial: Trial, every_s: float) -> bool:
    """Whether arrivals were late in more seconds than those in which this test held them up, two for each time."""
    late = sum(second.lag_ms > SLO.latency_ms / 3 for second in trial.generator)
    return late > 2 * math.ceil(DURATION_S / every_s)


@pytest.mark.alone
@pytest.mark.parametrize(("latency_s", "verdict"), [(0.040, "PASS"), (0.230, "FAIL")])
def test_lateness_that_does_not_decide_spoils_nothing(k6: Path, tmp_path: Path, latency_s: float, verdict: str) -> None:
    """Of the arrivals of seven seconds, those of a quarter of one are late: 4% of all, by up to more than the limit.

    Made again, of other arrivals, where the host held up others, too: then lateness may decide, and the verdict has to
    say so. And where by chance nothing was due in the first tenth of a second that the generator stood still.
    """
    for seed in range(TRIES):
        trial = conduct(k6, tmp_path, latency_s, 7.0, seed)
        held_up = latest_ms(trial) > SLO.latency_ms
        if held_up and (trial.verdict == verdict or not held_up_by_the_host(trial, 7.0)):
            break
    assert held_up, "nothing was due for long after the generator stood still"
    if held_up_by_the_host(trial, 7.0) and trial.verdict == "INVALID":
        assert "and that decides: " in trial.reasons[0]
        return
    assert trial.verdict == verdict, trial.reasons
    assert trial.undelayed_percentile_ms is not None
    assert latency_s * 1000 <= trial.undelayed_percentile_ms < latency_s * 1000 + 40
    assert trial.latency_ms["max"] >= latest_ms(trial)  # it is a part of latency


@pytest.mark.alone
def test_lateness_that_decides_is_invalid(k6: Path, tmp_path: Path) -> None:
    """Held up for a quarter of a second of every 1.45: one arrival in six is late, most of these beyond the limit."""
    trial = conduct(k6, tmp_path, 0.040, 1.2)
    assert trial.verdict == "INVALID", (trial.reasons, trial.slo_percentile_ms, trial.undelayed_percentile_ms)
    assert "and that decides: " in trial.reasons[0]
    assert "PASS without" in trial.reasons[0]
