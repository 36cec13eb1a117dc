"""The scenarios: which there are, how they are called, and what each is measured with."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import repetition, run

from scalebed import paths
from scalebed.engines.services import read_service
from scalebed.experiment.scenarios import Scenario, choose, experiment, scenarios
from scalebed.experiment.spec import SpecError
from scalebed.experiment.workloads import workloads
from scalebed.records.run_directory import RunDirectory
from scalebed.records.runs import finished, retell

ALL = scenarios()


def named(*names: str, first: str | None = None, every: bool = False) -> list[str]:
    return [scenario.key for scenario in choose(names, first, every=every)]


def test_there_are_twenty_and_the_classic() -> None:
    assert [scenario.key for scenario in ALL] == [*(f"{number:02d}" for number in range(1, 21)), "classic"]


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        ((), []),
        (("10",), ["10"]),
        (("5", "05", "05-single-read"), ["05"]),
        (("classic", "1"), ["classic", "01"]),
    ],
)
def test_a_scenario_goes_by_its_number_or_its_name(names: tuple[str, ...], keys: list[str]) -> None:
    assert named(*names) == keys


def test_from_a_number_onward_and_all() -> None:
    assert named(first="18") == ["18", "19", "20", "classic"]
    assert named(first="9")[0] == "09"
    assert len(named(every=True)) == 21


def test_what_no_scenario_is_called_is_refused_with_those_there_are() -> None:
    with pytest.raises(SpecError, match=r"^21: there is no such scenario; they are 01-health, 02-json, .* classic$"):
        named("21")
    with pytest.raises(SpecError, match=r"^scenario: name scenarios, or --from"):
        named("3", first="5")


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_each_has_a_pair_whose_services_know_their_switches(scenario: Scenario) -> None:
    spec = experiment(scenario)
    assert spec.name == spec.workload == scenario.name
    assert spec.workload in workloads()
    assert spec.description
    assert spec.advice.endswith(".")
    assert len(spec.variants) >= 2
    assert spec.kind == ("closed" if scenario.key in {"11", "18", "19", "classic"} else "fixed-rate")
    for variant in spec.variants:
        read_service(paths.ROOT, variant.service).effective(variant.switches)


def test_the_spike_goes_from_ten_to_a_hundred_and_back() -> None:
    spec = experiment(choose(["19"], None, every=False)[0])
    assert [stage.users for stage in spec.stages] == [10, 100, 10]


def test_the_classic_is_fifty_users_for_two_and_a_half_minutes() -> None:
    spec = experiment(choose(["classic"], None, every=False)[0])
    assert (spec.kind, spec.users, spec.duration) == ("closed", 50, 150)


def test_variants_are_the_scenarios_own_or_services() -> None:
    (scenario,) = choose(["10"], None, every=False)
    own = {variant.name: variant for variant in experiment(scenario).variants}
    chosen = experiment(scenario, ["naive", "eager"]).variants
    assert [variant.name for variant in chosen] == ["naive", "eager"]
    assert chosen[0].service == "naive"
    assert not chosen[0].switches
    assert chosen[1] == own["eager"]


def test_switches_follow_a_colon() -> None:
    (scenario,) = choose(["10"], None, every=False)
    services, own = experiment(scenario, ["fastapi:data=sqlalchemy,cache=off", "lazy:json=stdlib"]).variants
    assert (services.name, services.service) == ("fastapi-sqlalchemy-cache-off", "fastapi")
    assert services.switches == {"data": "sqlalchemy", "cache": "off"}
    assert (own.name, own.service) == ("lazy-stdlib", "optimized")
    assert own.switches == {"cache": "off", "eager": "off", "json": "stdlib"}


def test_settings_reach_the_experiment_beside_variants() -> None:
    (scenario,) = choose(["10"], None, every=False)
    spec = experiment(scenario, ["optimized"], ["blocks=1", "dataset.contacts=500"])
    assert (spec.blocks, spec.dataset.contacts, len(spec.variants)) == (1, 500, 1)


@pytest.mark.parametrize(
    ("variants", "told"),
    [
        (["A b"], "--variant A b: A b must be"),
        (["A b:cache=off"], "--variant A b:cache=off: A b must be"),
        (["naive"] * 2, "the same name"),
        (["naive:workers"], "--variant naive:workers: switches are written SWITCH=VALUE"),
        (["naive:workers=2,"], "--variant naive:workers=2,: switches are"),
    ],
)
def test_variants_that_cannot_be_are_refused(variants: list[str], told: str) -> None:
    (scenario,) = choose(["10"], None, every=False)
    with pytest.raises(SpecError, match=told):
        experiment(scenario, variants)


def test_a_run_is_finished_when_all_its_repetitions_are(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=3)
    manifest = directory.manifest()
    assert not finished(directory, manifest.experiment)
    directory.add_repetition(repetition(*manifest.order[3]))
    assert finished(directory, manifest.experiment)
    assert not finished(directory, manifest.experiment.model_copy(update={"seed": 99}))
    assert not finished(RunDirectory(tmp_path / "nothing"), manifest.experiment)


def test_a_finished_run_says_what_its_experiment_says_by_now(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=4)
    anew = directory.manifest().experiment.model_copy(update={"advice": "Join what you show."})
    assert finished(directory, anew)
    retell(directory, anew)
    assert directory.manifest().experiment == anew
