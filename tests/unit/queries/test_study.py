"""What a study compares, and in which order."""

from collections import Counter

import pytest
from dataset.objects.choice import strategies

from scalebed.paths import ROOT
from scalebed.queries.study import Strategy, Study, StudyError, chosen, order, read_strategies

FILE = ROOT / "apps" / "dataset" / "strategies.toml"


def study(**keys: object) -> Study:
    known = tuple(read_strategies(FILE).values())
    defaults = {"contacts": 1000, "seed": 7, "blocks": 3, "variants": ("naive", "optimized"), "strategies": known}
    return Study.model_validate(defaults | keys)


def test_the_strategies_are_those_of_the_command() -> None:
    assert {name: dict(each.switches) for name, each in read_strategies(FILE).items()} == strategies()


def test_the_baseline_is_always_compared_with() -> None:
    known = read_strategies(FILE)
    assert [each.name for each in chosen(known, "fts, index")] == ["baseline", "index", "fts"]
    assert chosen(known, "") == tuple(known.values())


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(StudyError, match="no strategy 'magic'; the strategies are baseline, index, trgm"):
        chosen(read_strategies(FILE), "index,magic")


def test_every_block_has_everything_once_in_an_order_of_its_own() -> None:
    steps = order(study())
    assert steps == order(study())
    assert steps != order(study(seed=8))
    blocks = [[step for step in steps if step.block == block] for block in (1, 2, 3)]
    for block in blocks:
        assert Counter((step.kind, step.variant, step.strategy) for step in block).most_common(1)[0][1] == 1
        assert len(block) == 2 * 6 + 6
    assert len({tuple((step.kind, step.variant, step.strategy) for step in block) for block in blocks}) == 3
    assert len({step.id for step in steps}) == len(steps)


def test_a_study_is_kept_as_it_was_asked_for() -> None:
    wanted = study(strategies=(Strategy(name="baseline", description="", switches={"indexes": "off"}),))
    assert Study.model_validate_json(wanted.model_dump_json()) == wanted
