"""Reads a run directory once, trial by trial, and keeps of each only what the report needs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scalebed.experiment.spec import Experiment
from scalebed.records.run_directory import EndpointRecord, Manifest, Repetition, RunDirectory, Trial
from scalebed.report.findings import leak, memory
from scalebed.report.findings.views import TrialView
from scalebed.search.duet import counting
from scalebed.search.observation import stands


@dataclass
class Gathered:
    """A run as read: repetitions, small trials, and the whole of those trials that figures rest on."""

    manifest: Manifest
    repetitions: dict[tuple[str, int], Repetition]
    """By cell and block."""
    trials: list[TrialView] = field(default_factory=list)
    basis: dict[tuple[str, int], list[Trial]] = field(default_factory=dict)
    """By cell and block: the trials at the cell's rate."""
    slim: dict[str, list[Trial]] = field(default_factory=dict)
    """By cell: every trial without its seconds."""
    unloaded: dict[tuple[str, int], list[Trial]] = field(default_factory=dict)
    paired: dict[tuple[str, int], list[Trial]] = field(default_factory=dict)
    """By cell and block: without their seconds, the trials that ran with another cell deployed beside them."""
    counting: frozenset[tuple[str, int, int]] = frozenset()
    """Of those the ones that count, with their index."""
    warnings: Counter[str] = field(default_factory=Counter)

    def counts(self, trial: Trial) -> bool:
        """Whether figures rest on it: of a duet, not on what tells only what the sides do to each other."""
        return trial.beside is None or (trial.cell, trial.block, trial.index) in self.counting

    def basis_of(self, cell: str) -> list[Trial]:
        return [trial for key, trials in self.basis.items() if key[0] == cell for trial in trials]

    def unloaded_of(self, cell: str) -> list[Trial]:
        return [trial for key, trials in self.unloaded.items() if key[0] == cell for trial in trials]


def gather(directory: RunDirectory) -> Gathered:
    """Raises `RunDirectoryError` where the directory is none or a file in it cannot be read."""
    manifest = directory.manifest()
    repetitions = {(r.cell, r.block): r for r in directory.repetitions()}
    run = Gathered(manifest, repetitions)
    for trial in directory.trials():
        run.trials.append(_view(trial, manifest.experiment))
        slim = trial.model_copy(update={"endpoints": (), "generator": (), "usage": ()})
        run.slim.setdefault(trial.cell, []).append(slim)
        if trial.beside is not None:
            run.paired.setdefault((trial.cell, trial.block), []).append(slim)
        run.warnings.update(trial.warnings)
        _keep(run, trial)
    run.counting = counting(run.paired)
    run.basis = {key: kept for key, trials in run.basis.items() if (kept := list(filter(run.counts, trials)))}
    if manifest.experiment.traits.asks_rates:
        _keep_highest_met(run)
    run.basis = {key: undisturbed(trials) or trials for key, trials in run.basis.items()}
    return run


def _keep(run: Gathered, trial: Trial) -> None:
    """Whole trials are large, so a capacity search keeps one a repetition: its highest that passed."""
    key = (trial.cell, trial.block)
    if trial.verdict == "INVALID":
        return
    if trial.purpose == "unloaded":
        run.unloaded.setdefault(key, []).append(trial)
    elif trial.purpose in {"fixed-rate", "closed"}:
        run.basis.setdefault(key, []).append(trial)
    elif run.manifest.experiment.compares:
        return  # of a search: what is compared rests on the common load
    elif trial.verdict == "PASS":
        held, repetition = run.basis.get(key), run.repetitions.get(key)
        if repetition and repetition.lower and trial.rate_asked > repetition.lower * 1.001:
            return  # passed once, but the search did not confirm it
        if held is None or trial.rate_asked >= held[0].rate_asked:
            run.basis[key] = [trial]


def undisturbed(trials: Iterable[Trial]) -> list[Trial]:
    """Those whose readings count, and not their verdict alone."""
    return [trial for trial in trials if not trial.disturbed]


def highest_met(trials: Iterable[TrialView]) -> float | None:
    """The highest rate at which a trial passed and no valid one, in any block, did otherwise."""
    tried: defaultdict[float, list[TrialView]] = defaultdict(list)
    for trial in trials:
        tried[trial.rate_asked].append(trial)
    return max((rate for rate, seen in tried.items() if _met(seen)), default=None)


def _met(tried: Sequence[TrialView]) -> bool:
    valid = [trial for trial in tried if trial.verdict != "INVALID"]
    against = sum(trial.verdict == "INVALID" and trial.disturbed and trial.judged != "PASS" for trial in tried)
    passed = [trial.disturbed for trial in valid if trial.verdict == "PASS"]
    return bool(valid) and len(passed) == len(valid) and stands(passed, against)


def _keep_highest_met(run: Gathered) -> None:
    by_cell: defaultdict[str, list[TrialView]] = defaultdict(list)
    for trial in run.trials:
        by_cell[trial.cell].append(trial)
    met = {cell: highest_met(trials) for cell, trials in by_cell.items()}
    run.basis = {key: [t for t in trials if t.rate_asked == met[key[0]]] for key, trials in run.basis.items()}


def counted(trial: Trial) -> Iterable[EndpointRecord]:
    """The responses after the warm-up was cut and before the load was over."""
    return (record for record in trial.endpoints if trial.counts(record.second))


def mean_of(mappings: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The mean for each key, over the mappings that have it."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for mapping in mappings:
        for key, value in mapping.items():
            values[key].append(value)
    return {key: float(np.mean(found)) for key, found in values.items()}


def _view(trial: Trial, experiment: Experiment) -> TrialView:
    return TrialView(
        cell=trial.cell,
        variant=trial.variant,
        replicas=trial.replicas,
        block=trial.block,
        index=trial.index,
        purpose=trial.purpose,
        rate_asked=trial.rate_asked,
        rate_achieved=trial.rate_achieved,
        p50=trial.latency_ms.get("p50", math.nan),
        p95=trial.latency_ms.get("p95", math.nan),
        p99=trial.latency_ms.get("p99", math.nan),
        slo_latency=math.inf if trial.slo_percentile_ms is None else trial.slo_percentile_ms or math.nan,
        verdict=trial.verdict,
        judged=trial.judged,
        disturbed=trial.disturbed,
        rough=trial.rough,
        causes=trial.causes,
        died=trial.died,
        reasons=trial.reasons,
        requests=trial.requests,
        errors=sum(trial.errors.values()),
        duration_s=trial.duration_s,
        warmup_cut_s=trial.warmup_cut_s,
        steal_share=trial.steal_share,
        foreign_cores=trial.foreign_cores,
        throttled_share=trial.throttled_share,
        little_ratio=trial.little_ratio,
        dropped=sum(second.dropped for second in trial.generator),
        lag_ms=max((second.lag_ms for second in trial.generator), default=0.0),
        dispersion=_dispersion(trial),
        checks=trial.checks,
        growths=leak.growths(trial),
        memory=memory.reading(trial, experiment),
        killed=trial.killed,
        looked_at=bool(trial.memory),
    )


def _dispersion(trial: Trial) -> float | None:
    """Variance over mean of arrivals a second (the index of dispersion); the last second may be cut short.

    None in a closed model, where arrivals follow answers.
    """
    if not trial.rate_asked:
        return None
    arrivals = [s.arrivals + s.dropped for s in trial.generator if trial.counts(s.second)][:-1]
    if len(arrivals) < 5 or sum(arrivals) < 30:
        return None
    return float(np.var(arrivals, ddof=1) / np.mean(arrivals))
