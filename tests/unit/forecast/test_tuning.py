"""A search for settings on real simulations."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import service, setting, step

from scalebed.forecast import drawing
from scalebed.forecast.knobs import Bench
from scalebed.forecast.load import MOST_RATE, Load
from scalebed.forecast.simulation import Clients
from scalebed.forecast.tuning import FASTER, MORE, Trying, Tuning, perturbed, tune


@pytest.fixture(scope="module")
def found() -> Tuning:
    shop, load = service(), step(before=60, during=90, after=60)
    base = setting(3, 8, target=30)
    trying = Trying(shop, perturbed([load]), drawing.worlds(shop, 2, 10, 7), Clients())
    return tune(Bench(base, most_least=4), trying, drawing.worlds(shop, 4, 10, 8), [load], 60)


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
    assert cheaper.choice.candidate.score.out <= found.now.out
    assert cheaper.setting.spec.max_replicas == 8


def test_a_choice_is_told_what_it_does_on_each_load(found: Tuning) -> None:
    assert [each.choice.aim for each in found.chosen] == ["cheaper", "safer", "reliable"]
    for each in found.chosen:
        assert [one.load.name for one in each.forecasts] == ["step"]
        assert each.forecasts[0].setting == each.setting
    assert found.now_forecasts[0].setting == found.bench.base


def test_the_front_is_judged_anew_in_worlds_that_the_search_did_not_see(found: Tuning) -> None:
    tried = {each.knobs: each.score for each in found.tried}
    assert len(tried) <= 60
    assert {each.knobs for each in found.found} <= tried.keys()
    assert any(each.score != tried[each.knobs] for each in found.found)
    assert not any(a.score.beats(b.score) for a in found.found for b in found.found)


def test_fixed_numbers_and_the_oracle_stand_beside_it(found: Tuning) -> None:
    counts = [count for count, _ in found.fixed]
    assert counts == sorted(counts)
    assert found.fixed[-1][1].out == 0
    assert found.oracle.out == 0
    assert found.oracle.replicas < found.fixed[-1][1].replicas


@pytest.mark.parametrize("rates", [[0.0, 100.0] * 30, [900_000.0] * 20])
def test_what_a_load_may_be_is_still_a_load(rates: list[float]) -> None:
    load = Load("odd", np.array(rates))
    _, more, faster = perturbed([load])
    assert faster.rates.mean() == pytest.approx(load.rates.mean())
    assert more.rates.max() <= MOST_RATE
