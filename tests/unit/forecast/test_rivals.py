"""A fixed number of replicas, and one who knows the load."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import service, setting, step, world
from hypothesis import given, settings
from hypothesis import strategies as st

from scalebed.forecast import rivals
from scalebed.forecast.load import Load
from scalebed.forecast.outcome import judged
from scalebed.forecast.simulation import Clients, simulate


def test_the_oracle_is_never_out_and_pays_for_starts_alone() -> None:
    """Three for 180 s and one for 120 s, and the two that are added 5 s early."""
    found = rivals.oracle(service(), step(), world())
    assert (found.seconds_out, found.replica_seconds) == (0, 3 * 180 + 120 + 2 * 5)


@settings(max_examples=40, deadline=None)
@given(rates=st.lists(st.floats(0, 900), min_size=2, max_size=120).filter(any), target=st.integers(20, 90))
def test_nobody_is_cheaper_than_the_oracle_without_being_out(rates: list[float], target: int) -> None:
    load, shop = Load("any", np.array(rates)), service(start_s=(0.0,))
    oracle = rivals.oracle(shop, load, world())
    outcome = judged(shop, load, world(), simulate(shop, setting(1, 10, target), load, world()))
    assert oracle.replica_seconds <= outcome.replica_seconds or outcome.seconds_out > 0


@pytest.mark.parametrize("clients", [Clients(), Clients(patience_s=3), Clients(most_waiting=70)])
def test_a_fixed_number_is_an_autoscaler_that_may_not_move(clients: Clients) -> None:
    load = step()
    fixed = rivals.fixed(service(), load, world(), 2, clients)
    held = judged(service(), load, world(), simulate(service(), setting(2, 2), load, world(), clients))
    assert fixed.seconds_out == held.seconds_out > 0
    assert fixed.replica_seconds == held.replica_seconds
    assert fixed.failed_share == pytest.approx(held.failed_share)


def test_the_best_fixed_number_carries_the_peak_and_one_less_does_not() -> None:
    best = rivals.best_fixed(step(), world())
    assert best == 3
    assert rivals.fixed(service(), step(), world(), best).seconds_out == 0
    assert rivals.fixed(service(), step(), world(), best - 1).seconds_out > 0


@pytest.mark.parametrize("start_s", [0.0, 1.0, 2.0, 5.0, 6.0])
def test_the_oracle_pays_for_each_start_from_its_beginning(start_s: float) -> None:
    rng = np.random.default_rng(4)
    load = Load("any", rng.uniform(0, 900, 60))
    wanted, ahead = world().demand(load.rates), int(start_s)
    expected = sum(int(wanted[second : second + ahead + 1].max()) for second in range(60))
    assert rivals.oracle(service(start_s=(start_s,)), load, world()).replica_seconds == expected
