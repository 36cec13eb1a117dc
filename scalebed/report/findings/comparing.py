"""Compares all variants under one common load: values over blocks, ratios paired by block, and the control's floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scalebed.experiment.design import both
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import Pooling, Variant
from scalebed.records.run_directory import Trial
from scalebed.report.findings.gathering import Gathered, undisturbed
from scalebed.report.findings.views import (
    MEASURES,
    CellView,
    Compared,
    ComparedVariant,
    Comparison,
    Interaction,
    Measure,
)
from scalebed.report.sentences import figures
from scalebed.statistics import intervals

SERVING = ("service", "database", "pooler", "cache")
"""Parts whose CPU a variant can spend or save; the balancer and the generator do the same for all."""

Values = Mapping[Measure, dict[int, float]]
"""By measure and block."""


def comparisons(run: Gathered, cells: Sequence[CellView]) -> tuple[Comparison, ...]:
    """One for each replica count and number of users; none of an experiment that compares nothing."""
    experiment = run.manifest.experiment
    if not experiment.compares:
        return ()
    return tuple(
        _comparison(run, {c.variant: c for c in cells if (c.replicas, c.users) == (replicas, users)}, users)
        for replicas in sorted(experiment.replicas)
        for users in experiment.levels
    )


def _comparison(run: Gathered, cells: Mapping[str, CellView], users: int | None) -> Comparison:
    experiment = run.manifest.experiment
    variants = experiment.variants
    ladder = experiment.ablation is not None and experiment.ablation.mode == "ladder"
    values = [_values(run, cells[variant.name].id) for variant in variants]
    compares = not any(cells[variants[place].name].rough for place in (0, -1))
    floors = _floors(values[0], values[-1]) if experiment.control and compares else {}
    rows = []
    for i, variant in enumerate(variants):
        control = experiment.control and i == len(variants) - 1
        before = i - 1 if ladder and not control else 0
        rough = [cells[variants[place].name].rough for place in (i, 0, before)]
        rows.append(
            ComparedVariant(
                variant=variant.name,
                changes="" if i == 0 or control else changes(variants[before], variant),
                cell=cells[variant.name],
                measures={
                    measure: _compared(
                        own,
                        None if rough[0] or rough[1] else values[0].get(measure),
                        None if rough[0] or rough[2] else values[before].get(measure),
                        i,
                        floors.get(measure),
                    )
                    for measure, own in values[i].items()
                },
                is_control=control,
                note=_note(run, cells[variant.name]),
            )
        )
    return Comparison(
        replicas=rows[0].cell.replicas,
        users=users,
        load=f"with {figures.count(users, 'user')}" if users else f"at {experiment.rate or 0:g} requests a second",
        ladder=ladder,
        rows=tuple(rows),
        floors=floors,
        interactions=_interactions(
            experiment,
            {v.name: {} if cells[v.name].rough else known for v, known in zip(variants, values, strict=True)},
            floors,
        ),
    )


def _compared(
    own: dict[int, float],
    base: dict[int, float] | None,
    before: dict[int, float] | None,
    place: int,
    floor: float | None,
) -> Compared:
    value = intervals.geometric(own.values())
    assert value is not None  # noqa: S101 - `_values` keeps no measure without a value
    if place == 0:
        return Compared(value, None, None, None)
    ratio, step = intervals.ratio(own, base or {}), intervals.ratio(own, before or {})
    return Compared(value, ratio, step, intervals.differs(step, floor or 1.0))


def _values(run: Gathered, cell: str) -> Values:
    found: dict[Measure, dict[int, float]] = {}
    for (name, block), trials in sorted(run.basis.items()):
        told = undisturbed(trials)
        if name == cell and told:
            for measure, value in measured(told[-1]).items():
                if value:
                    found.setdefault(measure, {})[block] = value * MEASURES[measure].factor
    return {measure: found[measure] for measure in MEASURES if measure in found}


def measured(trial: Trial) -> Mapping[Measure, float | None]:
    """What a trial cost, in what trials have (seconds, but for `p95`); None where it was not read."""
    cpu = trial.cpu_s_per_request
    return {
        "cpu": sum(cpu.get(part, 0.0) for part in SERVING),
        "service": cpu.get("service"),
        "database": cpu.get("database"),
        "database_time": trial.database_time_s_per_request,
        "p95": trial.latency_ms.get("p95"),
        "throughput": trial.rate_achieved if trial.purpose == "closed" else None,
    }


def _floors(base: Values, again: Values) -> dict[Measure, float]:
    return {
        measure: intervals.floor(ratio)
        for measure in base.keys() & again.keys()
        if (ratio := intervals.ratio(again[measure], base[measure])) is not None
    }


def _interactions(
    experiment: Experiment, values: Mapping[str, Values], floors: Mapping[Measure, float]
) -> tuple[Interaction, ...]:
    if experiment.ablation is None:
        return ()
    found = []
    base = values[experiment.variants[0].name]
    for one, other in experiment.ablation.pairs:
        for measure in base:
            four = [by.get(measure, {}) for by in (base, values[one], values[other], values[both(one, other)])]
            times = intervals.interaction(four[0], four[1], four[2], four[3])
            alone = [intervals.ratio(four[i], four[0]) for i in (1, 2)]
            together = intervals.ratio(four[3], four[0])
            if times and together and alone[0] and alone[1]:
                estimates = alone[0].estimate, alone[1].estimate
                told = intervals.differs(times, floors.get(measure, 1.0))
                found.append(Interaction(measure, one, other, estimates, together, times, told))
    return tuple(found)


def changes(reference: Variant, variant: Variant) -> str:
    """What the variant has that the reference has not, as `name=value`."""
    moved = variant.service != reference.service
    before = {} if moved else reference.switches
    said = [f"{name}={value}" for name, value in variant.switches.items() if before.get(name) != value]
    said += [f"{name} as by default" for name in before if name not in variant.switches]
    if variant.pooler != reference.pooler:
        said.append(f"pooler {_pooler(variant.pooler)}")
    if moved:
        return f"{variant.service}{' with ' if said else ''}{', '.join(said)}"
    return ", ".join(said)


def _pooler(pooler: Pooling) -> str:
    size = "" if pooler.size is None else f", {figures.count(pooler.size, 'connection')}"
    return f"{pooler.mode}{size}"


def _note(run: Gathered, cell: CellView) -> str:
    """What makes the row worth less than the others."""
    trials = run.basis_of(cell.id)
    said = []
    if not trials:
        said.append(f"{cell.state}: {cell.note}" if cell.note else cell.state)
    if disturbed := len({t.block for t in trials} - {t.block for t in undisturbed(trials)}):
        said.append(f"something else took CPU in {figures.count(disturbed, 'block')}")
    if broken := sum(trial.verdict == "FAIL" for trial in trials):
        said.append(f"broke the SLO in {broken} of {figures.count(len(trials), 'block')}")
    if errors := sum(cell.errors.values()):
        said.append(f"{errors / cell.requests:.2%} of its requests failed" if cell.requests else f"{errors} errors")
    if trials and cell.note:
        said.append(cell.note)
    return "; ".join(said)
