"""Turns a run directory into the views that renderers lay out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scalebed.experiment.plan import Cell
from scalebed.experiment.plan import cells as planned_cells
from scalebed.measurement import histograms
from scalebed.measurement.errors import DROPPED
from scalebed.measurement.histograms import Latencies
from scalebed.records.run_directory import Repetition, RunDirectory, Trial
from scalebed.report.findings import bottleneck, brackets, caveats, memory
from scalebed.report.findings.bottleneck import Bottleneck
from scalebed.report.findings.brackets import Bracket
from scalebed.report.findings.checks import checks, kept_limit, memory_kind, quota_kind
from scalebed.report.findings.comparing import comparisons
from scalebed.report.findings.conclusion import conclude
from scalebed.report.findings.courses import courses
from scalebed.report.findings.followings import followings
from scalebed.report.findings.gathering import Gathered, counted, gather, highest_met, mean_of, undisturbed
from scalebed.report.findings.memory import Memory
from scalebed.report.findings.outages import fault_views
from scalebed.report.findings.trust import trust
from scalebed.report.findings.views import (
    Analysis,
    Basis,
    Caveat,
    CellView,
    Demand,
    EndpointView,
    InvalidTrials,
    State,
    TrialView,
)
from scalebed.report.kinds import WORDS
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval


def analyse(directory: RunDirectory) -> Analysis:
    """Raises `RunDirectoryError` where the directory is none or a file in it cannot be read."""
    return of_gathered(gather(directory))


def of_gathered(run: Gathered) -> Analysis:
    """Of a run that was read."""
    experiment = run.manifest.experiment
    cores = _cores(run.manifest.fingerprint)
    rates = {cell.id: _rates(run, cell.id) for cell in planned_cells(experiment)}
    cells = tuple(_cell(run, cell, rates, cores) for cell in planned_cells(experiment))
    minded = caveats.caveats(run, cells)
    cells = _minding(cells, minded, experiment.variants[0].name)
    compared = comparisons(run, cells)
    basis = {cell.id: run.basis_of(cell.id) for cell in planned_cells(experiment)}
    fitted = any(r.capacity != r.lower for r in run.repetitions.values() if r.outcome == "found")
    return Analysis(
        manifest=run.manifest,
        rate_name=WORDS[experiment.kind].rate_name,
        rate_meaning=WORDS[experiment.kind].rate_meaning(experiment),
        variants=tuple(variant.name for variant in experiment.variants),
        replicas=tuple(sorted(experiment.replicas)),
        cells=cells,
        trials=tuple(run.trials),
        cores=cores,
        checks=checks(run, cells),
        invalid=_invalid(run),
        demands=_demands(cells) if experiment.traits.seeks else (),
        trust=trust(run, cells, compared, fitted=fitted),
        comparisons=compared,
        fitted=fitted,
        faults=fault_views(experiment, planned_cells(experiment), basis),
        courses=courses(experiment, planned_cells(experiment), basis),
        followings=followings(
            experiment,
            [trial for trials in run.basis.values() for trial in trials],
            str(run.manifest.fingerprint.get("cluster", {}).get("kubernetes", "")),
        ),
        caveats=minded,
        conclusions=conclude(experiment, [cell.id for cell in cells], run.repetitions.values(), run.trials),
    )


def _minding(cells: Sequence[CellView], minded: Sequence[Caveat], base: str) -> tuple[CellView, ...]:
    """The cells with their caveats; what is rough is compared with nothing."""
    known = [replace(cell, caveats=tuple(c.kind for c in caveats.of_cell(minded, cell.id))) for cell in cells]
    rough = {(cell.variant, cell.replicas) for cell in known if cell.rough}
    fewest = min(cell.replicas for cell in known)
    return tuple(
        replace(
            cell,
            ratio=None if {(cell.variant, cell.replicas), (base, cell.replicas)} & rough else cell.ratio,
            efficiency=None if {(cell.variant, cell.replicas), (cell.variant, fewest)} & rough else cell.efficiency,
        )
        for cell in known
    )


def _rates(run: Gathered, cell: str) -> dict[int, Bracket]:
    """The cell's rate in each block that found one."""
    experiment = run.manifest.experiment
    if experiment.traits.seeks or experiment.compares:
        planned = cell in experiment.search.around
        found = {block: brackets.of(r, planned=planned) for (name, block), r in run.repetitions.items() if name == cell}
        return {block: bracket for block, bracket in found.items() if bracket is not None}
    if experiment.traits.counts_answers:
        return {
            block: Bracket.exact(float(np.mean([trial.rate_achieved for trial in undisturbed(trials)])))
            for (name, block), trials in run.basis.items()
            if name == cell and any(trial.rate_achieved > 0 for trial in undisturbed(trials))
        }
    return {}


def _cell(run: Gathered, cell: Cell, rates: Mapping[str, Mapping[int, Bracket]], cores: float | None) -> CellView:
    experiment = run.manifest.experiment
    fewest, given = min(experiment.replicas), experiment.traits.gives_rates
    own = rates[cell.id]
    first = rates[replace(cell, variant=experiment.variants[0]).id]
    single = rates[replace(cell, replicas=fewest).id]
    rate = _rate(run, cell.id, own)
    trials, basis = _basis(run, cell.id, own)
    told = undisturbed(trials)
    cpu_ms = {part: s * 1000 for part, s in mean_of(trial.cpu_s_per_request for trial in told).items()}
    per_arrival = float(np.mean([trial.requests_per_arrival for trial in trials])) if trials else 1.0
    pauses = [trial.pause_ms for trial in trials if trial.pause_ms is not None]
    quota = _quota(run, cell)
    near = _watched(run, cell.id, rate)
    watched = near or told
    # What a comparison shows is its common load, which need not be near anyone's limit.
    at_rate = rate is not None and basis == "at the rate" and not experiment.compares
    utilisation = bottleneck.mean_utilisation(told if experiment.compares else watched)
    endpoints, latencies = _endpoints(trials)
    requests = sum(trial.requests + trial.errors.get(DROPPED, 0) for trial in trials)
    errors: Counter[str] = Counter()
    for trial in trials:
        errors.update(trial.errors)
    failed = sum(errors.values()) if experiment.slo.latency_of == "all" else 0
    slo_latency = latencies.percentile_ms(experiment.slo.percentile, failed) if latencies.total + failed else None
    state, note = _state(run, cell.id, rate, slo_latency)
    return CellView(
        id=cell.id,
        variant=cell.variant.name,
        replicas=cell.replicas,
        state=state,
        note=note,
        planned=experiment.blocks if experiment.duet else sum(name == cell.id for _, name in run.manifest.order),
        done=sum(1 for name, _ in run.repetitions if name == cell.id),
        rate=rate,
        ratio=None if given or cell.variant.name == experiment.variants[0].name else brackets.ratio(own, first),
        efficiency=None
        if given or cell.replicas == fewest
        else brackets.efficiency(own, cell.replicas, single, fewest),
        basis=basis,
        rate_measured=float(np.mean([t.rate_achieved for t in trials])) if trials else None,
        requests=requests,
        availability=1 - sum(errors.values()) / requests if requests else None,
        errors=dict(errors),
        p50=latencies.percentile_ms(50) if latencies.total else None,
        p95=latencies.percentile_ms(95) if latencies.total else None,
        p99=latencies.percentile_ms(99) if latencies.total else None,
        slo_latency=slo_latency,
        cpu_ms=cpu_ms,
        utilisation=utilisation,
        quota_cores=quota,
        quota_share=bottleneck.quota_explained(rate.estimate, cpu_ms["service"] * per_arrival / 1000, quota)
        if at_rate and rate and quota and "service" in cpu_ms and cell.autoscaler is None
        else None,
        ceiling=bottleneck.host_ceiling(cores, {part: ms * per_arrival / 1000 for part, ms in cpu_ms.items()})
        if cores and not experiment.compares
        else None,
        limit=_limit(run, watched, bottleneck.mean_utilisation(watched), cores, limited=quota is not None)
        if at_rate or (near and experiment.compares)
        else None,
        endpoints=endpoints,
        users=cell.users,
        scale=cell.scale,
        per_arrival=per_arrival,
        pause_ms=float(np.mean(pauses)) if pauses else None,
        least=None if rate is not None else _least(run, cell.id),
        memory=_memory(run, cell, trials if basis == "at the rate" else ()),
        fault="" if cell.fault is None else cell.fault.name,
    )


def _quota(run: Gathered, cell: Cell) -> float | None:
    """Cores of all its replicas together."""
    each = cell.cpu_per_replica if cell.variant.runs_here else kept_limit(run.manifest.fingerprint, cell.variant.name)
    return None if each is None else cell.most * each


def _memory(run: Gathered, cell: Cell, resting: Sequence[Trial]) -> Memory | None:
    """Where the kernel killed something, there is no telling what it would have taken."""
    experiment, own = run.manifest.experiment, [trial for trial in run.trials if trial.cell == cell.id]
    killed = any(trial.killed for trial in own)
    quotas = cell.variant.runs_here and quota_kind(run.manifest.fingerprint) not in (None, "none")
    return memory.of_cell(
        () if killed else [memory.reading(trial, experiment) for trial in resting],
        [trial.memory for trial in own if trial.verdict != "INVALID"],
        None if memory_kind(run.manifest.fingerprint) == "none" else experiment.memory_per_replica,
        experiment.cpu_per_replica if quotas else None,
    )


def _rate(run: Gathered, cell: str, own: Mapping[int, Bracket]) -> Interval | None:
    if run.manifest.experiment.traits.asks_rates:
        met = highest_met(trial for trial in run.trials if trial.cell == cell)
        blocks = {t.block for t in run.trials if t.cell == cell and t.rate_asked == met and t.verdict == "PASS"}
        return None if met is None else Interval(met, None, None, len(blocks))
    return brackets.interval(own.values())


def _basis(run: Gathered, cell: str, own: Mapping[int, Bracket]) -> tuple[list[Trial], Basis]:
    """The trials that a cell's figures rest on: at its rate, else unloaded."""
    if run.manifest.experiment.traits.seeks:
        trials = [trial for block in sorted(own) for trial in run.basis.get((cell, block), [])]
    else:
        trials = run.basis_of(cell)
    if trials:
        return trials, "at the rate"
    unloaded = run.unloaded_of(cell)
    return unloaded, "unloaded" if unloaded else "none"


def _watched(run: Gathered, cell: str, rate: Interval | None) -> list[Trial]:
    """Trials that show what limits a capacity: those near it, passed or not."""
    experiment = run.manifest.experiment
    if rate is None or not (experiment.traits.seeks or experiment.compares):
        return []
    # In a duet the host is also busy with the other side.
    alone = [trial for trial in run.slim.get(cell, []) if trial.beside is None]
    return bottleneck.near_capacity(alone, rate.estimate)


def _limit(
    run: Gathered, watched: Sequence[Trial], utilisation: Mapping[str, float], cores: float | None, *, limited: bool
) -> Bottleneck | None:
    """None for fixed rates and for loads that an autoscaler follows, which need not be anyone's limit."""
    traits = run.manifest.experiment.traits
    if cores is None or traits.gives_rates or traits.autoscales:
        return None
    throttled = float(np.mean([trial.throttled_share for trial in watched])) if watched else None
    quotas = limited and quota_kind(run.manifest.fingerprint) != "none"
    return bottleneck.name_limit(utilisation, cores, has_quota=quotas, throttled_share=throttled)


def _state(run: Gathered, cell: str, rate: Interval | None, slo_latency: float | None) -> tuple[State, str]:
    repetitions = [r for (name, _), r in run.repetitions.items() if name == cell]
    seen = [trial for trial in run.trials if trial.cell == cell]
    outcomes = Counter(r.outcome for r in repetitions)
    if rate is not None:
        others: dict[str, int] = {o: n for o, n in outcomes.items() if o not in ("found", "measured")}
        if still := sum(1 for r in repetitions if r.outcome == "found" and r.upper is None):
            others["at least this"] = still
        return "found", figures.listing([f"{said} in {figures.count(n, 'block')}" for said, n in others.items()])
    if seen and all(trial.verdict == "INVALID" for trial in seen):
        return "INVALID", " ".join(dict.fromkeys(reason for trial in seen for reason in trial.reasons))
    if run.manifest.experiment.compares and run.basis_of(cell):
        sought = [f"{outcome} in {figures.count(n, 'block')}" for outcome, n in outcomes.items()]
        return "measured", figures.listing([f"capacity {text}" for text in sought if not text.startswith("measured")])
    if run.manifest.experiment.traits.disrupts and run.basis_of(cell):
        return "measured", ""
    if seen and run.manifest.experiment.traits.asks_rates:
        return _unmet(seen)
    return _outcome(run, repetitions, slo_latency, begun=bool(seen))


def _unmet(seen: Sequence[TrialView]) -> tuple[State, str]:
    """Of rates that were given, and none of them met; the same that the exit code says."""
    missed = {trial.rate_asked for trial in seen if trial.verdict == "FAIL"}
    told = [trial for trial in seen if trial.rate_asked not in missed]
    if not told:
        return "none at this SLO", "no rate asked was met"
    return "undecided", " ".join(dict.fromkeys(r for t in told if t.verdict != "PASS" for r in t.reasons))


def _outcome(
    run: Gathered, repetitions: Sequence[Repetition], slo_latency: float | None, *, begun: bool
) -> tuple[State, str]:
    """What most repetitions say of a cell that they found no rate for."""
    if not repetitions:
        return "not measured", "interrupted before its first repetition was finished" if begun else ""
    outcome = Counter(r.outcome for r in repetitions).most_common(1)[0][0]
    if outcome == "none at this SLO" and slo_latency:
        slo = run.manifest.experiment.slo
        name = figures.percentile_name(slo.percentile)
        return outcome, f"{name} is {figures.milliseconds(slo_latency)} unloaded"
    notes = " ".join(dict.fromkeys(r.note for r in repetitions if r.note))
    if _least(run, repetitions[0].cell) is not None:
        if any(r.outcome == "beyond the generator" for r in repetitions):
            return "beyond the generator", "host or generator carried no more"
        return "at least", "something disturbed all that was tried above it" if _shaken(run, repetitions) else notes
    if outcome not in ("none at this SLO", "beyond the generator", "not found"):
        return "not found", notes or "no repetition names a rate"
    return outcome, notes


def _shaken(run: Gathered, repetitions: Sequence[Repetition]) -> bool:
    return any(trial.disturbed for trial in run.slim.get(repetitions[0].cell, []))


def _least(run: Gathered, cell: str) -> float | None:
    """What was served in each block that tells so much and no more."""
    served = [r.lower for (name, _), r in run.repetitions.items() if name == cell and r.outcome in _BOUNDS and r.lower]
    if run.manifest.experiment.traits.counts_answers:
        # Beside a disturbance the users get no more answers than without it.
        served += [max(t.rate_achieved for t in trials) for (name, _), trials in run.basis.items() if name == cell]
    return min((rate for rate in served if rate), default=None)


_BOUNDS = ("beyond the generator", "at least")


def _endpoints(trials: Sequence[Trial]) -> tuple[tuple[EndpointView, ...], Latencies]:
    """Latencies are those of requests that succeeded."""
    encoded: defaultdict[str, list[str]] = defaultdict(list)
    statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        for record in counted(trial):
            encoded[record.endpoint] += [] if record.failure else [record.histogram]
            statuses[record.endpoint][record.status] += record.count
            if record.failure:
                kinds[record.endpoint][record.failure] += record.count
    merged = {endpoint: histograms.merge(texts) for endpoint, texts in encoded.items()}
    total = sum(n for by_status in statuses.values() for n in by_status.values())
    views = [
        EndpointView(
            endpoint=endpoint,
            requests=(requests := sum(statuses[endpoint].values())),
            share=requests / total,
            p50=latencies.percentile_ms(50),
            p95=latencies.percentile_ms(95),
            p99=latencies.percentile_ms(99),
            max=latencies.max_ms,
            errors=sum(kinds[endpoint].values()),
            kinds=dict(kinds[endpoint]),
            statuses=dict(sorted(statuses[endpoint].items())),
        )
        for endpoint, latencies in merged.items()
    ]
    return tuple(sorted(views, key=lambda view: -view.requests)), sum(merged.values(), start=Latencies())


def _invalid(run: Gathered) -> tuple[InvalidTrials, ...]:
    groups: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for trial in run.trials:
        if trial.verdict == "INVALID":
            groups[(trial.cell, trial.reasons)].append(f"b{trial.block:02d}-{trial.cell}-{trial.index:02d}.json")
    return tuple(InvalidTrials(cell, reasons, tuple(names)) for (cell, reasons), names in groups.items())


def _demands(cells: Iterable[CellView]) -> tuple[Demand, ...]:
    """For round rates within what was measured: the fewest replicas whose interval lies above the rate."""
    sure: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for cell in cells:
        sure[cell.variant]  # a variant without any capacity is listed too
        if cell.rate is not None:
            sure[cell.variant][cell.replicas] = cell.rate.estimate if cell.rate.lower is None else cell.rate.lower
    found = [rate for by_replicas in sure.values() for rate in by_replicas.values()]
    if not found or max(len(by_replicas) for by_replicas in sure.values()) < 2:
        return ()
    steps = [m * 10.0**e for e in range(-2, 6) for m in (1, 2, 5)]
    within = [step for step in steps if min(found) / 2 <= step <= max(found) * 1.3][-8:]
    return tuple(
        Demand(
            rate,
            {
                variant: min((n for n, capacity in by_replicas.items() if capacity >= rate), default=None)
                for variant, by_replicas in sure.items()
            },
        )
        for rate in within
    )


def _cores(fingerprint: Mapping[str, object]) -> float | None:
    """`cores` of the fingerprint, wherever it stands."""
    for key, value in fingerprint.items():
        if key == "cores" and isinstance(value, int | float):
            return float(value)
        if isinstance(value, Mapping) and (found := _cores(value)) is not None:
            return found
    return None
