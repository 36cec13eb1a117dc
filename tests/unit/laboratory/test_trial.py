"""A trial here comes to what the product's own conductor makes of the same requests."""

import math
from pathlib import Path

import numpy as np
import pytest
import simulation
from simulation import Behaviour, SimulatedEngine

from laboratory.searching import experiment
from laboratory.services import SERVICES, Host
from laboratory.trial import STARTS_S, Place, requests_of, seconds_of, trial
from laboratory.truth import kept
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.plan import cells
from scalebed.measurement.load import load_of
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Trial
from scalebed.search.bisection import SHORT_S, Ask
from scalebed.search.observation import observed

WANTED = experiment(variants=["a"])
DURATION_S = 40.0


def conducted(monkeypatch: pytest.MonkeyPatch, place: Place, ask: Ask) -> Trial:
    """What the product makes of it."""

    def serve(load: object, *_: object) -> simulation.Served:
        requests = requests_of(place, ask.rate, DURATION_S)
        arrivals, ended = requests.arrivals, place.service.serve(requests, place.host).ended
        nothing = np.zeros(arrivals.size)
        return simulation.Served(arrivals, np.empty(0), ended, ended - arrivals, nothing, np.sort(ended), nothing)

    monkeypatch.setattr(simulation, "_serve", serve)
    engine = SimulatedEngine({"a": Behaviour(1.0)})
    (cell,) = cells(WANTED)
    assignment = Assignment(
        cell=cell, block=0, index=0, purpose=ask.purpose, slo=WANTED.slo, cores=engine.cores, enough=ask.enough
    )
    with engine.deploy(cell) as target:
        conductor = Conductor(target, engine, engine, engine.clock)
        load = load_of(WANTED, None, ask.rate, duration_s=DURATION_S, seed=1)
        return conductor.conduct(assignment, load, lambda progress: None)


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("shedding", "steal")])
@pytest.mark.parametrize("times", [0.8, 0.97, 1.1, 1.4])
@pytest.mark.parametrize("counted_s", [SHORT_S, math.ceil(WANTED.search.confirm)])
def test_it_comes_to_the_same(monkeypatch: pytest.MonkeyPatch, name: str, times: float, counted_s: int) -> None:
    ask = Ask("bracket", times * kept()[name].capacity, Enough(counted_s, WANTED.search.min_requests))
    place = Place(SERVICES[name], Host(), 10.0, (4, counted_s, round(100 * times)))

    made = trial(place, ask, WANTED, DURATION_S)
    real = conducted(monkeypatch, place, ask)

    assert (made.observed.verdict, made.lasted_s - STARTS_S) == (real.judged, real.duration_s)
    assert made.requests == real.requests
    seen = observed(real, WANTED.search)
    assert made.observed.full == seen.full
    assert made.observed.mean_ms == pytest.approx(seen.mean_ms, rel=0.01)
    # Histograms round latencies by up to a thousandth, so that one in the middle may fall to either side of a limit.
    for mine, its in zip(made.observed.shares, seen.shares, strict=True):
        assert (mine.allowed, mine.of, mine.broken) == (its.allowed, its.of, its.broken)
        assert mine.bad == pytest.approx(its.bad, abs=1)


def test_the_settings_are_the_shipped_ones() -> None:
    from scalebed.experiment.shipped import shipped_experiments  # noqa: PLC0415
    from scalebed.experiment.spec import load_experiment  # noqa: PLC0415

    shipped = load_experiment(Path(shipped_experiments()["replicas"]), [])

    assert (WANTED.search, WANTED.blocks, WANTED.slo) == (shipped.search, shipped.blocks, shipped.slo)


@pytest.mark.parametrize("name", SERVICES)
def test_a_longer_load_begins_as_a_shorter_one(name: str) -> None:
    place = Place(SERVICES[name], Host(), 10.0, (9, 9, 9, 9, 1, 2))
    rate = 0.9 * kept()[name].capacity

    short, long = seconds_of(place, rate, 30), seconds_of(place, rate, 90)

    for field in ("responses", "slow", "failed", "latency_s", "arrivals", "in_flight", "stolen_s"):
        np.testing.assert_allclose(getattr(short, field), getattr(long, field)[:30], err_msg=field)
