from __future__ import annotations

from typing import Any

import pytest
from recorded import experiment, repetition, trial

from scalebed.experiment.spec import parse_experiment
from scalebed.records.run_directory import Repetition, Trial
from scalebed.report.findings.conclusion import CellConclusion, Conclusion, conclude, gravest

CELL = "naive-x1"


def of(repetitions: list[Repetition] | None = None, trials: list[Trial] | None = None, **keys: Any) -> CellConclusion:
    spec = experiment(variants=["naive"], **keys)
    (only,) = conclude(spec, [CELL], repetitions or [], trials or [])
    return only


def closed(verdict: str, **more: object) -> Trial:
    return trial(purpose="closed", rate_asked=0, verdict=verdict, **more)


CLOSED: dict[str, Any] = {"kind": "closed", "users": 5, "duration": "10s"}
MEASURED = repetition(outcome="measured", capacity=None, lower=None, upper=None)


def test_two_goes_before_three_before_one_before_none() -> None:
    yes, no, could_not, invalid = Conclusion
    assert gravest([yes, no, invalid, could_not]) is could_not
    assert gravest([yes, no, invalid]) is invalid
    assert gravest([no, yes]) is no
    assert gravest([]) is yes
    assert [int(each) for each in Conclusion] == [0, 1, 2, 3]


def test_a_capacity_is_an_answer() -> None:
    assert of([repetition()]) == CellConclusion(CELL, Conclusion.YES, "")


def test_none_at_this_slo_is_no_whatever_other_blocks_say() -> None:
    none = repetition(1, outcome="none at this SLO", capacity=None, lower=None, upper=None)
    assert of([repetition(), none]).conclusion is Conclusion.NO


def test_a_block_without_an_answer_does_not_count_against_one_with() -> None:
    lost = repetition(1, outcome="not found", capacity=None, lower=None, upper=None)
    assert of([repetition(), lost]).conclusion is Conclusion.YES
    assert of([lost]).conclusion is Conclusion.NO_VALID_ANSWER


@pytest.mark.parametrize(("at_least", "wanted"), [(None, Conclusion.YES), (42.5, Conclusion.YES), (43, Conclusion.NO)])
def test_a_capacity_may_be_too_little(at_least: float | None, wanted: Conclusion) -> None:
    assert of([repetition(capacity=42.5)], at_least=at_least).conclusion is wanted


@pytest.mark.parametrize(
    ("at_least", "wanted"),
    [(None, Conclusion.NO_VALID_ANSWER), (500, Conclusion.YES), (501, Conclusion.NO_VALID_ANSWER)],
)
def test_beyond_the_generator_answers_only_a_stated_minimum(at_least: float | None, wanted: Conclusion) -> None:
    beyond = repetition(outcome="beyond the generator", capacity=None, lower=500.0, upper=None)
    assert of([beyond], at_least=at_least).conclusion is wanted


@pytest.mark.parametrize(
    ("verdicts", "wanted"),
    [
        (["PASS", "INVALID", "PASS"], Conclusion.YES),
        (["PASS", "FAIL", "PASS"], Conclusion.NO),
        (["PASS", "UNDECIDED"], Conclusion.NO_VALID_ANSWER),
        (["INVALID", "INVALID", "INVALID"], Conclusion.NO_VALID_ANSWER),
        ([], Conclusion.NO_VALID_ANSWER),
    ],
)
def test_a_load_that_was_given_answers_whether_the_slo_was_met(verdicts: list[str], wanted: Conclusion) -> None:
    assert of([MEASURED], [closed(verdict) for verdict in verdicts], **CLOSED).conclusion is wanted


@pytest.mark.parametrize("verdict", ["PASS", "INVALID"])
def test_a_failed_check_is_no(verdict: str) -> None:
    failed = [{"check": "rows are there", "passed": 3, "failed": 1}]
    said = of([MEASURED], [closed(verdict, checks=failed)], **CLOSED)
    if verdict == "PASS":
        assert (said.conclusion, said.reason) == (Conclusion.NO, "A check failed: rows are there.")
    else:
        assert said.conclusion is Conclusion.NO_VALID_ANSWER


def test_every_rate_that_was_asked_counts() -> None:
    keys: dict[str, Any] = {"kind": "fixed-rate", "rates": [5, 50], "duration": "60s"}
    met = trial(purpose="fixed-rate", rate_asked=5, verdict="PASS")
    assert of([MEASURED], [met], **keys).conclusion is Conclusion.NO_VALID_ANSWER
    missed = trial(purpose="fixed-rate", rate_asked=50, verdict="FAIL")
    said = of([MEASURED], [met, missed], **keys)
    assert (said.conclusion, said.reason) == (Conclusion.NO, "The SLO was missed at 50/s.")


def test_most_tries_must_pass_where_all_were_disturbed() -> None:
    keys: dict[str, Any] = {"kind": "fixed-rate", "rates": [5], "duration": "60s"}
    beside = {"causes": [{"kind": "foreign CPU", "sentence": "Others used CPU."}], "rate_asked": 5}
    met = trial(purpose="fixed-rate", verdict="PASS", **beside)
    lost = [trial(purpose="fixed-rate", verdict="INVALID", judged="FAIL", **beside) for _ in range(2)]
    assert of([MEASURED], [met], **keys).conclusion is Conclusion.YES
    assert of([MEASURED], [met, *lost], **keys).conclusion is Conclusion.NO_VALID_ANSWER


def test_a_comparison_answers_for_its_load_and_for_the_capacities_sought_beside() -> None:
    keys: dict[str, Any] = {
        "kind": "ablation", "rate": 5, "duration": "60s", "capacity": ["naive"],
        "ablation": {"base": "naive", "steps": [{"service": "optimized"}]},
    }  # fmt: skip
    spec = parse_experiment({"name": "tried", **keys}, "tried.yaml")
    met = trial(purpose="fixed-rate", rate_asked=5, verdict="PASS")
    searched = trial(purpose="bisect", rate_asked=50, verdict="FAIL")
    beyond = repetition(outcome="beyond the generator", capacity=None, lower=500.0, upper=None)
    (alone,) = conclude(spec, [CELL], [repetition()], [met, searched])
    assert alone.conclusion is Conclusion.YES
    (unbounded,) = conclude(spec, [CELL], [beyond], [met])
    assert unbounded.conclusion is Conclusion.NO_VALID_ANSWER


def test_a_minimum_belongs_to_a_search() -> None:
    with pytest.raises(ValueError, match="at_least: belongs to kind capacity, not to closed"):
        of(at_least=5, **CLOSED)
