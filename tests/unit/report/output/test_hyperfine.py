"""Cells in the JSON that hyperfine 2.0.0 was seen to write, key by key."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest
from recorded import experiment, repetition, trial
from recorded import run as recorded_run

from scalebed.experiment.spec import Experiment
from scalebed.records.run_directory import RunDirectory
from scalebed.report.output import hyperfine

# What hyperfine 2.0.0 wrote of `hyperfine -N --runs 2 --parameter-list n 1,2 'sleep 0.0{n}' --export-json FILE`, of the
# first benchmark and of its first run; `name` is there where one was given.
WRITTEN: dict[str, Any] = json.loads("""
{
 "schema_version": 2,
 "metadata": {
  "hyperfine_version": "2.0.0",
  "start_time": "2026-11-29T18:18:35Z",
  "platform": {
   "os": "Linux",
   "architecture": "x86_64"
  }
 },
 "primary_metric": "time_wall_clock",
 "results": [
  {
   "command": "sleep 0.01",
   "measurements": [
    {
     "time_wall_clock": {
      "value": 0.012910141,
      "unit": "second"
     },
     "time_cpu": {
      "value": 0.001782,
      "unit": "second"
     },
     "time_user": {
      "value": 0.001782,
      "unit": "second"
     },
     "time_system": {
      "value": 0.0,
      "unit": "second"
     },
     "memory_peak_resident": {
      "value": 2994176.0,
      "unit": "byte"
     },
     "exit_code": 0
    }
   ],
   "parameters": {
    "n": {
     "value": "1"
    }
   },
   "summary": {
    "memory_peak_resident": {
     "unit": "byte",
     "count": 2,
     "mean": 2994176.0,
     "stddev": 0.0,
     "median": 2994176.0,
     "min": 2994176.0,
     "max": 2994176.0
    },
    "time_cpu": {
     "unit": "second",
     "count": 2,
     "mean": 0.00173,
     "stddev": 7.353910524340088e-05,
     "median": 0.00173,
     "min": 0.001678,
     "max": 0.001782
    },
    "time_wall_clock": {
     "unit": "second",
     "count": 2,
     "mean": 0.014700217500000001,
     "stddev": 0.0025315504639853636,
     "median": 0.014700217500000001,
     "min": 0.012910141,
     "max": 0.016490294000000003
    }
   }
  }
 ]
}
""")


def rates(**more: object) -> Experiment:
    keys = {"kind": "fixed-rate", "rates": [12.5], "duration": "30s", "blocks": 3, **more}
    return experiment(**keys)


def measured(path: Path, spec: Experiment, **means: tuple[float, ...]) -> RunDirectory:
    """A run with these mean latencies, in ms, by block of each variant."""
    directory = recorded_run(path, spec, finished=0)
    for variant, values in means.items():
        for block, mean in enumerate(values):
            cell = f"{variant}-x1"
            directory.add_repetition(repetition(block, cell, outcome="measured", capacity=None))
            directory.add_trial(
                trial(
                    cell=cell, variant=variant, block=block, purpose="fixed-rate", latency_ms={"mean": mean},
                    cpu_s_per_request={"service": mean / 10_000, "generator": 9.0},
                )
            )  # fmt: skip
    return directory


def exported(*runs: RunDirectory) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(hyperfine.export({run.path.name: run for run in runs}).text)
    return told


def test_a_block_is_a_run_in_seconds(tmp_path: Path) -> None:
    told = exported(measured(tmp_path / "run", rates(), naive=(20.0, 22.0, 27.0), optimized=(10.0, 10.0, 10.0)))
    naive, optimized = told["results"]
    assert (naive["command"], optimized["command"]) == ("naive-x1", "optimized-x1")
    assert [each["time_wall_clock"] for each in naive["measurements"]] == [
        {"value": pytest.approx(seconds), "unit": "second"} for seconds in (0.02, 0.022, 0.027)
    ]
    # Of what serves alone: the generator's CPU is no cost of a request.
    assert naive["measurements"][0]["time_cpu"] == {"value": pytest.approx(0.002), "unit": "second"}
    assert naive["summary"]["time_wall_clock"] == {
        "unit": "second",
        "count": 3,
        "mean": pytest.approx(0.023),
        "stddev": pytest.approx(statistics.stdev((0.02, 0.022, 0.027))),
        "median": pytest.approx(0.022),
        "min": pytest.approx(0.02),
        "max": pytest.approx(0.027),
    }
    assert told["primary_metric"] == "time_wall_clock"
    assert told["metadata"]["start_time"] == "2026-01-02T03:04:05Z"


def test_it_has_the_keys_of_hyperfine_and_of_their_types(tmp_path: Path) -> None:
    told = exported(measured(tmp_path / "run", rates(), naive=(20.0, 22.0, 27.0), optimized=(10.0,)))

    def fits(ours: object, theirs: object, place: str) -> None:
        assert type(ours) is type(theirs) or ours is None, place
        if isinstance(ours, dict) and isinstance(theirs, dict):
            for key, value in ours.items():
                if key == "scalebed_version" or place.endswith("parameters"):
                    continue
                fits(value, theirs[key], f"{place}.{key}")
        elif isinstance(ours, list) and isinstance(theirs, list):
            for each in ours:
                fits(each, theirs[0], f"{place}[]")

    fits(told, WRITTEN, "")
    assert WRITTEN.keys() == told.keys()
    assert told["results"][1]["summary"]["time_wall_clock"]["stddev"] is None


def test_times_of_unlike_loads_are_not_what_is_compared(tmp_path: Path) -> None:
    """Each capacity is a load of its own; what a request costs may be set side by side all the same."""
    spec = experiment(blocks=1)
    directory = recorded_run(tmp_path / "run", spec, finished=2)
    for variant in ("naive", "optimized"):
        directory.add_trial(trial(cell=f"{variant}-x1", variant=variant, latency_ms={"mean": 9.0}))
    assert exported(directory)["primary_metric"] == "time_cpu"


def test_without_cpu_unlike_loads_have_nothing_to_compare(tmp_path: Path) -> None:
    directory = recorded_run(tmp_path / "run", experiment(blocks=1), finished=2)
    for variant in ("naive", "optimized"):
        directory.add_trial(
            trial(cell=f"{variant}-x1", variant=variant, latency_ms={"mean": 9.0}, cpu_s_per_request={})
        )
    assert hyperfine.export({"run": directory}) == hyperfine.Exported("", ())


def test_what_was_not_measured_is_left_out_and_named(tmp_path: Path) -> None:
    made = hyperfine.export({"run": measured(tmp_path / "run", rates(), naive=(20.0,))})
    assert made.left_out == ("optimized-x1",)
    assert [each["command"] for each in json.loads(made.text)["results"]] == ["naive-x1"]


def test_a_run_on_a_shared_host_is_named(tmp_path: Path) -> None:
    run = measured(tmp_path / "run", rates(), naive=(20.0,))
    run.create(run.manifest().model_copy(update={"host": "shared"}))
    assert hyperfine.export({"run": run}).rough == ("run",)


def test_of_several_runs_each_cell_has_its_runs_name(tmp_path: Path) -> None:
    runs = [measured(tmp_path / name, rates(), naive=(20.0,), optimized=(9.0,)) for name in ("old", "new")]
    told = exported(*runs)
    assert [each["name"] for each in told["results"]] == [
        "old: naive-x1", "old: optimized-x1", "new: naive-x1", "new: optimized-x1",
    ]  # fmt: skip


def test_replicas_are_a_parameter_where_they_vary_and_no_other_is(tmp_path: Path) -> None:
    spec = rates(variants=["naive"], replicas=[1, 2])
    directory = recorded_run(tmp_path / "run", spec, finished=0)
    for replicas in (1, 2):
        cell = f"naive-x{replicas}"
        directory.add_repetition(repetition(0, cell, replicas=replicas, outcome="measured", capacity=None))
        directory.add_trial(
            trial(cell=cell, replicas=replicas, purpose="fixed-rate", latency_ms={"mean": 20.0 / replicas})
        )
    assert [each["parameters"] for each in exported(directory)["results"]] == [
        {"replicas": {"value": "1"}},
        {"replicas": {"value": "2"}},
    ]
