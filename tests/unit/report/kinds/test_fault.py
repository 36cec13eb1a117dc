"""What is said of faults, for few and for many."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from faulty import OUTAGE, RATE, Bad, Faulty, experiment, ledger_checks

from scalebed.experiment.plan import plan
from scalebed.report import Report
from scalebed.report.findings.views import Analysis, Answer
from scalebed.report.kinds import WORDS
from scalebed.report.sentences.answer import compose

LATE = {33: Bad(late=4)}
TWO = {"variants": ["naive", "optimized"]}


def analysed(path: Path, **more: Any) -> Analysis:
    return Report(Faulty(path / "run", **more).write()).analysis


def said(path: Path, **more: Any) -> Answer:
    return compose(analysed(path, **more))


def test_the_worst_of_several_faults_is_named_with_what_it_cost(tmp_path: Path) -> None:
    answer = said(tmp_path, bad={"replica-killed": OUTAGE, "cache-flushed": LATE})
    assert answer.headline == (
        "naive is out of the SLO for longest under replica-killed: 3.0 s (3.0–3.0) an episode, in which 30 (30–30) of "
        "400 requests fail, and meets it again after 2.8 s (2.8–2.8)."
    )
    assert answer.details == (
        "Without a fault, in as long a time: naive 0 s out of the SLO.",
        "naive failed no request under cache-flushed (0 of 2,400: at most 0.12%).",
    )
    assert answer.caveats[0] == "In brackets: 95% intervals over 3 blocks; 12 episodes of faults in all."


def test_of_one_fault_nothing_is_longest(tmp_path: Path) -> None:
    answer = said(tmp_path, keys={"faults": ["replica-killed"], "blocks": 1})
    assert answer.headline == (
        "naive is out of the SLO under replica-killed: 3.0 s an episode, in which 30 of 400 requests fail, and meets "
        "it again after 2.8 s."
    )
    assert answer.caveats[0] == "No interval: 2 episodes of faults in one block; it takes three blocks to have one."


def test_variants_and_replicas_are_told_apart(tmp_path: Path) -> None:
    answer = said(tmp_path, keys={**TWO, "replicas": [2, 3]}, bad={"replica-killed": OUTAGE})
    assert answer.headline.startswith("naive at 2 replicas is out of the SLO for longest under replica-killed: ")
    assert "; optimized at 2 replicas is out of the SLO for longest under replica-killed: " in answer.headline
    assert answer.details[0] == (
        "Without a fault, in as long a time: naive at 2 replicas 0 s, naive at 3 replicas 0 s, optimized at 2 replicas "
        "0 s and optimized at 3 replicas 0 s out of the SLO."
    )
    assert answer.details[1].startswith(
        "naive failed no request under cache-flushed at 2 replicas and cache-flushed at 3 replicas (0 of 2,400 or more:"
    )


@pytest.mark.parametrize(
    ("faults", "headline"),
    [
        (["cache-flushed"], "naive bears cache-flushed."),
        (["cache-flushed", "rollout"], "naive is put out of the SLO by none of 2 faults."),
    ],
)
def test_what_is_borne_is_said_to_be(tmp_path: Path, faults: list[str], headline: str) -> None:
    assert said(tmp_path, keys={"faults": faults}, bad={}).headline == headline


def test_what_is_not_met_again_is_said_and_is_no_time(tmp_path: Path) -> None:
    gone = {second: Bad(failed={"no response": RATE}) for second in range(10, 50)}
    answer = said(tmp_path, bad={"replica-killed": gone})
    assert answer.headline == (
        "naive is out of the SLO for longest under replica-killed: 20 s (20–20) an episode, in which 400 (400–400) of "
        "400 requests fail."
    )
    assert answer.details[-1] == (
        "The SLO was not met again before the next episode: naive under replica-killed (6 of 6)."
    )


def test_what_was_met_again_but_once_is_told_as_well(tmp_path: Path) -> None:
    answer = said(tmp_path, bad={"replica-killed": {**OUTAGE, 47: Bad(failed={"5xx": 9})}, "cache-flushed": LATE})
    assert "meets it again" in answer.headline, "seconds out later in the episode are no part of it"
    cut = said(tmp_path / "cut", bad={"replica-killed": {48: Bad(failed={"5xx": 9})}})
    assert "meets it again" not in cut.headline
    assert "naive under replica-killed (3 of 6)" in cut.details[-1]


def test_nothing_and_no_fault_are_not_the_same(tmp_path: Path) -> None:
    nothing = said(tmp_path / "nothing", repetitions=0)
    assert nothing.headline == "Nothing has been measured yet."
    only = next(seed for seed in range(50) if plan(experiment(seed=seed))[0].cell.fault is None)
    control = said(tmp_path / "control", repetitions=1, keys={"seed": only})
    assert control.headline == "No fault has been measured yet."
    assert control.details == ("Without a fault, in as long a time: naive 0 s out of the SLO.",)
    assert control.caveats[-1] == (
        "This run is partial: 1 of 9 repetitions done; nothing yet of naive-x2-replica-killed and "
        "naive-x2-cache-flushed."
    )


def test_a_cell_of_which_every_trial_is_invalid_is_in_no_sentence(tmp_path: Path) -> None:
    answer = said(tmp_path, invalid=["naive-x2-replica-killed"])
    assert answer.headline == "naive bears cache-flushed."
    assert any(caveat.startswith("3 trials of 9 INVALID") for caveat in answer.caveats)


def test_a_ledger_that_is_whole_says_how_sure_that_is(tmp_path: Path) -> None:
    answer = said(
        tmp_path, more={name: {"checks": ledger_checks()} for name in ("", "replica-killed", "cache-flushed")}
    )
    assert answer.details[-1] == (
        "naive lost none of 3,600 acknowledged writes (at most 0.083%), made none twice, and answered none of 8,100 "
        "reads staler than declared."
    )


def test_a_ledger_that_is_broken_says_by_what_and_what_nobody_knows(tmp_path: Path) -> None:
    checks = ledger_checks(lost=1, stale=2, took_effect=3, no_effect=4, unread=5)
    answer = said(tmp_path, more={"replica-killed": {"checks": checks}})
    assert answer.details[-1] == (
        "naive lost 3 of 1,200 acknowledged writes, made 0 twice, and answered 6 reads staler than declared; of 21 "
        "writes whose client was told nothing, 9 had taken effect; 15 could not be read afterwards."
    )


def test_a_ledger_that_could_not_be_looked_at_is_not_passed_over(tmp_path: Path) -> None:
    checks = [{"check": "ledger: could not be read afterwards", "passed": 400, "failed": 0}]
    answer = said(tmp_path, more={"replica-killed": {"checks": checks}})
    assert answer.details[-1] == (
        "naive: no acknowledged write was looked for afterwards; 1,200 could not be read afterwards."
    )


def test_doubles_count_also_where_no_write_was_looked_for(tmp_path: Path) -> None:
    checks = [{"check": "ledger: what was made once is there once", "passed": 9, "failed": 1}]
    answer = said(tmp_path, more={"replica-killed": {"checks": checks}})
    assert answer.details[-1].startswith("naive lost 0 of 0 acknowledged writes, made 3 twice")


@pytest.mark.parametrize(
    ("keys", "told", "untold"),
    [
        ({}, ["it happens 2 times, 20 s apart", "to another, and nothing twice"], ["Toxiproxy", "one replica alone"]),
        ({"episodes": {"first": "15s", "times": 1}}, ["after 15 s of the load it happens once."], ["apart"]),
        ({"failover": False}, ["The balancer sent every request to one replica alone."], ["to another"]),
        ({"failover": True}, ["to another, and nothing twice"], ["one replica alone"]),
        ({"faults": ["cache-slow"]}, ["In every cell, a proxy (Toxiproxy) stands"], []),
    ],
)
def test_the_method_says_what_was_set(keys: dict[str, Any], told: list[str], untold: list[str]) -> None:
    spec = experiment(**keys)
    method = WORDS["fault"].method(spec)
    assert all(each in method for each in told)
    assert not any(each in method for each in untold)
    assert "gives up after 10 s" in method
    assert "where 5 seconds on end meet it" in method


def test_a_script_of_the_users_own_has_its_own_patience(tmp_path: Path) -> None:
    (tmp_path / "own.js").write_text("export default function () {}")
    assert "gives up" not in WORDS["fault"].method(experiment(load={"script": str(tmp_path / "own.js")}))


def test_sentences_end_once_and_hold_no_none(tmp_path: Path) -> None:
    for number, more in enumerate(({}, {"bad": {}}, {"repetitions": 2}, {"keys": {**TWO, "replicas": [2, 3]}})):
        answer = said(tmp_path / str(number), **more)  # type: ignore[arg-type]
        for sentence in (answer.headline, *answer.details, *answer.caveats):
            assert re.fullmatch(r"[^ ].*[^.]\.", sentence), sentence
            assert not re.search(r"None|nan|\(\)|  |\.\.", sentence), sentence


def test_one_fault_that_is_worst_for_all_is_told_once(tmp_path: Path) -> None:
    gone = dict.fromkeys(range(10, 14), Bad(failed={"5xx": 9}))
    keys = {"variants": ["naive", "optimized"]}
    answer = said(tmp_path, keys=keys, bad={"replica-killed": gone, "cache-flushed": {11: Bad(failed={"5xx": 9})}})
    assert answer.headline == (
        "replica-killed puts each out of the SLO for longest in an episode: naive for 2.0 s (2.0–2.0) and optimized "
        "for 2.0 s (2.0–2.0)."
    )
