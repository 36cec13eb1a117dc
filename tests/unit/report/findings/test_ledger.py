"""What became of acknowledged writes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from faulty import ledger_checks

from scalebed.paths import ROOT
from scalebed.records.run_directory import CheckRecord
from scalebed.report.findings.ledger import Ledger, ledger

WHOLE = Ledger(
    written=400, lost=0, made=100, doubled=0, read=900, stale=0, took_effect=0, no_effect=0, unread=0
)  # fmt: skip


def test_a_workload_without_one_has_none() -> None:
    assert ledger([]) is None
    assert ledger([CheckRecord(check="rows are there", passed=3, failed=1)]) is None


def test_every_count_is_what_its_check_says() -> None:
    assert ledger(ledger_checks()) == WHOLE
    found = ledger(ledger_checks(lost=2, doubled=3, stale=4, took_effect=5, no_effect=6, unread=7))
    assert found == replace(WHOLE, lost=2, doubled=3, stale=4, took_effect=5, no_effect=6, unread=7)


def test_counts_of_several_trials_are_summed() -> None:
    found = ledger([*ledger_checks(lost=1, unread=2), *ledger_checks(stale=1, unread=3)])
    assert found is not None
    assert (found.written, found.made, found.read) == (800, 200, 1800)
    assert (found.lost, found.stale, found.unread) == (1, 1, 5)


@pytest.mark.parametrize("broken", ["lost", "doubled", "stale"])
def test_it_is_broken_by_each_of_the_three(broken: str) -> None:
    found = ledger(ledger_checks(**{broken: 1}))
    assert found is not None
    assert found.broken
    assert not WHOLE.broken
    assert not replace(WHOLE, took_effect=3, no_effect=4, unread=5).broken


def test_what_is_lost_at_most_is_about_three_of_those_that_were_looked_for() -> None:
    assert WHOLE.lost_at_most == pytest.approx(3 / 400, rel=0.01)
    assert replace(WHOLE, written=0).lost_at_most == 1


def test_a_check_that_never_came_counts_nothing() -> None:
    found = ledger([CheckRecord(check="ledger: could not be read afterwards", passed=4, failed=0)])
    assert found == replace(WHOLE, written=0, made=0, read=0, unread=4)


def test_its_names_are_those_of_the_workload() -> None:
    """Or the counts of a whole run would be none, and nothing would say so."""
    scripts = "".join(
        (ROOT / "loadtest/k6" / f"{name}.js").read_text(encoding="utf-8") for name in ("ledger", "settling")
    )
    told = set(re.findall(r"'(ledger: [^']+)'", scripts))
    assert told == {check.check for check in ledger_checks()}
