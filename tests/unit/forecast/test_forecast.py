"""Forecasts over several worlds."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import service, setting, step

from scalebed.forecast import drawing
from scalebed.forecast.forecast import FEWEST_DRAWS, MOST_DRAWS, Forecast, foretell, span, usual_draws


def _forecast(**capacities: object) -> Forecast:
    shop = service(**capacities)  # type: ignore[arg-type]
    return foretell(shop, setting(), step(), drawing.worlds(shop, 12, 10, 7))


def test_a_band_holds_the_median_and_most_worlds() -> None:
    found = _forecast()
    low, middle, high = (found.band(share) for share in (0.025, 0.5, 0.975))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (high > low).any()
    assert ((found.out_share >= 0) & (found.out_share <= 1)).all()


def test_the_last_fixed_number_carries_all_of_it() -> None:
    found = _forecast()
    counts = [rival.replicas or 0 for rival in found.fixed]
    assert counts == sorted(set(counts))
    assert found.fixed[-1].seconds_out == 0
    assert found.fixed[0].seconds_out > 0
    assert found.oracle.replica_seconds < found.of(lambda o: o.replica_seconds).mean


def test_more_than_was_measured_is_told() -> None:
    assert _forecast().extrapolates
    assert not _forecast(capacities={1: 100, 5: 500, 10: 1000}).extrapolates


def test_what_no_number_of_replicas_carries_is_told() -> None:
    shop = service()
    found = foretell(shop, setting(most=2), step(), drawing.worlds(shop, 3, 5, 7))
    assert found.beyond_reach == pytest.approx(180 / 300)
    assert found.unreachable == 0


def test_what_no_number_at_all_carries_is_told_apart() -> None:
    shop = service()
    found = foretell(shop, setting(most=5), step(high=5000), drawing.worlds(shop, 3, 10, 7))
    assert found.unreachable == pytest.approx(180 / 300)
    assert found.fixed[-1].seconds_out > 0


def test_a_span_is_a_mean_and_its_band() -> None:
    values = [float(value) for value in range(101)]
    found = span(values)
    assert (found.mean, found.low, found.high) == (50, 2.5, 97.5)
    few = span([1.0, 2.0, 6.0])
    assert (few.mean, few.low, few.high) == (3, 1, 6)
    with pytest.raises(ValueError, match="needs a value"):
        span([])


def test_long_loads_have_fewer_draws() -> None:
    assert [usual_draws(seconds) for seconds in (60, 20_000, 86_400, 7 * 86_400)] == [MOST_DRAWS, 15, 6, FEWEST_DRAWS]


def test_a_world_at_least() -> None:
    with pytest.raises(ValueError, match="needs a world"):
        foretell(service(), setting(), step(), [])


def test_the_demand_that_is_drawn_is_that_of_the_middle() -> None:
    assert _forecast().wanted.tolist() == np.repeat([1, 3, 1], [60, 180, 60]).tolist()
