"""What an episode cost, where every second is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from faulty import OUTAGE, RATE, Bad, episodes, experiment, ledger_checks, memory, trial

from scalebed.experiment.plan import cells
from scalebed.measurement.errors import NO_RESPONSE
from scalebed.records.run_directory import Trial
from scalebed.report.findings.outages import FaultView, Outage, disrupted, fault_views, met_again
from scalebed.statistics import intervals

SPEC = experiment()
HALF = Bad(failed={"5xx": 10})
GOOD, BAD = True, False


def outages(bad: Mapping[int, Bad], *, seconds: int = 50, **more: Any) -> tuple[Outage, ...]:
    return disrupted(SPEC, trial(bad, seconds=seconds, **more)).outages


def view(trials: Sequence[Trial], cell: str = "naive-x2-replica-killed", **keys: object) -> FaultView:
    spec = experiment(**keys)
    (only,) = fault_views(spec, cells(spec), {cell: trials})
    return only


def test_an_episode_is_what_was_over_from_its_second_until_the_next_one() -> None:
    first, second = outages({9: HALF, 10: HALF, 12: Bad(late=7), 29: HALF, 30: HALF, 49: Bad(late=1)})
    assert (first.begun_s, first.over_s) == (10.25, 11.25)
    assert first.requests == second.requests == 20 * RATE
    assert (first.failures, first.late, first.out_s) == (20, 7, 3)
    assert (second.failures, second.late, second.out_s) == (10, 1, 1)


def test_what_failed_is_told_by_kind_and_what_was_dropped_failed() -> None:
    bad = {10: Bad(failed={"5xx": 3, NO_RESPONSE: 2}), 11: Bad(dropped=5), 12: Bad(failed={"5xx": 1})}
    first, second = outages(bad)
    assert first.failed == {"5xx": 4, NO_RESPONSE: 2, "dropped": 5}
    assert first.requests == 20 * RATE
    assert (second.failed, second.failures) == ({}, 0)


@pytest.mark.parametrize(
    ("met", "wanted"),
    [
        ([GOOD] * 20, 0.0),
        ([BAD] + [GOOD] * 19, 0.75),
        ([GOOD, BAD, BAD] + [GOOD] * 17, 2.75),
        ([BAD, GOOD, GOOD, GOOD, GOOD, BAD] + [GOOD] * 14, 5.75),
        ([BAD, GOOD, GOOD, GOOD, GOOD, GOOD, BAD] + [GOOD] * 13, 0.75),
        ([GOOD] * 14 + [BAD] + [GOOD] * 5, 14.75),
        ([GOOD] * 15 + [BAD] + [GOOD] * 4, 15.75),
        ([GOOD] * 18 + [BAD] + [GOOD], None),
        ([BAD] * 20, None),
        ([BAD, GOOD], None),
        ([BAD] + [GOOD] * 2, 0.75),
        ([], 0.0),
    ],
    ids=[
        "never broken",
        "one second",
        "from the second after it",
        "four good seconds are not enough",
        "five are, whatever comes after",
        "just in time",
        "fewer are enough where no more are left",
        "too late to be sure",
        "never",
        "cut off",
        "just not cut off",
        "nothing to see",
    ],
)
def test_the_slo_is_met_again_once_five_seconds_on_end_are(met: list[bool], wanted: float | None) -> None:
    assert met_again(met, 0.25) == wanted


def test_waiting_for_answers_that_do_not_come_is_out_of_the_slo_and_idleness_is_not() -> None:
    (waited, idle) = outages({**{s: Bad(silent=True) for s in range(10, 14)}, 31: Bad(idle=True), 32: Bad(idle=True)})
    assert (waited.out_s, waited.requests, waited.failures, waited.back_s) == (4, 16 * RATE, 0, 3.75)
    assert (idle.out_s, idle.requests, idle.back_s) == (0, 18 * RATE, 0.0)


def test_an_episode_that_the_end_of_the_trial_cuts_off_has_fewer_seconds() -> None:
    first, second = outages({34: HALF}, seconds=36)
    assert (first.requests, second.requests) == (20 * RATE, 6 * RATE)
    assert (second.out_s, second.back_s) == (1, None)
    (_, seen) = outages({33: HALF}, seconds=36)
    assert seen.back_s == 3.75, "two good seconds, and no more to tell by"


def test_what_began_in_the_last_second_is_seen_until_the_end() -> None:
    first, last = outages({}, seconds=31, episodes=episodes(10.25, 30.75))
    assert (first.requests, last.requests, last.back_s) == (20 * RATE, RATE, 0.0)


def test_what_began_late_counts_no_second_of_the_next_one() -> None:
    begun = episodes(11.5, 30.25)
    first, second = outages({30: HALF}, episodes=begun)
    assert (first.failures, second.failures) == (0, 10)
    assert first.requests + second.requests == 39 * RATE


def test_how_long_it_took_after_the_part_was_back() -> None:
    bad = dict.fromkeys((10, 11, 12, 13), HALF)
    first, second = outages(bad, episodes=episodes(10.25, 30.25, lasted=2.0))
    assert (first.back_s, first.after_s) == (3.75, 1.75)
    assert (second.back_s, second.after_s) == (0.0, 0.0)
    never = outages(bad, episodes=episodes(10.25, 30.25, lasted=None))
    assert [each.after_s for each in never] == [None, None]
    soon = outages({10: HALF}, episodes=episodes(10.25, 30.25, lasted=3.0))
    assert soon[0].after_s == 0.0, "met again before the part was back"


def test_a_trial_without_episodes_has_no_outages() -> None:
    found = disrupted(SPEC, trial(episodes=()))
    assert (found.outages, found.said, len(found.seconds)) == ((), (), 50)


def test_means_are_over_blocks_and_of_one_episode() -> None:
    """Blocks of 10 and 20, of 0 and 0, and of 30 and 30 failures: means of 15, 0 and 30."""
    failures = [(10, 20), (0, 0), (30, 30)]
    trials = [
        trial({at + i: Bad(failed={"5xx": n // 2}) for at, n in ((10, a), (30, b)) for i in range(2) if n}, block=block)
        for block, (a, b) in enumerate(failures)
    ]
    found = view(trials)
    assert (found.blocks, found.outages, found.failures, found.requests) == (3, 6, 90, 6 * 20 * RATE)
    assert found.failed == intervals.arithmetic([15, 0, 30])
    assert found.failed is not None
    assert (found.failed.estimate, found.failed.n, found.failed.lower) == (15, 3, 0)
    assert found.out_s == intervals.arithmetic([2, 0, 2])
    assert found.back_s == intervals.arithmetic([1.75, 0, 1.75])
    assert found.kinds == {"5xx": 90}
    assert found.late == intervals.arithmetic([0, 0, 0])
    assert found.failed_at_most == pytest.approx(intervals.most_share(90, 2400))


def test_two_trials_of_one_block_are_one_block() -> None:
    found = view([trial(OUTAGE, block=1), trial(block=1, index=1)])
    assert (found.blocks, found.outages) == (1, 4)
    assert found.out_s == intervals.arithmetic([1.5])


def test_below_three_blocks_there_is_no_interval() -> None:
    found = view([trial(OUTAGE, block=block) for block in range(2)])
    assert found.out_s is not None
    assert (found.out_s.estimate, found.out_s.lower, found.out_s.upper, found.out_s.n) == (3, None, None, 2)


def test_episodes_that_were_not_met_again_are_counted_and_are_in_no_mean() -> None:
    for_ever = dict.fromkeys(range(30, 50), HALF)
    found = view([trial({**OUTAGE, **for_ever}, block=0), trial(OUTAGE, block=1)])
    assert (found.never, found.outages) == (1, 4)
    assert found.back_s == intervals.arithmetic([2.75, 2.75])
    lost = view([trial(dict.fromkeys(range(10, 50), HALF))])
    assert (lost.never, lost.back_s, lost.after_s) == (2, None, None)
    assert lost.out_s == intervals.arithmetic([20])


def test_the_control_has_the_same_moments_and_no_fault() -> None:
    moments = tuple({"begun_s": at, "over_s": at} for at in (10.0, 30.0))
    found = view([trial({13: Bad(late=5)}, cell="naive-x2", episodes=moments)], "naive-x2")
    assert (found.fault, found.name, found.outages, found.never) == (None, "no fault", 2, 0)
    assert found.out_s == intervals.arithmetic([0.5])


def test_cells_that_were_not_measured_have_no_view_and_the_others_are_in_the_order_of_the_plan() -> None:
    names = [cell.id for cell in cells(SPEC)]
    assert names == ["naive-x2", "naive-x2-replica-killed", "naive-x2-cache-flushed"]
    measured: dict[str, Sequence[Trial]] = {names[2]: [trial()], names[0]: [trial()], names[1]: []}
    assert [each.cell for each in fault_views(SPEC, cells(SPEC), measured)] == [names[0], names[2]]


def test_other_kinds_have_no_faults() -> None:
    spec = experiment(kind="fixed-rate", rates=[RATE], duration="50s", rate=None, faults=None)
    assert fault_views(spec, cells(spec), {"naive-x2": [trial()]}) == ()


def test_counts_before_and_after_are_means_over_the_trials_that_know_them() -> None:
    fewer = episodes(10.25)[0].model_copy(update={"before": {"replicas ready": 1}})
    trials = [trial(), trial(block=1, episodes=[fewer], counts_after={"replicas ready": 1})]
    found = view(trials)
    assert found.before == {"replicas ready": 1.5, "restarts": 0, "database connections": 12}
    assert found.after == {"replicas ready": 1.5, "restarts": 2}


def test_memory_is_that_before_the_first_episode_and_at_the_end() -> None:
    read = memory((3.0, (10, 20)), (9.5, (30, 40)), (10.5, (1, 1)), (50.0, (50, 60)))
    assert view([trial(usage=read)]).memory == (70, 110)
    assert view([trial(usage=read), trial(block=1)]).memory == (70, 110), "where it was not read it does not count"
    assert view([trial(usage=memory((20.0, (1, 1))))]).memory is None
    assert view([trial()]).memory is None


def test_a_ledger_is_summed_over_the_trials() -> None:
    found = view([trial(checks=ledger_checks(lost=1)), trial(block=1, checks=ledger_checks())])
    assert found.ledger is not None
    assert (found.ledger.written, found.ledger.lost) == (800, 1)
    assert view([trial()]).ledger is None


def test_the_rate_is_that_of_the_cell() -> None:
    shared: dict[str, Any] = {"rate": None, "share": 0.5, "capacity_per_replica": {"naive": 40}}
    assert view([trial()], **shared).rate == 40
    assert view([trial()]).rate == RATE
