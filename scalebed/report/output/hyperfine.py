"""Cells of runs in the JSON of hyperfine 2's `--export-json` (its schema version 2), for what reads that.

A cell is a benchmark, and a block of it a run: its wall-clock time is the mean latency of a request, its CPU time what
a request cost service, database, pooler and cache. CPU in user and in system mode are not told apart, and so left out,
as hyperfine leaves out what it cannot measure; so is `hyperfine_version`, as it is not hyperfine that wrote this.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean, median, stdev

from scalebed.experiment.plan import Cell, cells
from scalebed.measurement.usage import SERVING
from scalebed.records.run_directory import Manifest, RunDirectory, Trial
from scalebed.report.findings import memory
from scalebed.report.findings.gathering import Gathered, gather, undisturbed

SCHEMA_VERSION = 2
WALL, CPU, MEMORY = "time_wall_clock", "time_cpu", "memory_peak_resident"
_UNITS: Mapping[str, str] = {WALL: "second", CPU: "second", MEMORY: "byte"}
_EXIT_CODES = {"PASS": 0, "FAIL": 1}
_UNDECIDED = 3

Measurement = Mapping[str, float]
"""Values by their names, and `exit_code`."""


@dataclass(frozen=True)
class _Benchmark:
    cell: str
    run: str
    numbers: Mapping[str, int]
    """Of the cell, by name."""
    load: tuple[object, ...]
    """What was asked; two that are alike may be timed against each other."""
    measurements: Sequence[Measurement]


@dataclass(frozen=True)
class Exported:
    """The text, empty where no cell tells anything, and what is not in it."""

    text: str
    left_out: tuple[str, ...]
    rough: tuple[str, ...] = ()
    """Runs on a host that was shared, whose figures tell nothing beside others."""


def export(runs: Mapping[str, RunDirectory]) -> Exported:
    """Cells of the runs, by the names of these. Raises `RunDirectoryError`."""
    told: list[_Benchmark] = []
    left_out: list[str] = []
    manifests = []
    for name, directory in runs.items():
        gathered = gather(directory)
        manifests.append(gathered.manifest)
        for cell in cells(gathered.manifest.experiment):
            measurements = () if cell.fault is not None else _measurements(gathered, cell)
            if not measurements:
                left_out.append(_named(cell.id, name, several=len(runs) > 1))
                continue
            numbers = {"replicas": cell.replicas} | ({"users": cell.users} if cell.users else {})
            told.append(_Benchmark(cell.id, name, numbers, _load(gathered, cell), measurements))
    primary = _primary(told)
    if primary is None:
        return Exported("", tuple(left_out))
    rough = tuple(name for name, manifest in zip(runs, manifests, strict=True) if manifest.host == "shared")
    document = {
        "schema_version": SCHEMA_VERSION,
        "metadata": _metadata(manifests),
        "primary_metric": primary,
        "results": [_result(each, told, several=len(runs) > 1) for each in told],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return Exported(text, tuple(left_out), rough)


def _measurements(run: Gathered, cell: Cell) -> tuple[Measurement, ...]:
    """One a block, of the trials that the report's figures rest on and whose readings count."""
    blocks = (undisturbed(run.basis[key]) for key in sorted(run.basis) if key[0] == cell.id)
    return tuple(found for trials in blocks if (found := _measurement(trials, run.manifest)))


def _measurement(trials: Sequence[Trial], manifest: Manifest) -> Measurement:
    """Of a block; empty where it tells no latency."""
    latencies = [trial.latency_ms["mean"] for trial in trials if math.isfinite(trial.latency_ms.get("mean", math.nan))]
    if not latencies:
        return {}
    values: dict[str, float] = {WALL: fmean(latencies) / 1000}
    costs = [trial.serving_cpu_s_per_request for trial in trials if set(SERVING) & trial.cpu_s_per_request.keys()]
    if costs:
        values[CPU] = fmean(costs)
    # A working set, where one was read, has files in it, and is no resident memory.
    taken = [memory.reading(trial, manifest.experiment) for trial in trials]
    resident = [each.most_bytes for each in taken if each is not None and each.kind == "resident"]
    if resident:
        values[MEMORY] = float(max(resident))
    codes = {_EXIT_CODES.get(trial.verdict, _UNDECIDED) for trial in trials}
    return {**values, "exit_code": next(code for code in (1, _UNDECIDED, 0) if code in codes)}


def _load(run: Gathered, cell: Cell) -> tuple[object, ...]:
    """A capacity is a load of its own in each block."""
    experiment = run.manifest.experiment
    if experiment.traits.seeks:
        return ("capacity", cell.id)
    rates = {trial.rate_asked for trial in run.basis_of(cell.id)}
    over_time = repr((experiment.profile, experiment.stages))
    return (experiment.workload, cell.users or experiment.users, tuple(sorted(rates)), over_time)


def _primary(told: Sequence[_Benchmark]) -> str | None:
    """What is compared where nobody says: times only of one load. None where nothing can be."""
    if told and len({each.load for each in told}) == 1:
        return WALL
    return CPU if told and all(CPU in each for one in told for each in one.measurements) else None


def _metadata(manifests: Sequence[Manifest]) -> dict[str, object]:
    began = min(datetime.fromisoformat(manifest.started) for manifest in manifests).astimezone(UTC)
    machine = manifests[0].fingerprint.get("host")
    said = machine if isinstance(machine, Mapping) else {}
    platform = {"os": "Linux"} | ({"architecture": said["architecture"]} if "architecture" in said else {})
    versions = ", ".join(dict.fromkeys(manifest.scalebed_version for manifest in manifests))
    return {"scalebed_version": versions, "start_time": f"{began:%Y-%m-%dT%H:%M:%SZ}", "platform": platform}


def _result(one: _Benchmark, every: Sequence[_Benchmark], *, several: bool) -> dict[str, object]:
    result: dict[str, object] = {"command": one.cell}
    if several:
        result["name"] = _named(one.cell, one.run, several=True)
    result["measurements"] = [
        {key: value if key == "exit_code" else _quantity(key, value) for key, value in each.items()}
        for each in one.measurements
    ]
    # Scripts that plot over a parameter take no more than one, so what is the same everywhere is none.
    varied = {
        key: {"value": str(value)}
        for key, value in one.numbers.items()
        if len({each.numbers.get(key) for each in every}) > 1
    }
    if varied:
        result["parameters"] = varied
    result["summary"] = {name: _summary(name, one.measurements) for name in _UNITS if _whole(name, one.measurements)}
    return result


def _quantity(name: str, value: float) -> dict[str, object]:
    return {"value": value, "unit": _UNITS[name]}


def _whole(name: str, measurements: Iterable[Measurement]) -> bool:
    """What some run lacks is not summed up, as hyperfine has it."""
    return all(name in each for each in measurements)


def _summary(name: str, measurements: Sequence[Measurement]) -> dict[str, object]:
    values = [each[name] for each in measurements]
    return {
        "unit": _UNITS[name],
        "count": len(values),
        "mean": fmean(values),
        "stddev": stdev(values) if len(values) > 1 else None,
        "median": median(values),
        "min": min(values),
        "max": max(values),
    }


def _named(cell: str, run: str, *, several: bool) -> str:
    return f"{run}: {cell}" if several else cell
