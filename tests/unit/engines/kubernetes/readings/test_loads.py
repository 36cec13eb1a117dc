"""Loads, and what was done under them."""

import pytest

from scalebed.engines.kubernetes.readings.loads import Loads


def loads(*spans: tuple[float, float]) -> Loads:
    made = Loads()
    for start, end in spans:
        made.add(start, end)
    return made


@pytest.mark.parametrize(("moment", "share"), [(0, 0.0), (4, 0.0), (5, 0.25), (8, 1.0), (12, 1.0)])
def test_work_was_done_under_load(moment: float, share: float) -> None:
    assert loads((4, 8)).share(0, moment, 12) == share


def test_without_a_load_work_is_even() -> None:
    assert loads().share(0, 3, 12) == 0.25
    assert loads((20, 30)).share(0, 3, 12) == 0.25
    assert loads().share(5, 5, 5) == 1.0


def test_several_loads_share_it() -> None:
    two = loads((0, 4), (8, 12))
    assert two.share(0, 6, 12) == 0.5
    assert two.share(0, 10, 12) == 0.75


def test_edges_come_in_order_and_once() -> None:
    two = loads((8, 12), (4, 8))
    assert list(two.edges(4, 12)) == [8, 12]
    assert list(two.edges(0, 7)) == [4]


def test_a_cut_load_ends_and_what_was_planned_after_it_does_not_come() -> None:
    made = loads((0, 30), (40, 70))
    made.cut(6)
    assert list(made.edges(-1, 100)) == [0, 6]
    made.cut(50)
    assert list(made.edges(-1, 100)) == [0, 6]
