from __future__ import annotations

import pytest

from scalebed.comparison.change import Change
from scalebed.comparison.limit import LimitError, judge, parse
from scalebed.comparison.side import Place
from scalebed.report.findings.conclusion import Conclusion
from scalebed.statistics.intervals import Interval

NO, YES, NONE = Conclusion.NO, Conclusion.YES, Conclusion.NO_VALID_ANSWER


def change(ratio: Interval | None, floor: float = 1.0, lost: str = "", worse: bool | None = None) -> Change:
    return Change(Place("shop", 1), "capacity", None, None, ratio, floor, lost, worse)


@pytest.mark.parametrize(
    ("limit", "ends", "expected"),
    [
        ("capacity < -5 %", (0.90, 0.94), NO),
        ("capacity < -5 %", (0.90, 0.96), YES),  # may be, but not for sure
        ("capacity < -5 %", (0.96, 1.02), YES),
        ("capacity<−5%", (0.90, 0.94), NO),
        ("capacity > 10 %", (1.11, 1.20), NO),
        ("capacity > 10 %", (1.09, 1.20), YES),
        ("capacity < 20 %", (1.05, 1.10), NO),  # it was to become a fifth better
        ("capacity < +20 %", (1.22, 1.30), YES),
    ],
)
def test_only_a_whole_interval_beyond_it_breaks_a_limit(
    limit: str, ends: tuple[float, float], expected: Conclusion
) -> None:
    low, high = ends
    (judged,) = judge([parse(limit)], [change(Interval((low * high) ** 0.5, low, high, 5))])
    assert judged.conclusion is expected
    assert judged.maybe == (ends in ((0.90, 0.96), (1.09, 1.20)))


def test_less_than_the_same_thing_differs_breaks_none() -> None:
    ratio = Interval(0.92, 0.90, 0.94, 5)
    assert judge([parse("capacity < -5 %")], [change(ratio, floor=1.05)])[0].conclusion is NO
    assert judge([parse("capacity < -5 %")], [change(ratio, floor=1.10)])[0].conclusion is YES
    # That it did not become so much better has nothing to do with noise.
    assert judge([parse("capacity < 20 %")], [change(Interval(1.05, 1.04, 1.06, 5), floor=1.10)])[0].conclusion is NO


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (change(Interval(0.5, None, None, 2)), NONE),
        (change(None), NONE),
        (change(None, lost="no capacity was found of the second"), NONE),
        (change(None, lost="there was no capacity", worse=True), NO),
        (change(None, lost="there was no capacity", worse=False), YES),
    ],
)
def test_what_has_no_interval_is_neither_yes_nor_no(given: Change, expected: Conclusion) -> None:
    (judged,) = judge([parse("capacity < -5 %")], [given])
    assert judged.conclusion is expected
    assert judged.reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("capacity", "must be a quantity, < or >, and percent"),
        ("capacity < 5", "must be a quantity"),
        ("speed < -5 %", "speed is none of capacity, cpu, service"),
        ("capacity < -100 %", "nothing can fall by 100%"),
    ],
)
def test_what_is_no_limit_is_one_sentence(text: str, told: str) -> None:
    with pytest.raises(LimitError, match=told):
        parse(text)


def test_a_limit_on_what_is_not_there_could_never_break() -> None:
    with pytest.raises(LimitError, match="have no p95 in common, but capacity"):
        judge([parse("p95 > 10 %")], [change(Interval(1, 0.9, 1.1, 5))])
