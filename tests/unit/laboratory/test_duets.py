from __future__ import annotations

import pytest

from laboratory import page
from laboratory.duets import HOSTS, MORE, Host, compare, compared

STILL = Host("still", 0.0, 0.0, 0.0)
SWAYING = Host("swaying", 0.1, 0.03, 0.01)


def test_what_drifts_is_in_neither_side_of_a_duet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laboratory.duets.HOSTS", (STILL, SWAYING))
    duets, blocks = (compare(SWAYING, duet=duet, runs=150, seed=3) for duet in (True, False))
    assert duets.half_width < blocks.half_width / 4
    # All that is left is each deployment's luck, of both sides, in five blocks.
    assert duets.half_width == pytest.approx(2.776 * 0.01 * (2 / 5) ** 0.5, rel=0.2)
    assert duets.found[MORE.index(1.1)].share > 0.99 > blocks.found[MORE.index(1.1)].share
    for way in (duets, blocks):
        assert way.claimed.share < 0.08
        assert [share.share for share in way.found] == sorted(share.share for share in way.found)


def test_on_a_host_that_is_still_the_same_differs_by_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laboratory.duets.HOSTS", (STILL, SWAYING))
    for duet in (True, False):
        found = compare(STILL, duet=duet, runs=5, seed=1)
        assert found.half_width == pytest.approx(0, abs=1e-9)
        assert found.floor == pytest.approx(1)
        assert found.found[0].share == 1


def test_the_table_has_both_ways_for_each_host() -> None:
    found = compared(3, 1)
    head, rule, *rows = page.duets(found).splitlines()
    assert len(rows) == 2 * len(HOSTS)
    assert {head.count("|"), rule.count("|"), *(row.count("|") for row in rows)} == {6 + len(MORE)}
    assert page.duets_answer(found).startswith(f"**On a host {HOSTS[-1].name} in five blocks a request that costs 5%")
    header, *values = page.duets_spreadsheet(found).splitlines()
    assert header.endswith("claimed_of_same,found_of_3_percent_more,found_of_5_percent_more,found_of_10_percent_more")
    assert len(values) == len(rows)
