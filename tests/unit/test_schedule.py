from __future__ import annotations

from scalebed.plan import plan
from scalebed.results import Repetition
from scalebed.schedule import Schedule
from scalebed.search import Ask
from scalebed.spec import parse_experiment

SPEC = parse_experiment({"name": "schedule", "variants": ["a", "b"], "blocks": 3}, "schedule.yaml")


def test_loads_of_unlike_trials_have_unlike_seeds_and_the_same_trial_the_same() -> None:
    seeds = [Schedule(SPEC, s, [], 0.25).seed(*index) for s in plan(SPEC) for index in ((), (0,), (1,))]
    assert len(set(seeds)) == len(seeds)
    assert seeds == [Schedule(SPEC, s, [], 0.25).seed(*index) for s in plan(SPEC) for index in ((), (0,), (1,))]


def test_an_earlier_block_saves_the_unloaded_trial_and_gives_the_first_rate() -> None:
    step = next(s for s in plan(SPEC) if s.block == 1 and s.cell.id == "a-x1")
    earlier = Repetition(
        cell="a-x1", variant="a", replicas=1, block=0, capacity=200, lower=200, upper=209, outcome="found", trials=5
    )  # fmt: skip
    first, later = Schedule(SPEC, step, [], 0.25).next([]), Schedule(SPEC, step, [earlier], 0.25).next([])
    assert isinstance(first, Ask)
    assert isinstance(later, Ask)
    assert first.purpose == "unloaded"
    assert later.purpose == "bracket"
    assert 200 / 1.05 <= later.rate <= 200 * 1.05
