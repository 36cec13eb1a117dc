from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from recorded import trial as made

from scalebed.measurement.causes import Cause, Kind
from scalebed.records.run_directory import BesideRecord, EndedRecord, Trial
from scalebed.search import duet
from scalebed.search.bisection import INVALID_AT_MOST
from scalebed.search.duet import Take


def trial(cell: str, index: int, beside: tuple[str, int | None] | None, **more: Any) -> Trial:
    other = None if beside is None else BesideRecord(cell=beside[0], index=beside[1])
    return made(cell=cell, variant=cell, index=index, beside=other, **more)


def both(number: int = 0, *, cost: float = 1.0, verdicts: Sequence[str] = ("PASS", "PASS"), attempt: int = 0) -> Take:
    one = trial("a", number, ("b", number), verdict=verdicts[0], attempt=attempt, cpu_s_per_request={"service": cost})
    other = trial("b", number, ("a", number), verdict=verdicts[1], attempt=attempt, cpu_s_per_request={"service": cost})
    return Take(one, other)


def alone(verdicts: Sequence[str] = ("PASS", "PASS"), *, cost: float = 1.0) -> list[Take]:
    one = trial("a", 8, ("b", None), verdict=verdicts[0], cpu_s_per_request={"service": cost})
    other = trial("b", 8, ("a", None), verdict=verdicts[1], cpu_s_per_request={"service": cost})
    return [Take(one, None), Take(None, other)]


def test_trials_are_joined_with_what_ran_beside_them() -> None:
    one = [trial("a", 0, ("b", 3)), trial("a", 1, ("b", None)), trial("a", 2, None), trial("a", 3, ("b", 9))]
    other = [trial("b", 3, ("a", 0)), trial("b", 4, ("a", None)), trial("b", 5, ("c", 0))]
    found = duet.between("a", "b", {"a": one, "b": other}.__getitem__)
    assert [(t.who, t.one and t.one.index, t.other and t.other.index) for t in found] == [
        ("both", 0, 3),
        ("one", 1, None),
        ("other", None, 4),
    ]


def test_the_first_block_also_has_each_side_alone() -> None:
    found: list[Take] = []
    for who in ("both", "one", "other"):
        assert duet.missing(found, 0, 0, apart=False) == who
        found += [each for each in (both(), *alone()) if each.who == who]
    assert duet.missing(found, 0, 0, apart=False) is None
    assert duet.missing([], 1, 0, apart=False) == "both"
    assert duet.missing([both()], 1, 0, apart=False) is None


def test_one_after_another_they_change_their_order() -> None:
    assert [duet.wanted(block, apart=True)[0] for block in range(1, 5)] == ["one", "other", "one", "other"]
    assert duet.missing(alone()[:1], 1, 0, apart=True) == "other"


@pytest.mark.parametrize("verdicts", [("INVALID", "PASS"), ("PASS", "INVALID")])
def test_what_spoils_a_side_spoils_both_and_is_given_up_after_as_many_tries_as_any(verdicts: tuple[str, str]) -> None:
    found = [both(i, verdicts=verdicts) for i in range(INVALID_AT_MOST - 1)]
    assert duet.missing(found, 1, 0, apart=False) == "both"
    found.append(both(8, verdicts=verdicts))
    assert duet.missing(found, 1, 0, apart=False) is None
    assert duet.spoiled(found, 1, apart=False)
    # A further attempt has as many.
    assert duet.missing(found, 1, 1, apart=False) == "both"
    found.append(both(9, attempt=1))
    assert duet.missing(found, 1, 1, apart=False) is None
    assert not duet.spoiled(found, 1, apart=False)


def test_a_side_that_tells_nothing_alone_spoils_no_duet() -> None:
    found = [both(), *[Take(trial("a", i, ("b", None), verdict="INVALID"), None) for i in range(1, 4)], alone()[1]]
    assert duet.missing(found, 0, 0, apart=False) is None
    assert not duet.spoiled(found, 0, apart=False)
    assert duet.interference(found) is None


def test_interference_is_the_cost_beside_over_the_cost_alone() -> None:
    known = duet.interference([both(cost=1.2), *alone(cost=1.0)])
    assert known is not None
    assert known.cost == pytest.approx(1.2)
    assert not known.too_great
    dear = duet.interference([both(cost=2.0), *alone(cost=1.0)])
    assert dear is not None
    assert dear.too_great


def test_an_slo_that_is_broken_beside_the_other_alone_is_too_much() -> None:
    known = duet.interference([both(verdicts=("FAIL", "PASS")), *alone()])
    assert known is not None
    assert known.too_great
    # Not where it is broken alone as well.
    slow = duet.interference([both(verdicts=("FAIL", "PASS")), *alone(("FAIL", "PASS"))])
    assert slow is not None
    assert not slow.too_great


def test_of_what_uses_no_cpu_that_is_known_nothing_is_too_much() -> None:
    known = duet.interference([both(cost=0.0), *alone(cost=0.0)])
    assert known is not None
    assert known.cost == 1.0


def test_a_trial_whose_other_side_was_never_written_is_joined_with_no_later_one() -> None:
    # The first was interrupted; when the run went on, the other side began with 0 again.
    one = [trial("a", 0, ("b", 0)), trial("a", 1, ("b", 0))]
    other = [trial("b", 0, ("a", 1))]
    (only,) = duet.takes(one, other)
    assert only.one is one[1]
    assert duet.takes(other, one)[0].other is one[1]
    assert duet.counting({("a", 0): one, ("b", 0): other}) == {("a", 0, 1), ("b", 0, 0)}


def test_duets_that_are_invalid_for_each_other_are_too_much_and_not_those_that_others_disturbed() -> None:
    steal = Cause(kind=Kind.STEAL, sentence="A hypervisor took it.")
    invalid = [both(i, cost=2.0, verdicts=("INVALID", "PASS")) for i in range(INVALID_AT_MOST)]
    known = duet.interference([*invalid, *alone()])
    assert known is not None
    assert known.too_great
    assert known.cost == 2.0
    assert duet.interference([*invalid[1:], *alone()]) is None
    disturbed = [Take(trial("a", i, ("b", i), verdict="INVALID", causes=[steal]), invalid[i].other) for i in range(3)]
    assert duet.interference([*disturbed, *alone()]) is None


def test_a_replica_that_ends_would_end_again() -> None:
    ended = [EndedRecord(replica=1, of=1, status=1, after_s=9.0, said="", for_memory=False, at_s=4.0)]
    take = Take(trial("a", 0, ("b", 0), verdict="FAIL", ended=ended), trial("b", 0, ("a", 0), verdict="INVALID"))
    assert take.done
    assert duet.missing([take], 1, 0, apart=False) is None
    # It tells nothing to compare all the same.
    assert duet.last([take], "both") is None
