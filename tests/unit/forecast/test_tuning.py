"""A search for settings on real simulations."""

from __future__ import annotations

import pytest
from foretold import service, setting, step

from scalebed.forecast import drawing
from scalebed.forecast.knobs import Bench
from scalebed.forecast.simulation import Clients
from scalebed.forecast.tuning import FASTER, MORE, Trying, Tuning, perturbed, tune


@pytest.fixture(scope="module")
def found() -> Tuning:
    shop, load = service(), step(before=60, during=90, after=60)
    base = setting(3, 8, target=30)
    trying = Trying(shop, perturbed([load]), drawing.worlds(shop, 2, 10, 7), Clients())
    return tune(Bench(base, most_least=4), trying, [load], 60)


def test_every_load_is_also_more_and_faster() -> None:
    load = step()
    as_it_is, more, faster = perturbed([load])
    assert as_it_is is load
    assert more.rates.max() == pytest.approx(MORE * load.rates.max())
    assert faster.seconds == load.seconds / FASTER


def test_something_is_found_that_is_cheaper_and_no_worse(found: Tuning) -> None:
    """Three replicas at least, and 30% CPU, are more than this load needs."""
    cheaper = next(each for each in found.chosen if each.choice.aim == "cheaper")
    assert cheaper.choice.gains
    assert cheaper.choice.candidate.score.replicas < found.now.replicas
    assert cheaper.choice.candidate.score.out <= found.now.out + 0.002
    assert cheaper.setting.spec.max_replicas == 8


def test_a_choice_is_told_what_it_does_on_each_load(found: Tuning) -> None:
    assert [each.choice.aim for each in found.chosen] == ["cheaper", "safer", "reliable"]
    for each in found.chosen:
        assert [one.load.name for one in each.forecasts] == ["step"]
        assert each.forecasts[0].setting == each.setting
    assert found.now_forecasts[0].setting == found.bench.base


def test_the_front_is_of_what_was_tried(found: Tuning) -> None:
    assert set(found.found) <= set(found.tried)
    assert len(found.tried) <= 60
    assert not any(a.score.beats(b.score) for a in found.tried for b in found.found)
