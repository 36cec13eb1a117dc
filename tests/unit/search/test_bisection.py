from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import trial

from scalebed.experiment.spec import Search
from scalebed.measurement.causes import Cause, Kind, Verdict
from scalebed.records.run_directory import Repetition, Trial
from scalebed.search.bisection import Answer, Ask, Prior, Task, decide, prior
from scalebed.search.observation import Observed, observed

SEARCH = Search(precision=0.05, max_trial=60, min_requests=300, max_trials=14, max_rate=5000)
TASK = Task(
    search=SEARCH,
    prior=None,
    know_unloaded=False,
    quota=0.25,
    replicas=1,
    fewest=92,
    dither=0.0,
)
VERDICTS: st.SearchStrategy[Verdict] = st.sampled_from(["PASS", "FAIL", "UNDECIDED", "INVALID"])
PRIORS = st.one_of(st.none(), st.builds(Prior, st.floats(0.5, 5000), st.sampled_from(["same cell", "other replicas"])))


def seen(
    ask: Ask, verdict: Verdict, *, cpu_s: float = 0.001, overrun: bool = False, full: bool | None = None
) -> Observed:
    full = ask.enough.counted_s >= 20 if full is None else full
    return Observed(ask.purpose, ask.rate, verdict, full, 20.0, 40.0, cpu_s, ("A reason.",), overrun)


def run(
    task: Task, capacity: float, *, noise: float = 0.0, seed: int = 0, carried: float = math.inf
) -> tuple[Answer, list[Observed]]:
    """Against a service whose capacity each trial sees with log-normal noise, on a host that carries a rate at most."""
    rng = np.random.default_rng(seed)
    history: list[Observed] = []
    while isinstance(ask := decide(task, history), Ask):
        sees = capacity * math.exp(rng.normal(0, noise))
        verdict: Verdict = "PASS" if ask.users or ask.rate <= sees else "FAIL"
        over = ask.rate > carried
        cpu_s = 0.25 / capacity * 1.1
        history.append(seen(ask, "INVALID" if over else verdict, cpu_s=cpu_s, overrun=over))
    return ask, history


@settings(max_examples=200)
@given(st.lists(VERDICTS, min_size=60, max_size=60), PRIORS, st.booleans(), st.integers(4, 20), st.data())
def test_any_sequence_of_verdicts_ends_within_the_trials_allowed(
    verdicts: list[Verdict], known: Prior | None, full: bool, max_trials: int, data: st.DataObject
) -> None:
    task = replace(
        TASK,
        search=SEARCH.model_copy(update={"max_trials": max_trials}),
        prior=known,
        know_unloaded=known is not None and full,
        dither=data.draw(st.floats(-0.5, 0.5)),
    )
    history: list[Observed] = []
    while isinstance(ask := decide(task, history), Ask):
        assert ask == decide(task, history)
        assert 0 <= ask.rate <= task.search.max_rate
        history.append(seen(ask, verdicts[len(history)], full=full or None))
        assert len(history) <= max_trials
    passed = {o.rate: o.full for o in history if o.verdict == "PASS" and o.purpose != "unloaded"}
    failed = [o.rate for o in history if o.verdict in ("FAIL", "UNDECIDED") and o.purpose != "unloaded"]
    if ask.outcome == "found":
        assert ask.capacity in {o.rate for o in history if o.verdict == "PASS" and o.full}
        assert ask.upper is not None
        assert ask.upper > (ask.capacity or 0)
        return
    assert ask.capacity is None
    if ask.outcome == "at least":
        assert ask.lower in passed
        assert ask.lower < min(failed, default=math.inf)
    elif ask.outcome == "not found":
        assert not any(rate < min(failed, default=math.inf) for rate in passed), "something passed, and is not told"


def test_what_passed_in_a_short_trial_is_told_where_its_rate_stayed_invalid_since() -> None:
    """Once "not found": of the rate that passed, only the trials that could not count were seen."""
    task = replace(TASK, search=SEARCH.model_copy(update={"max_trials": 11}), prior=Prior(1.0, "other replicas"))
    verdicts: tuple[Verdict, ...] = (*("PASS",) * 3, *("FAIL",) * 5, *("INVALID",) * 3)
    history: list[Observed] = []
    while isinstance(ask := decide(task, history), Ask):
        history.append(seen(ask, verdicts[len(history)]))
    assert len(history) == 11
    assert (ask.outcome, ask.lower, ask.again) == ("at least", 1.0, True)
    assert ask.note.endswith("1/s passed before, in a shorter trial.")


@settings(max_examples=150)
@given(st.floats(2, 4000), st.sampled_from([0.02, 0.05, 0.2, 0.5]))
def test_the_capacity_of_a_service_without_noise_is_found_to_the_precision(capacity: float, precision: float) -> None:
    task = replace(TASK, search=SEARCH.model_copy(update={"precision": precision, "max_trials": 20}))
    answer, history = run(task, capacity)
    assert answer.outcome == "found"
    assert answer.capacity is not None
    assert capacity / (1 + precision) * 0.999 <= answer.capacity <= capacity
    assert len(history) <= 10


def test_under_noise_the_capacity_is_within_a_tenth_nine_times_in_ten() -> None:
    close, trials = 0, []
    for seed in range(300):
        answer, history = run(TASK, 300, noise=0.03, seed=seed)
        close += answer.capacity is not None and abs(answer.capacity / 300 - 1) <= 0.1
        trials.append(len(history))
    assert close / 300 >= 0.9
    assert np.mean(trials) <= 8.5


def test_a_known_cell_takes_few_trials() -> None:
    known = replace(TASK, prior=Prior(300, "same cell"), know_unloaded=True)
    dithers = np.linspace(-0.5, 0.5, 60)
    trials = [len(run(replace(known, dither=d), 300, noise=0.02, seed=s)[1]) for s, d in enumerate(dithers)]
    assert np.mean(trials) <= 3.5


def test_dithering_spreads_what_the_grid_would_hide() -> None:
    known = replace(TASK, prior=Prior(300, "same cell"), know_unloaded=True)
    found = [run(replace(known, dither=d), 300)[0].capacity or 0 for d in np.linspace(-0.5, 0.5, 50)]
    assert np.std(np.log(found)) == pytest.approx(0.05 / math.sqrt(12), rel=0.3)


def test_the_first_rate_comes_from_the_cpu_of_the_unloaded_trial() -> None:
    first = decide(TASK, [])
    assert isinstance(first, Ask)
    assert (first.purpose, first.users) == ("unloaded", 1)
    second = decide(TASK, [seen(first, "PASS", cpu_s=0.001)])
    assert isinstance(second, Ask)
    assert second.purpose == "bracket"
    assert second.rate == pytest.approx(225)
    without_quota = decide(replace(TASK, quota=None, replicas=2), [seen(first, "PASS")])
    assert isinstance(without_quota, Ask)
    assert without_quota.rate == pytest.approx(100)


def test_none_at_this_slo_where_one_user_alone_breaks_it() -> None:
    unloaded = decide(TASK, [])
    assert isinstance(unloaded, Ask)
    answer = decide(TASK, [seen(unloaded, "FAIL")])
    assert isinstance(answer, Answer)
    assert answer.outcome == "none at this SLO"
    assert "40 ms" in answer.note


def test_one_user_alone_is_tried_again_and_then_given_up() -> None:
    tried: list[Observed] = []
    while isinstance(ask := decide(TASK, tried), Ask):
        assert ask.users == 1
        tried.append(seen(ask, "INVALID"))
    assert len(tried) == 3
    assert (ask.outcome, ask.again) == ("not found", True)
    assert "A reason." in ask.note


def test_a_rate_that_stays_invalid_is_left_for_lower_ones_in_full_length() -> None:
    tried = [Observed("unloaded", 0, "PASS", True, 20, 40, 0.001, ())]
    rates, seconds = [], []
    for _ in range(5):
        ask = decide(TASK, tried)
        assert isinstance(ask, Ask)
        rates.append(ask.rate)
        seconds.append(ask.enough.counted_s)
        tried.append(seen(ask, "INVALID"))
    assert rates == pytest.approx([225, 225, 225, 112.5, 56.25])
    assert seconds == [9, 9, 9, 60, 60]


def test_what_passed_is_told_where_all_above_it_was_spoiled() -> None:
    passed = Observed("confirm", 507, "PASS", True, 20, 40, 0.001, ())
    known = replace(TASK, prior=Prior(507, "same cell"), know_unloaded=True)
    tried = [passed]
    while isinstance(ask := decide(known, tried), Ask):
        tried.append(seen(ask, "INVALID"))
    assert (ask.outcome, ask.capacity, ask.lower, ask.upper) == ("at least", None, 507, None)
    assert ask.again
    assert "A reason." in ask.note


def test_a_later_attempt_tries_again_what_was_spoiled_and_knows_what_was_not() -> None:
    known = replace(TASK, prior=Prior(507, "same cell"), know_unloaded=True)
    tried = [Observed("confirm", 507, "PASS", True, 20, 40, 0.001, ())]
    while isinstance(ask := decide(known, tried), Ask):
        tried.append(seen(ask, "INVALID"))
    again = decide(replace(known, attempt=1), tried)
    assert isinstance(again, Ask)
    assert again.rate == tried[1].rate
    tried.append(replace(seen(again, "FAIL"), attempt=1))
    ask = decide(replace(known, attempt=1), tried)
    assert isinstance(ask, Answer)
    assert (ask.outcome, ask.capacity, ask.upper, ask.again) == ("found", 507, again.rate, False)


@settings(max_examples=200)
@given(st.floats(5, 4000), st.floats(0.5, 1.0), PRIORS, st.integers(8, 14))
def test_beside_a_disturbance_that_lasts_what_the_service_serves_at_least_is_told(
    capacity: float, worsened: float, known: Prior | None, max_trials: int
) -> None:
    """No FAIL counts, so there is no capacity; but what passes does."""
    known = known and replace(known, rate=min(max(known.rate, capacity / 4), capacity * 4))
    task = replace(TASK, prior=known, search=SEARCH.model_copy(update={"max_trials": max_trials}))
    history: list[Observed] = []
    while isinstance(ask := decide(task, history), Ask):
        passes = ask.users or ask.rate <= capacity * worsened
        # What it used does not count, so the first rate is from the latency: of one replica that is about the quota's.
        history.append(replace(seen(ask, "PASS" if passes else "INVALID", cpu_s=0), mean_ms=1000 / capacity))
    assert len(history) <= max_trials
    assert (ask.outcome, ask.capacity, ask.upper, ask.again) == ("at least", None, None, True)
    assert ask.lower is not None
    assert capacity * worsened / 2.01 <= ask.lower <= capacity * worsened
    assert ask.lower in {o.rate for o in history if o.full and o.verdict == "PASS"}


@settings(max_examples=150)
@given(st.floats(50, 4000), st.floats(0.3, 0.95), PRIORS)
def test_beyond_what_the_host_carries_the_highest_rate_that_passed_is_told(
    capacity: float, share: float, known: Prior | None
) -> None:
    task = replace(TASK, prior=known, search=SEARCH.model_copy(update={"max_trials": 30}))
    carried = share * capacity
    answer, history = run(task, capacity, carried=carried)
    assert answer.outcome == "beyond the generator"
    assert answer.capacity is None
    assert answer.lower is not None
    assert carried / 1.25 * 0.999 <= answer.lower <= carried
    assert answer.lower in {o.rate for o in history if o.full and o.verdict == "PASS"}


@settings(max_examples=50)
@given(st.floats(50, 4000), st.floats(1.06, 1.5))
def test_a_host_that_carries_more_than_the_capacity_changes_no_answer(capacity: float, share: float) -> None:
    answer, _ = run(TASK, capacity, carried=share * capacity)
    assert answer.outcome == "found"
    assert answer.capacity is not None
    assert capacity / 1.05 * 0.999 <= answer.capacity <= capacity


def invalid(*kinds: Kind, **more: object) -> Trial:
    return trial(verdict="INVALID", causes=[Cause(kind=kind, sentence="Told.") for kind in kinds], **more)


def test_a_trial_on_a_full_host_is_an_overrun_and_one_beside_other_programs_is_not() -> None:
    assert observed(invalid(Kind.SATURATED), SEARCH).overrun
    assert observed(invalid(Kind.LATE, Kind.DROPPED), SEARCH).overrun
    assert not observed(invalid(Kind.SATURATED, Kind.FOREIGN_CPU), SEARCH).overrun
    assert not observed(invalid(Kind.DROPPED, Kind.STEAL), SEARCH).overrun
    assert not observed(invalid(Kind.LATE), SEARCH).overrun
    assert not observed(invalid(Kind.SATURATED, purpose="unloaded"), SEARCH).overrun


def test_records_without_causes_tell_an_overrun_as_they_did() -> None:
    def old(sentence: str, host: float) -> Observed:
        return observed(trial(verdict="INVALID", reasons=[sentence], utilisation={"host": host}), SEARCH)

    assert old("Arrivals started up to 40 ms late, in 20% of the seconds by more than 5 ms: so.", 0.99).overrun
    assert not old("Arrivals started up to 40 ms late, in 20% of the seconds by more than 5 ms: so.", 0.4).overrun
    assert not old("Other programs used 0.50 cores (0.20 allowed): let the host do nothing else.", 0.99).overrun
    assert not observed(trial(verdict="FAIL", utilisation={"host": 0.99}), SEARCH).overrun


def test_what_a_disturbed_trial_used_is_no_estimate() -> None:
    beside = Cause(kind=Kind.FOREIGN_CPU, sentence="Told.")
    assert observed(trial(), SEARCH).service_cpu_s == 0.02
    assert observed(trial(causes=[beside]), SEARCH).service_cpu_s == 0
    assert observed(trial(causes=[beside]), SEARCH).verdict == "PASS"


def test_a_failed_confirmation_steps_down() -> None:
    history = [
        Observed("bracket", 100, "PASS", False, 20, 40, 0, ()),
        Observed("bracket", 104, "FAIL", False, 20, 40, 0, ()),
        Observed("confirm", 100, "FAIL", True, 20, 40, 0, ()),
    ]
    ask = decide(replace(TASK, know_unloaded=True, prior=Prior(100, "other replicas")), history)
    assert isinstance(ask, Ask)
    assert ask.rate < 100


def test_undecided_closes_the_bracket_and_is_told() -> None:
    history = [
        Observed("bracket", 100, "PASS", True, 20, 40, 0, ()),
        Observed("bracket", 104, "UNDECIDED", True, 20, 40, 0, ()),
    ]
    answer = decide(replace(TASK, know_unloaded=True, prior=Prior(100, "same cell")), history)
    assert isinstance(answer, Answer)
    assert (answer.capacity, answer.upper) == (100, 104)
    assert "undecided" in answer.note


def test_what_passes_at_the_highest_rate_allowed_is_beyond_the_generator() -> None:
    task = replace(TASK, search=SEARCH.model_copy(update={"max_rate": 500.0}))
    answer, _ = run(task, 10_000)
    assert (answer.outcome, answer.capacity, answer.lower) == ("beyond the generator", None, 500)


def test_priors_come_from_the_cell_before_its_variant() -> None:
    def repetition(replicas: int, capacity: float | None, at_least: float | None = None) -> Repetition:
        outcome: Any = "found" if capacity else "beyond the generator" if at_least else "not found"
        return Repetition(
            cell=f"a-x{replicas}", variant="a", replicas=replicas, block=0, capacity=capacity, lower=at_least,
            upper=None, outcome=outcome, trials=3,
        )  # fmt: skip

    earlier = [repetition(1, 1.0), repetition(2, 190.0), repetition(4, None), repetition(8, None, at_least=600.0)]
    assert prior("a-x1", "a", 1, earlier) == Prior(1.0, "same cell")
    assert prior("a-x4", "a", 4, earlier) == Prior(380.0, "other replicas")
    assert prior("a-x8", "a", 8, earlier) == Prior(600.0, "same cell"), "what it served at least is near what it can"
    assert prior("a-x8", "a", 8, earlier[:3]) == Prior(760.0, "other replicas")
    assert prior("b-x1", "b", 1, earlier) is None
