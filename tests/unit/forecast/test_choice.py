"""Which three settings are worth a look."""

from __future__ import annotations

from scalebed.forecast.choice import choose
from scalebed.forecast.front import Candidate, Score
from scalebed.forecast.knobs import Knobs

_FRONT = tuple(
    Candidate(Knobs(target=target), Score(out, replicas))
    for target, out, replicas in ((90, 0.5, 1.0), (70, 0.2, 1.5), (50, 0.05, 2.0), (40, 0.04, 4.0), (30, 0.0, 8.0))
)


def test_one_is_cheaper_one_safer_and_one_reliable() -> None:
    cheaper, safer, reliable = choose(_FRONT, Score(0.05, 5.0))
    assert (cheaper.aim, cheaper.candidate.score.replicas, cheaper.gains) == ("cheaper", 2.0, True)
    assert (safer.aim, safer.candidate.score.out, safer.gains) == ("safer", 0.04, True)
    assert (reliable.aim, reliable.candidate.score, reliable.gains) == ("reliable", Score(0.0, 8.0), True)


def test_where_nothing_is_gained_that_is_said() -> None:
    cheaper, safer, _ = choose(_FRONT, Score(0.2, 1.5))
    assert not cheaper.gains
    assert not safer.gains


def test_a_setting_that_is_better_than_the_whole_front_has_no_better_one() -> None:
    assert not any(each.gains for each in choose(_FRONT[:2], Score(0.0, 0.5)))


def test_where_none_is_reliable_it_is_the_one_that_is_out_least() -> None:
    reliable = choose(_FRONT[:3], Score(0.5, 1.0))[2]
    assert (reliable.candidate.score.out, reliable.gains) == (0.05, False)


def test_a_little_better_is_better_and_a_little_longer_is_longer() -> None:
    """Two minutes of a day are no rounding."""
    front = (Candidate(Knobs(target=90), Score(0.0021, 1.0)), Candidate(Knobs(target=70), Score(0.0, 5.2)))
    cheaper, safer, _ = choose(front, Score(0.0012, 6.0))
    assert (cheaper.candidate.score, cheaper.gains) == (Score(0.0, 5.2), True)
    assert (safer.candidate.score, safer.gains) == (Score(0.0, 5.2), True)
