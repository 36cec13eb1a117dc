"""What the command line's words say of engine and rates."""

import json
from pathlib import Path

import pytest
from recorded import repetition, run

from scalebed.cli.engine_options import Choice, capacities, experiment
from scalebed.execution.clock import SystemClock
from scalebed.experiment.spec import Experiment, SpecError, parse_experiment
from scalebed.messages import EngineError
from scalebed.records.run_directory import RunDirectory


def test_a_clusters_words_without_a_cluster_are_refused() -> None:
    with pytest.raises(EngineError, match="--namespace x: is for a cluster; add --engine kubernetes"):
        Choice(namespace="x").engine(parse_experiment({"name": "x", "variants": ["naive"]}, "x"), SystemClock(), print)
    with pytest.raises(EngineError, match="--context x: is for a cluster"):
        Choice(context="x").down("local", print, purge=False)


def test_an_earlier_runs_capacities_become_the_rates_to_look_near(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=0)
    for block, capacity in enumerate((40.0, 90.0)):
        directory.add_repetition(repetition(block, "naive-x1", capacity=capacity))
        directory.add_repetition(repetition(block, "optimized-x1", capacity=None, outcome="not found"))
    assert capacities(directory) == pytest.approx({"naive-x1": 60.0})

    file = tmp_path / "x.yaml"
    file.write_text("name: x\nvariants: [naive]\n")
    asked = experiment(file, "kubernetes", tmp_path / "run", ["search.precision=0.2"])
    assert asked.engine == "kubernetes"
    assert asked.search.around == pytest.approx({"naive-x1": 60.0})
    assert asked.search.precision == 0.2


def test_of_an_earlier_run_only_cells_count_that_the_experiment_has(tmp_path: Path) -> None:
    directory = run(tmp_path / "run", finished=0)
    for cell in ("naive-x1", "naive-x2"):
        directory.add_repetition(repetition(0, cell, capacity=40.0))
    file = tmp_path / "x.yaml"
    file.write_text("name: x\nvariants: [naive, optimized]\n")
    assert experiment(file, None, tmp_path / "run", []).search.around == {"naive-x1": 40.0}
    with pytest.raises(SpecError, match="knows naive-x1, naive-x2 and no cell of this experiment, which has naive-x4"):
        experiment(file, None, tmp_path / "run", ["replicas=[4]", "variants=[naive]"])


def test_what_an_earlier_version_began_is_gone_on_with_as_it_was_begun(tmp_path: Path) -> None:
    """Today the file is refused: its trials are too short for the percentile."""
    keys = {"name": "x", "variants": ["naive"], "slo": {"percentile": 99.9}, "kind": "fixed-rate", "rates": [5]}
    file = tmp_path / "x.yaml"
    file.write_text(json.dumps({**keys, "duration": 10}))
    with pytest.raises(SpecError, match="come to 50 requests, and it takes"):
        experiment(file, None, None, [], tmp_path / "old")

    begun = Experiment.model_validate({**keys, "duration": 10})
    run(tmp_path / "old", finished=0, spec=begun)
    assert experiment(file, None, None, [], tmp_path / "old") == begun
    with pytest.raises(SpecError, match="come to 55 requests, and it takes"):
        experiment(file, None, None, ["duration=11"], tmp_path / "old")


def test_a_run_without_capacities_says_nothing_of_rates(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="holds no capacity"):
        capacities(RunDirectory(tmp_path))
