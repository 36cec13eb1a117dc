from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from faulty import experiment as faults
from faulty import ledger_checks
from recorded import experiment, repetition, trial

from scalebed.experiment.spec import Experiment, parse_experiment
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


FAULTY = faults()


def concluded(trials: list[Trial], spec: Experiment = FAULTY, cell: str = "naive-x2-replica-killed") -> CellConclusion:
    (only,) = conclude(spec, [cell], [repetition(cell=cell, outcome="measured", capacity=None)], trials)
    return only


def under(verdict: str, cell: str = "naive-x2-replica-killed", **more: object) -> Trial:
    return trial(cell=cell, purpose="fixed-rate", rate_asked=20, verdict=verdict, **more)


@pytest.mark.parametrize("verdicts", [["FAIL"], ["FAIL", "INVALID"], ["PASS"], ["UNDECIDED"]])
def test_a_cell_of_a_fault_answers_what_it_cost_whatever_the_slo_says(verdicts: list[str]) -> None:
    assert concluded([under(verdict) for verdict in verdicts]).conclusion is Conclusion.YES


@pytest.mark.parametrize(
    ("verdicts", "reason"), [(["INVALID"] * 3, "Every trial was INVALID."), ([], "There was no trial.")]
)
def test_a_cell_of_a_fault_of_which_no_trial_counts_has_no_answer(verdicts: list[str], reason: str) -> None:
    said = concluded([under(verdict) for verdict in verdicts])
    assert (said.conclusion, said.reason) == (Conclusion.NO_VALID_ANSWER, reason)


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [("PASS", Conclusion.YES), ("FAIL", Conclusion.NO), ("INVALID", Conclusion.NO_VALID_ANSWER)],
)
def test_a_cell_in_which_nothing_fails_has_to_meet_the_slo(verdict: str, wanted: Conclusion) -> None:
    assert concluded([under(verdict, "naive-x2")], cell="naive-x2").conclusion is wanted


def test_a_cell_is_one_of_a_fault_by_its_id_and_not_by_how_that_ends() -> None:
    spec = faults(
        variants=["naive", {"name": "naive-x2-rollout", "service": "naive"}], faults=["rollout", "cache-slow"]
    )
    control = "naive-x2-rollout-x2"
    assert concluded([under("FAIL", control)], spec, control).conclusion is Conclusion.NO
    named = faults(faults=[{"fault": "cache-slow", "name": "x2"}])
    assert concluded([under("FAIL", "naive-x2")], named, "naive-x2").conclusion is Conclusion.NO
    assert concluded([under("FAIL", "naive-x2-x2")], named, "naive-x2-x2").conclusion is Conclusion.YES


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        ("lost", "an acknowledged write is there afterwards"),
        ("doubled", "what was made once is there once"),
        ("stale", "a read is no staler than declared"),
    ],
)
def test_what_a_ledger_misses_is_no_also_with_a_script_of_the_users_own(
    broken: str, check: str, tmp_path: Path
) -> None:
    (tmp_path / "own.js").write_text("export default function () {}")
    own = faults(load={"script": str(tmp_path / "own.js")})
    for spec in (FAULTY, own):
        said = concluded([under("FAIL", checks=ledger_checks(**{broken: 1}))], spec)
        assert (said.conclusion, said.reason) == (Conclusion.NO, f"A check failed: ledger: {check}.")
        whole = ledger_checks(took_effect=3, no_effect=2, unread=1)
        assert concluded([under("FAIL", checks=whole)], spec).conclusion is Conclusion.YES
    other = [{"check": "it answered", "passed": 3, "failed": 9}]
    assert concluded([under("FAIL", checks=other)], own).conclusion is Conclusion.YES
    assert concluded([under("FAIL", checks=other)]).conclusion is Conclusion.NO
