from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from laboratory import page
from laboratory.searching import Search
from laboratory.twice import LIMIT, LOSSES, Pairs, compared, pairs


def searches(count: int, spread: float, blocks: int = 5, seed: int = 1) -> list[Search]:
    """Such as blocks that spread by so much on a log scale would make."""
    rng = np.random.default_rng(seed)
    return [Search(None, 20.0, (), 8, 0, 900.0, tuple(20.0 * rng.lognormal(0.0, spread, blocks))) for _ in range(count)]


def test_the_same_twice_is_rarely_called_a_difference() -> None:
    found = pairs("any", searches(1000, 0.05))
    assert found.pairs == 500
    # Five percent, as intervals say; a limit that is further off is broken by fewer still.
    assert 0.02 < found.claimed.share < 0.08
    assert found.broken.share < 0.01


def test_what_is_lost_is_found_the_more_of_it_there_is() -> None:
    sharp, blunt = (pairs("any", searches(400, spread)) for spread in (0.03, 0.15))
    assert sharp.found[LOSSES.index(0.2)].share > 0.99
    assert [share.share for share in blunt.found] == sorted(share.share for share in blunt.found)
    assert blunt.found[0].share < 0.3
    # Of two samples of five: about t × √(2/5) × the spread.
    assert sharp.half_width == pytest.approx(2.3 * 0.03 * (2 / 5) ** 0.5, rel=0.25)


def test_a_search_without_an_interval_is_in_no_pair() -> None:
    one, other, *rest = searches(4, 0.05)
    few = replace(one, capacities=one.capacities[:2])
    found = pairs("any", [few, other, *rest])
    assert (found.pairs, found.tried) == (1, 2)


def test_searches_are_made_in_pairs_that_are_not_those_of_the_table() -> None:
    (found,) = compared(["fast M/M/1"], 1, 5, workers=1)
    assert (found.service, found.pairs) == ("fast M/M/1", 1)
    assert 0.01 < found.half_width < 0.5


def test_the_table_has_a_share_with_its_bounds_for_each_loss() -> None:
    found: list[Pairs] = [pairs("any", searches(40, 0.05))]
    head, rule, row = page.twice(found).splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == 6 + len(LOSSES)
    header, values = page.twice_spreadsheet(found).splitlines()
    assert header.endswith("broken_of_10_percent_lost,broken_of_20_percent_lost,broken_of_30_percent_lost")
    assert values.startswith("any,20,20,")
    assert LIMIT.change == -0.05
