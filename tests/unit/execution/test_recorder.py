"""A trial under way, second by second as a generator tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from scalebed.execution.recorder import Assignment, Watch
from scalebed.experiment.plan import Cell
from scalebed.experiment.slo import Slo
from scalebed.experiment.variant import Variant
from scalebed.measurement.causes import Kind
from scalebed.measurement.histograms import encode, of_values
from scalebed.measurement.load import Load, Target
from scalebed.measurement.memory import ReplicaMemory
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond, Sample
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Trial

CELL = Cell(Variant(name="a", service="a"), 1, 0.25, "browse", 1000, 7)
DURATION_S = 15
CUT_SHORT = "The load ended after"


def watched(rate: float, quiet_s: int, busy_s: int) -> Trial:
    """A load that begins with seconds without arrivals, and then has one in each."""
    assignment = Assignment(CELL, 0, 0, "bracket", Slo(), 2.0, Enough(10, 300), sequential=False)
    watch = Watch(assignment, Load("browse", rate, DURATION_S, 20, 7, 1000), Target("http://a", (), ("service",), 0.25))
    for second in range(quiet_s + busy_s):
        arrivals = int(second >= quiet_s)
        watch.add((), [GeneratorSecond(1_800_000_000 + second, arrivals, 0, 0.1, 1.0)], float(second + 1))
    return watch.trial(None)


@pytest.mark.parametrize(
    ("rate", "quiet_s", "busy_s", "whole"),
    [
        (1.5, 0, 15, True),
        (1.5, 4, 11, True),  # so late once in four hundred loads: e^-6
        (1.5, 10, 5, False),  # and so late by no chance
        (1.5, 0, 11, False),
        (20, 4, 11, False),
    ],
)
def test_a_first_arrival_may_be_as_late_as_chance_has_it(rate: float, quiet_s: int, busy_s: int, whole: bool) -> None:
    trial = watched(rate, quiet_s, busy_s)
    said = any(reason.startswith(CUT_SHORT) for reason in trial.reasons)
    assert said is not whole
    if not whole:
        assert trial.verdict == "INVALID"
        assert f"{CUT_SHORT} {busy_s} s instead of 15 s." in trial.reasons


TIGHT = Slo(percentile=95, latency_ms=30)


def answered(
    latencies_ms: Sequence[float],
    *,
    late_ms: float = 0.0,
    late: int = 0,
    slo: Slo = TIGHT,
    errors: int = 0,
    kind: str = "check failed",
    dropped: int = 0,
    checks: Sequence[CheckCount] = (),
    sequential: bool = False,
    checked: tuple[int, int] = (0, 0),
) -> tuple[Trial, int]:
    """`checked`: in each second so many checks passed, and in every other one so many failed.

    A load of these answers in every second, of which so many began so much later than due; the trial, and after how
    many seconds it ended."""
    count = len(latencies_ms) + errors
    assignment = Assignment(CELL, 0, 0, "bracket", slo, 2.0, Enough(10, 300), sequential=sequential, cut_s=0)
    load = Load("browse", count + dropped, DURATION_S, 400, 7, 1000)
    watch = Watch(assignment, load, Target("http://a", (), ("service",), 0.25))
    due = [ms + (late_ms if index < late else 0.0) for index, ms in enumerate(latencies_ms)]
    undelayed = encode(of_values(latencies_ms)) if late else ""
    ended = DURATION_S
    watch.sample(Sample(0.0, {"service": 0.0, "generator": 0.0}))
    for second in range(DURATION_S):
        at = 1_800_000_000 + second
        lines = [EndpointSecond(at, "a", 200, len(due), encode(of_values(due)), "", undelayed)]
        if errors:
            lines.append(EndpointSecond(at, "a", 200, errors, encode(of_values([1.0] * errors)), kind))
        in_flight = sum(latencies_ms) / 1000
        watch.add(lines, [GeneratorSecond(at, count, dropped, in_flight, late_ms)], float(second + 1))
        watch.sample(Sample(float(second + 1), {"service": 0.01 * second, "generator": 0.1 * second}))
        made = CheckCount("it is right", checked[0] * (second + 1), checked[1] * (second // 2 + 1))
        if watch.assess([made]):
            ended = second + 1
            break
    return watch.trial(None, [*checks, made] if any(checked) else checks), ended


def test_a_few_late_arrivals_do_not_spoil_a_tight_slo() -> None:
    """Two of a hundred are 20 ms late, as on a quiet machine, of a service that is plainly too slow, and of one that is
    plainly fast enough."""
    for latency_ms, verdict in ((46.0, "FAIL"), (20.0, "PASS")):
        trial, _ = answered([latency_ms] * 100, late_ms=20.0, late=2)
        assert (trial.verdict, trial.reasons[0].startswith("Arrivals")) == (verdict, False)
        assert trial.undelayed_percentile_ms == pytest.approx(latency_ms, rel=0.001)


def test_lateness_is_a_part_of_latency() -> None:
    trial, _ = answered([20.0] * 100, late_ms=5.0, late=100)
    assert trial.verdict == "PASS"
    assert trial.slo_percentile_ms == pytest.approx(25, rel=0.001)
    assert trial.undelayed_percentile_ms == pytest.approx(20, rel=0.001)
    assert trial.latency_ms["p50"] == pytest.approx(25, rel=0.001)


def test_a_late_trial_is_invalid_where_its_lateness_decides() -> None:
    trial, _ = answered([20.0] * 100, late_ms=15.0, late=30)
    assert trial.verdict == "INVALID"
    assert "up to 15 ms late, and that decides: FAIL with it, PASS without" in trial.reasons[0]


def test_a_trial_does_not_end_early_on_what_lateness_decides() -> None:
    assert answered([20.0] * 100, sequential=True)[1] == 10
    assert answered([20.0] * 100, late_ms=15.0, late=30, sequential=True)[1] == DURATION_S
    assert answered([46.0] * 100, late_ms=15.0, late=30, sequential=True)[1] < 10


@pytest.mark.parametrize(
    ("checked", "ended_s", "verdict"),
    [
        ((100, 0), 10, "PASS"),
        ((30, 0), DURATION_S, "PASS"),  # 300 without a failure bound it at 99% below 1.5%
        ((100, 1), DURATION_S, "PASS"),  # half a percent, which is certain enough at full length alone
        ((100, 8), DURATION_S, "FAIL"),
    ],
)
def test_a_trial_does_not_end_early_while_its_checks_may_be_broken(
    checked: tuple[int, int], ended_s: int, verdict: str
) -> None:
    slo = TIGHT.model_copy(update={"checks": 0.99})
    trial, ended = answered([20.0] * 100, slo=slo, checked=checked, sequential=True)
    assert (ended, trial.verdict) == (ended_s, verdict), trial.reasons


@pytest.mark.parametrize("kind", ["3xx", "check failed", "script error", "no response"])
def test_failures_count_in_the_judged_percentile(kind: str) -> None:
    lenient = TIGHT.model_copy(update={"error_rate": 0.2})
    trial, _ = answered([20.0] * 92, errors=8, kind=kind, slo=lenient)
    assert trial.verdict == "FAIL"
    assert trial.slo_percentile_ms is None
    assert trial.errors == {kind: 8 * DURATION_S}
    assert trial.latency_ms["p95"] == pytest.approx(20, rel=0.001)  # of what succeeded, beside it
    assert trial.rate_achieved == 92
    assert "Infinity" not in trial.model_dump_json()
    assert Trial.model_validate_json(trial.model_dump_json()) == trial
    alone, _ = answered([20.0] * 92, errors=8, slo=lenient.model_copy(update={"latency_of": "successes"}))
    assert alone.verdict == "PASS"
    assert alone.slo_percentile_ms == pytest.approx(20, rel=0.001)


def test_nothing_but_errors_does_not_pass() -> None:
    trial, _ = answered([], errors=50, kind="script error", sequential=True)
    assert trial.verdict == "FAIL"
    assert "script error" in " ".join(trial.reasons)
    assert (trial.latency_ms, trial.rate_achieved) == ({}, 0)


def test_a_dropped_arrival_is_a_failed_request() -> None:
    trial, _ = answered([20.0] * 98, dropped=2)
    assert trial.errors == {"dropped": 2 * DURATION_S}
    assert trial.verdict == "INVALID"  # with VUs free, so that the generator had the means to make them
    assert "dropped with VUs free" in trial.reasons[0]
    within = answered([20.0] * 98, dropped=2, slo=TIGHT.model_copy(update={"error_rate": 0.05}))[0]
    assert within.verdict == "PASS"


def test_a_check_of_the_whole_load_must_hold() -> None:
    kept = CheckCount("the sum is kept", 0, 1, 1)
    trial, _ = answered([20.0] * 100, checks=[kept])
    assert trial.verdict == "FAIL"
    assert trial.reasons == ("A check of the load as a whole failed: the sum is kept.",)
    assert trial.checks[0].beside == 1
    # One that a request of the load was judged by has counted there.
    assert answered([20.0] * 100, checks=[CheckCount("it is right", 1499, 1)])[0].verdict == "PASS"


MIB = 2**20


def memory_of(kills: int, met: int, *, gone: bool = False, mib: int = 20) -> ReplicaMemory:
    return ReplicaMemory(mib * MIB, 0, 50 * MIB, 60 * MIB, kills, gone, met)


def remembered(
    kills: int, *, limit: int | None = 64 * MIB, killed: Sequence[int] = (), gone: bool = False, met: int = 1
) -> Trial:
    """A load that is answered well, of a replica of which the kernel has killed so many processes by its end."""
    cell = replace(CELL, memory_per_replica=limit)
    assignment = Assignment(cell, 0, 0, "bracket", TIGHT, 2.0, Enough(10, 300), sequential=False, cut_s=0)
    watch = Watch(
        assignment,
        Load("browse", 100, DURATION_S, 400, 7, 1000),
        Target("http://a", (), ("service",), 0.25),
        before=[memory_of(each, each) for each in killed],
    )
    for second in range(DURATION_S):
        at = 1_800_000_000 + second
        memory = memory_of(kills if second > 5 else 0, met, gone=gone, mib=20 + second)
        watch.sample(Sample(float(second), {"service": 0.01 * second}, replica_memory=(memory,)))
        watch.add(
            [EndpointSecond(at, "a", 200, 100, encode(of_values([10.0] * 100)), "")],
            [GeneratorSecond(at, 100, 0, 1.0, 0.0)],
            float(second + 1),
        )
    return watch.trial(None)


def test_what_every_replica_took_is_kept() -> None:
    trial = remembered(0)
    assert (trial.verdict, trial.killed) == ("PASS", False)
    (memory,) = trial.memory
    assert (memory.working_set_bytes, memory.peak_bytes, memory.highest_bytes) == (34 * MIB, 50 * MIB, 60 * MIB)


def test_a_trial_in_which_the_kernel_killed_for_memory_fails_and_says_so() -> None:
    trial = remembered(1)
    assert (trial.verdict, trial.killed) == ("FAIL", True)
    (told,) = trial.reasons
    assert told.startswith("The kernel killed a process of replica 1 for lack of memory: it may take 64 MiB")


def test_what_was_killed_before_a_trial_fails_it_where_nothing_is_left() -> None:
    assert remembered(1, killed=[1]).verdict == "PASS"
    lost = remembered(1, killed=[1], gone=True)
    assert (lost.verdict, lost.reasons[0][:36]) == ("FAIL", "The kernel had killed replica 1 for ")


def test_what_was_killed_within_its_limit_is_the_host_s_affair_too() -> None:
    trial = remembered(1, met=0)
    (cause,) = trial.causes
    assert (trial.verdict, trial.judged, cause.kind) == ("INVALID", "PASS", Kind.MEMORY)
    assert "it may take 64 MiB, and did not" in trial.reasons[0]
    assert not trial.memory[0].at_limit


def test_what_was_killed_without_a_limit_is_the_host_s_affair() -> None:
    trial = remembered(1, limit=None)
    (cause,) = trial.causes
    assert (trial.verdict, trial.judged, cause.kind) == ("INVALID", "PASS", Kind.MEMORY)
    assert "this machine had none left" in trial.reasons[0]
