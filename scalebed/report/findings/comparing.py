"""Compares all variants under one common load: values over blocks, ratios paired by block, and the control's floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import geometric_mean

from scalebed.experiment.design import both
from scalebed.experiment.plan import reference_of
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import Pooling, Variant
from scalebed.records.run_directory import Trial
from scalebed.report.findings.duets import Pairs, pairs
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
    known = [cells[variant.name] for variant in variants]
    references = [reference_of(experiment, place) for place in range(len(variants))]
    values = [_values(run, cell.id) for cell in known]
    beside = [_pairs(run, known, place, reference) for place, reference in enumerate(references)]
    steps = [_step(pair, values, place, references[place]) for place, pair in enumerate(beside)]
    to_base = _to_base(steps, references) if experiment.duet else [_ratios(own, values[0]) for own in values]
    control = len(variants) - 1 if experiment.control else None
    compares = control is not None and not known[0].rough and not known[control].rough
    floors = _floors(to_base[-1]) if compares else {}
    rows = []
    for i, (variant, pair) in enumerate(zip(variants, beside, strict=True)):
        rough = [known[place].rough for place in (i, 0, references[i])]
        rows.append(
            ComparedVariant(
                variant=variant.name,
                changes="" if i in {0, control} else changes(variants[references[i]], variant),
                cell=known[i],
                measures={
                    measure: _compared(
                        own,
                        {} if not i or rough[0] or rough[1] else to_base[i].get(measure, {}),
                        {} if not i or rough[0] or rough[2] else steps[i].get(measure, {}),
                        floors.get(measure),
                    )
                    for measure, own in values[i].items()
                },
                is_control=i == control,
                note=_note(run, known[i]),
                interference=None if pair is None else pair.interference,
                apart=pair is not None and pair.apart,
            )
        )
    return Comparison(
        replicas=rows[0].cell.replicas,
        users=users,
        load=_load(experiment, users),
        ladder=experiment.is_ladder,
        rows=tuple(rows),
        floors=floors,
        interactions=_interactions(
            experiment,
            {
                cell.variant: {} if cell.rough else of
                for cell, of in zip(known, to_base if experiment.duet else values, strict=True)
            },
            floors,
        ),
    )


def _load(experiment: Experiment, users: int | None) -> str:
    if users:
        return f"with {figures.count(users, 'user')}"
    if experiment.share is not None:
        return f"at {experiment.share * 100:g}% of what each one sustains"
    return f"at {experiment.rate or 0:g} requests a second"


def _pairs(run: Gathered, known: Sequence[CellView], place: int, reference: int) -> Pairs | None:
    if not place or not run.manifest.experiment.duet:
        return None
    return pairs(run, known[place].id, known[reference].id)


def _step(pair: Pairs | None, values: Sequence[Values], place: int, reference: int) -> Values:
    """How many times what it is compared with: beside it, or one after the other in the same block."""
    if pair is None:
        return _ratios(values[place], values[reference])
    return _ratios(*(_by_block({block: [trial] for block, trial in side.items()}) for side in (pair.own, pair.other)))


def _to_base(steps: Sequence[Values], references: Sequence[int]) -> list[Values]:
    """How many times the baseline, step by step, since only neighbours have run beside each other."""
    found: list[Values] = [steps[0]]
    for place in range(1, len(steps)):
        before = {} if references[place] == 0 else found[references[place]]
        found.append(
            {
                measure: {
                    block: ratio * (before[measure][block] if before else 1.0)
                    for block, ratio in step.items()
                    if not before or block in before.get(measure, {})
                }
                for measure, step in steps[place].items()
            }
        )
    return found


def _compared(
    own: dict[int, float], to_base: dict[int, float], step: dict[int, float], floor: float | None
) -> Compared:
    value = intervals.geometric(own.values())
    assert value is not None  # noqa: S101 - `_values` keeps no measure without a value
    ratio, stepped = intervals.geometric(to_base.values()), intervals.geometric(step.values())
    return Compared(value, ratio, stepped, intervals.differs(stepped, floor or 1.0))


def _values(run: Gathered, cell: str) -> Values:
    """Of a cell that has run beside several, the geometric mean of a block."""
    last = slice(None) if run.manifest.experiment.duet else slice(-1, None)
    return _by_block(
        {block: undisturbed(told)[last] for (name, block), told in sorted(run.basis.items()) if name == cell}
    )


def _by_block(trials: Mapping[int, Sequence[Trial]]) -> Values:
    found: dict[Measure, dict[int, float]] = {}
    for block, told in trials.items():
        readings = [measured(trial) for trial in told]
        for measure in MEASURES:
            if readings and all(reading[measure] for reading in readings):
                several = [reading[measure] or 0.0 for reading in readings]
                value = several[0] if len(several) == 1 else geometric_mean(several)
                found.setdefault(measure, {})[block] = value * MEASURES[measure].factor
    return {measure: found[measure] for measure in MEASURES if measure in found}


def _ratios(own: Values, other: Values) -> Values:
    """By measure and block, where both have it."""
    return {
        measure: {
            block: own[measure][block] / other[measure][block] for block in own[measure] if block in other[measure]
        }
        for measure in own.keys() & other.keys()
    }


def measured(trial: Trial) -> Mapping[Measure, float | None]:
    """What a trial cost, in what trials have (seconds, but for `p95`); None where it was not read."""
    cpu = trial.cpu_s_per_request
    return {
        "cpu": trial.serving_cpu_s_per_request,
        "service": cpu.get("service"),
        "database": cpu.get("database"),
        "database_time": trial.database_time_s_per_request,
        "p95": trial.latency_ms.get("p95"),
        "throughput": trial.rate_achieved if trial.purpose == "closed" else None,
    }


def _floors(control: Values) -> dict[Measure, float]:
    return {
        measure: intervals.floor(ratio)
        for measure, by_block in control.items()
        if (ratio := intervals.geometric(by_block.values())) is not None
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
    if broken := len({trial.block for trial in trials if trial.verdict == "FAIL"}):
        said.append(f"broke the SLO in {broken} of {figures.count(len({t.block for t in trials}), 'block')}")
    if errors := sum(cell.errors.values()):
        said.append(f"{errors / cell.requests:.2%} of its requests failed" if cell.requests else f"{errors} errors")
    if trials and cell.note:
        said.append(cell.note)
    return "; ".join(said)
