from __future__ import annotations

import pytest
from recorded import trial

from scalebed.records.run_directory import Trial
from scalebed.report.findings.recovery import Broken, broken

Ending = tuple[str, dict[str, int]]
PASS: Ending = ("PASS", {})
BAD: Ending = ("FAIL", {"5xx": 40})
DEAD: Ending = ("FAIL", {"5xx": 99})


def block(number: int, *made: tuple[float, Ending]) -> list[Trial]:
    return [
        trial(block=number, index=index, rate_asked=rate, verdict=verdict, errors=errors, requests=100)
        for index, (rate, (verdict, errors)) in enumerate(made)
    ]


FINE = block(0, (50, PASS), (100, PASS), (200, BAD), (140, PASS))


def test_all_that_fails_to_the_end_of_a_block_after_an_overload() -> None:
    lost = block(1, (100, PASS), (200, BAD), (100, DEAD), (50, DEAD), (10, DEAD))
    assert broken([*FINE, *lost]) == [Broken(1, 200, 10, 3, 140)]


@pytest.mark.parametrize(
    "made",
    [
        [(200, BAD), (100, DEAD), (50, DEAD)],  # too few to tell
        [(200, BAD), (100, DEAD), (50, DEAD), (10, DEAD), (5, PASS)],  # it came back
        [(100, DEAD), (50, DEAD), (10, DEAD)],  # it never was well: nothing was too much for it
        [(900, BAD), (600, DEAD), (400, DEAD), (300, DEAD)],  # no rate that has passed anywhere
        [(200, BAD), (100, BAD), (50, BAD), (10, BAD)],  # slow, and not dead
    ],
)
def test_what_is_no_sign_of_it(made: list[tuple[float, Ending]]) -> None:
    assert broken([*FINE, *block(1, *made)]) == []


def test_arrivals_that_found_no_place_are_no_answers() -> None:
    dropped = ("FAIL", {"dropped": 500})
    assert broken([*FINE, *block(1, (200, BAD), (100, dropped), (50, dropped), (10, dropped))]) == []
