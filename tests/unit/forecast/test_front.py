"""The front, and the search that finds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from foretold import setting
from hypothesis import given
from hypothesis import strategies as st

from scalebed.forecast.front import Candidate, Score, front, search
from scalebed.forecast.knobs import DOWN_WINDOWS_S, HASTES, TARGETS, UP_WINDOWS_S, Bench, Knobs

_SCORES = st.builds(Score, st.floats(0, 1), st.floats(1, 10))


@given(st.lists(_SCORES, max_size=30))
def test_the_front_is_what_nobody_beats(scores: list[Score]) -> None:
    candidates = [Candidate(Knobs(), score) for score in scores]
    kept = {each.score for each in front(candidates)}
    assert kept == {score for score in scores if not any(other.beats(score) for other in scores)}


def test_of_two_alike_the_first_stays() -> None:
    one, other = Candidate(Knobs(target=40), Score(0.1, 2)), Candidate(Knobs(target=50), Score(0.1, 2))
    assert front([one, other]) == (one,)


def _score(knobs: Knobs) -> Score:
    """Cheap and out, or dear and in, and worse by everything that does not help."""
    waste = DOWN_WINDOWS_S.index(knobs.down_window_s) + UP_WINDOWS_S.index(knobs.up_window_s)
    waste += abs(HASTES.index(knobs.haste) - 2)
    return Score(knobs.target / 100 / knobs.least + 0.01 * waste, knobs.least * 100 / knobs.target + waste)


def _judge(tried: Sequence[Knobs]) -> Iterable[Score]:
    return [_score(each) for each in tried]


def test_the_search_finds_nearly_the_whole_front_where_it_may() -> None:
    bench = Bench(setting(most=20), most_least=8)
    every = [
        Candidate(knobs, _score(knobs))
        for target in TARGETS
        for least in bench.leasts
        for haste in HASTES
        for up in UP_WINDOWS_S
        for down in DOWN_WINDOWS_S
        for knobs in (Knobs("cpu", target, least, haste, up, down),)
    ]
    found = search(bench, _judge, 10_000)
    whole = {each.score for each in front(every)}
    assert len(whole - {each.score for each in front(found)}) <= 0.05 * len(whole)
    assert len(found) < len(every) / 2


def test_no_more_are_tried_than_told_and_none_twice() -> None:
    told: list[int] = []
    found = search(Bench(setting(most=20), most_least=8), _judge, 40, told.append)
    assert len(found) == len({each.knobs for each in found}) == told[-1] == 40
