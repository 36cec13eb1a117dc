"""One pass of the load over a simulated service."""

from __future__ import annotations

from pathlib import Path

import pytest
from simulation import Behaviour, SimulatedEngine

from scalebed.execution.rehearsal import LONGEST_S, Rehearsed, rehearse, rehearsed_cells
from scalebed.experiment.slo import Slo
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.readings import CheckCount


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    (tmp_path / "shop.js").write_text("export default function () {}\n", encoding="utf-8")
    keys = {
        "name": "shop", "service": {"command": "serve"}, "load": {"script": "shop.js"}, "replicas": [2, 1, 4],
        "variants": [{"name": "before"}, {"name": "after"}],
    }  # fmt: skip
    return parse_experiment(keys, "scalebed.yaml", folder=tmp_path)


def passed(experiment: Experiment, behaviour: Behaviour, *checks: CheckCount) -> tuple[Rehearsed, SimulatedEngine]:
    engine = SimulatedEngine({"before": behaviour, "after": behaviour}, checks=checks)
    return rehearse(engine, engine.clock, experiment, rehearsed_cells(experiment)[0]), engine


def test_each_variant_is_tried_with_the_fewest_replicas(experiment: Experiment) -> None:
    assert [cell.id for cell in rehearsed_cells(experiment)] == ["before-x1", "after-x1"]


def test_what_came_back_is_told(experiment: Experiment) -> None:
    done, engine = passed(experiment, Behaviour(100, requests=3, pause_s=0.2), CheckCount("right", 9, 0))
    assert done.works
    assert done.ready_s == pytest.approx(2)
    assert done.journeys is not None
    assert done.journeys.requests == pytest.approx(3)
    assert done.journeys.pause_s == pytest.approx(0.6, abs=0.05)
    (answered,) = done.answered
    assert answered.statuses == {200: done.journeys.ended * 3}
    assert engine.runs_under_way == 0
    (load,) = engine.loads
    assert (load.concurrency, load.max_vus) == (1, 1)


def test_a_journey_that_never_ends_does_not_work(experiment: Experiment) -> None:
    done, engine = passed(experiment, Behaviour(100, pause_s=100.0))
    assert done.answered
    assert done.journeys is None
    assert not done.works
    assert engine.runs_under_way == 0


@pytest.mark.parametrize(("pause_s", "works"), [(33.5, True), (36.0, False)])
def test_a_journey_may_take_as_long_as_before_a_first_trial(
    experiment: Experiment, pause_s: float, works: bool
) -> None:
    assert pytest.approx(35) == LONGEST_S
    assert passed(experiment, Behaviour(1000, base_s=0.0, pause_s=pause_s))[0].works == works


def test_anything_that_failed_means_that_it_does_not_work(experiment: Experiment) -> None:
    assert not passed(experiment, Behaviour(100, error_share=1.0))[0].works
    assert not passed(experiment, Behaviour(100), CheckCount("right", 5, 1))[0].works


def test_a_limit_for_an_endpoint_that_does_not_come_is_told_and_may_be_of_a_rare_one(experiment: Experiment) -> None:
    limits = {"further": [{"percentile": 90, "latency_ms": 500, "endpoint": name} for name in ("detail", "serch")]}
    limited = experiment.model_copy(update={"slo": Slo.model_validate(limits)})
    done, _ = passed(limited, Behaviour(100))
    assert done.works
    assert done.unheard == "no request came for serch, which slo limits; the endpoints that came are: detail"


def test_a_generator_that_fails_is_told(experiment: Experiment) -> None:
    engine = SimulatedEngine({"before": Behaviour(100)}, generator_failure="k6 failed")
    done = rehearse(engine, engine.clock, experiment, rehearsed_cells(experiment)[0])
    assert (done.works, done.failure) == (False, "k6 failed")


def test_a_service_that_ended_meanwhile_does_not_work(experiment: Experiment) -> None:
    behaviour = Behaviour(100)
    engine = SimulatedEngine({"before": behaviour, "after": behaviour}, dies_after_s=0.5, status=3)
    done = rehearse(engine, engine.clock, experiment, rehearsed_cells(experiment)[0])
    assert done.failure is not None
    assert "Replica 1 of 1 ended with status 3" in done.failure
    assert not done.works
