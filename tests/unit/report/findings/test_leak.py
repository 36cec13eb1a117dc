"""Leaks, in simulated series of memory whose growth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from recorded import trial

from scalebed.report.findings.leak import LONG_S, TOLERANCE, Growth, growth, growths, worst

Floats = NDArray[np.float64]
MIB = 2**20
AT = np.arange(0, 480, 1.0)
"""Eight minutes, a record a second."""


def readings(memory: Floats) -> Floats:
    """As the probe has them: read every five seconds, and the same until the next."""
    return np.repeat(memory[::5], 5)[: memory.size]


def found(memory: Floats, at: Floats = AT) -> Growth:
    growing = growth(list(at), list(readings(memory * MIB)))
    assert growing is not None
    return growing


def wandering(rng: np.random.Generator, *, likeness: float, spread: float) -> Floats:
    """Noise of which neighbouring readings, five seconds apart, are alike: AR(1), in MiB."""
    steps = rng.normal(0, spread * np.sqrt(1 - likeness**2), AT.size // 5)
    value, values = rng.normal(0, spread), []
    for step in steps:
        value = likeness * value + step
        values.append(value)
    return np.repeat(np.array(values), 5)


def test_memory_that_stands_still_is_no_leak() -> None:
    assert found(np.full(AT.size, 80.0)) == Growth(0, 0, 0)
    assert found(np.full(AT.size, 80.0)).verdict == "no leak"


def test_a_steady_growth_is_a_leak_of_that_size() -> None:
    growing = found(80 + 0.5 * AT / 60)
    assert growing.slope == pytest.approx(0.5, abs=0.02)
    assert growing.verdict == "leak"


def test_a_growth_in_steps_is_a_leak() -> None:
    """As allocators grow: by a MiB, and then not for a while."""
    assert found(80 + np.floor(2 * AT / 60)).verdict == "leak"


@pytest.mark.parametrize(
    "memory",
    [
        lambda: 80 + 60 * (1 - np.exp(-AT / 25)),  # fills up in the first minute or two
        lambda: 80 + 8.0 * (AT % 37) / 37,  # collected every 37 s
        lambda: 80 + 20.0 * (AT > 380),  # one jump
        lambda: 120 - 3 * AT / 60,  # shrinks
    ],
)
def test_what_is_no_growth_without_end_is_no_leak(memory: Callable[[], Floats]) -> None:
    assert found(memory()).verdict != "leak"


def test_a_start_that_fills_up_is_left_out() -> None:
    filling = 80 + 60 * np.minimum(AT / 150, 1)
    assert found(filling).verdict == "no leak"


def test_growth_that_noise_hides_is_undecided() -> None:
    rng = np.random.default_rng(1)
    growing = found(80 + 0.1 * AT / 60 + wandering(rng, likeness=0.5, spread=3))
    assert growing.lower < TOLERANCE < growing.upper
    assert growing.verdict == "undecided"


@pytest.mark.parametrize(("likeness", "least"), [(0.0, 0.92), (0.5, 0.9), (0.8, 0.8)])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(likeness: float, least: float) -> None:
    rng = np.random.default_rng(7)
    tries = [found(80 + 0.3 * AT / 60 + wandering(rng, likeness=likeness, spread=0.5)) for _ in range(300)]
    assert np.mean([each.lower <= 0.3 <= each.upper for each in tries]) >= least


def test_noise_alone_is_hardly_ever_called_a_leak() -> None:
    rng = np.random.default_rng(8)
    verdicts = [found(80 + wandering(rng, likeness=0.8, spread=0.3)).verdict for _ in range(200)]
    assert verdicts.count("leak") <= 4


def test_too_little_to_tell_from_has_no_growth() -> None:
    assert growth([], []) is None
    short = np.arange(0, LONG_S / 2)
    assert growth(list(short), [80.0 * MIB] * short.size) is None


def usage(at_s: float, *replicas: float) -> dict[str, object]:
    memory = [int(mib * MIB) for mib in replicas]
    return {
        "at_s": at_s, "interval_s": 1, "cpu_s": {}, "throttled_s": {}, "memory_bytes": {"service": sum(memory)},
        "host_busy_s": 0, "host_steal_s": 0, "replica_memory_bytes": memory,
    }  # fmt: skip


def test_each_replica_of_a_trial_has_its_own_growth() -> None:
    recorded = trial(replicas=2, duration_s=480, usage=[usage(at, 80, 80 + at / 60) for at in AT])
    still, growing = growths(recorded)
    assert (still.verdict, growing.verdict) == ("no leak", "leak")
    assert worst([still, growing]) == "leak"
    assert worst([still, still]) == "no leak"
    assert worst([]) is None


def test_a_short_trial_and_one_without_readings_have_none() -> None:
    assert growths(trial(replicas=1, duration_s=60, usage=[usage(at, 80) for at in AT[:60]])) == ()
    assert growths(trial(replicas=2, duration_s=480, usage=[usage(at, 80) for at in AT])) == ()
