from __future__ import annotations

import pytest

from scalebed.execution.time_left import BEFORE_COMPARED_S, Eta
from scalebed.experiment.plan import plan
from scalebed.experiment.spec import parse_experiment

SPEC = parse_experiment({"name": "eta", "variants": ["a", "b"], "blocks": 2}, "eta.yaml")


def test_what_is_left_takes_what_its_cell_took() -> None:
    eta = Eta(SPEC, plan(SPEC))
    eta.learn("a-x1", 100)
    eta.learn("a-x1", 120)
    eta.learn("b-x1", 300)
    left = eta.remaining({(0, "a-x1"), (0, "b-x1")})
    assert (left.repetitions_done, left.repetitions) == (2, 4)
    assert left.seconds == pytest.approx(410)


def test_an_unknown_cell_takes_what_others_took() -> None:
    eta = Eta(SPEC, plan(SPEC))
    assert eta.remaining(set()).seconds > 0
    eta.learn("a-x1", 50)
    assert eta.remaining({(0, "a-x1")}).seconds == pytest.approx(150)


def test_a_comparison_is_guessed_from_its_duration_and_a_search_takes_longer() -> None:
    keys = {"name": "eta", "kind": "matrix", "rate": 3, "duration": "20s", "blocks": 2, "capacity": ["b"]}
    spec = parse_experiment({**keys, "matrix": {"variants": ["a", "b", "c"]}}, "eta.yaml")
    eta = Eta(spec, plan(spec))
    alone = 20 + BEFORE_COMPARED_S
    guessed = eta.remaining(set()).seconds
    assert guessed > 6 * alone
    eta.learn("a-x1", 50)
    assert eta.remaining(set()).seconds == pytest.approx(guessed - 4 * alone + 4 * 50)
