"""One of the two that are compared: a run, or one variant of a run, with its figures block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scalebed.comparison import quantities
from scalebed.comparison.quantities import QUANTITIES, Quantity
from scalebed.experiment.plan import Cell
from scalebed.experiment.plan import cells as planned_cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.errors import DROPPED
from scalebed.messages import UserError
from scalebed.records.run_directory import Manifest, Repetition, RunDirectory, RunDirectoryError, Trial
from scalebed.report.findings import brackets, comparing
from scalebed.report.findings.analysis import of_gathered
from scalebed.report.findings.brackets import Bracket
from scalebed.report.findings.duets import pairs
from scalebed.report.findings.gathering import Gathered, gather
from scalebed.report.findings.views import Caveat, Comparison

_PER_JOURNEY: tuple[Quantity, ...] = ("cpu", "service", "database", "database_time")


class OperandError(UserError, ValueError):
    """One sentence: what of the words that name a side is wrong."""


@dataclass(frozen=True)
class Place:
    """Where a figure was measured; equal on both sides where the two may be set against each other."""

    variant: str
    """Empty where one variant is compared with another."""
    replicas: int
    users: int | None = None
    rate: float | None = None
    """Requests or journeys a second that were asked for; None where none was given."""


@dataclass(frozen=True)
class Open:
    """What is known of a block in which a capacity was sought and not found: passed, and did not pass."""

    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Found:
    """What one side knows of one place."""

    variant: str
    values: Mapping[Quantity, Mapping[int, Bracket]]
    """By quantity and block, in the quantity's unit."""
    blocks: int
    """That were measured."""
    sought: bool = False
    """Its capacity was."""
    none: int = 0
    """Blocks in which there was no capacity at the SLO."""
    open: tuple[Open, ...] = ()
    """Of the other blocks that found no capacity."""
    missed: int = 0
    """Blocks in which a load that was given missed the SLO."""
    failed_share: float = 0.0
    """Of the requests that count, how many failed."""
    per_arrival: float = 1.0
    """Requests that a journey makes; 1 where an arrival is one."""


@dataclass(frozen=True)
class Side:
    """What `RUN` or `RUN:VARIANT` names."""

    name: str
    path: Path
    manifest: Manifest
    variants: tuple[str, ...]
    found: Mapping[Place, Found]
    """Every place that was planned."""
    floors: Mapping[tuple[Place, Quantity], float]
    """What a control of its own says: how much the same thing differs, measured twice."""
    fitted: bool | None
    """Capacities that were searched for are read off a curve through the trials, and are not the highest rates that
    passed, as those of earlier versions; None where none was sought."""
    caveats: tuple[Caveat, ...] = ()
    finished: tuple[int, int] = (0, 0)
    """Repetitions, of those that were planned."""


def read(operand: str) -> Side:
    """Raises OperandError and RunDirectoryError, of one sentence each."""
    return read_all([operand])[operand]


def read_all(operands: Iterable[str]) -> dict[str, Side]:
    """By operand; a run of which several name variants is read once. Raises as `read` does.

    Of two variants that have run beside each other, what counts is what they came to there.
    """
    runs: dict[Path, Gathered] = {}
    parted = {operand: _parted(operand) for operand in operands}
    for path, _ in parted.values():
        if path not in runs:
            runs[path] = gather(RunDirectory(path))
    return {
        operand: _side(operand, path, variant, runs[path], _beside(path, variant, list(parted.values())))
        for operand, (path, variant) in parted.items()
    }


def _beside(path: Path, variant: str | None, named: Sequence[tuple[Path, str | None]]) -> str | None:
    """The other variant of the same run, of the two that are named first; a control comes after them."""
    same = [each for other, each in named[:2] if other.resolve() == path.resolve()]
    others = [each for each in same if each != variant]
    return others[0] if variant in same and variant is not None and len(others) == 1 else None


def _side(operand: str, path: Path, variant: str | None, run: Gathered, beside: str | None = None) -> Side:
    experiment = run.manifest.experiment
    names = tuple(each.name for each in experiment.variants)
    if variant is not None and variant not in names:
        raise OperandError(f"{operand}: the run has no variant {variant}; it has {', '.join(names)}")
    require_comparable(operand, experiment)
    if not run.repetitions:
        raise OperandError(f"{operand}: no repetition was finished; let the run go on to its end")
    told = names if variant is None else (variant,)
    cells = [cell for cell in planned_cells(experiment) if cell.variant.name in told]
    found: dict[Place, Found] = {}
    for cell in cells:
        found |= _found(run, cell, named=len(told) > 1, beside=beside)
    ids = {cell.id for cell in cells}
    met = beside is not None and any(_beside_each_other(run, cell, beside) for cell in cells)
    analysis = of_gathered(run)
    return Side(
        name="".join(letter if letter.isprintable() else "�" for letter in operand),
        path=path,
        manifest=run.manifest,
        variants=told,
        found=found,
        # In a duet the control ran beside what it repeats, which tells nothing of what ran at another time.
        floors={} if experiment.duet and not met else _floors(analysis.comparisons, told),
        fitted=_fitted(run),
        caveats=tuple(c for c in analysis.caveats if not c.cells or ids & set(c.cells)),
        finished=(
            sum(cell in ids for block, cell in run.manifest.order if (cell, block) in run.repetitions),
            sum(cell in ids for _, cell in run.manifest.order),
        ),
    )


def require_comparable(operand: str, experiment: Experiment) -> None:
    """Raises OperandError where two runs of such an experiment are not compared."""
    if experiment.traits.autoscales:
        raise OperandError(
            f"{operand}: is an experiment under an autoscaler, and how two follow a load is not compared yet; compare "
            "runs of another kind, and read these reports side by side"
        )
    if experiment.traits.disrupts:
        raise OperandError(
            f"{operand}: is an experiment of faults, and what two cost is not compared yet; name both as variants of "
            "one experiment, whose report has them side by side, or read both faults.csv"
        )


def told_in_common(before: Side, experiment: Experiment) -> tuple[Quantity, ...]:
    """What a run told at the places that one of this experiment will have as well. Raises OperandError where it will
    have none."""
    several = len(experiment.variants) > 1
    planned = {place for cell in planned_cells(experiment) for place in _places(experiment, cell, named=several)}
    common = [found for place, found in before.found.items() if place in planned]
    if not common:
        raise OperandError(
            f"{before.name} and {experiment.name}: have no variant with as many replicas in common; name a variant of "
            f"the run, such as {before.path}:{before.variants[0]}, or give the experiment the same ones"
        )
    return tuple(quantity for quantity in QUANTITIES if any(quantity in found.values for found in common))


def pair(operand: str) -> tuple[str, str]:
    """The two variants of a run that has two. Raises OperandError where it has another number."""
    path, variant = _parted(operand)
    names = [each.name for each in RunDirectory(path).manifest().experiment.variants]
    if variant is not None or len(names) != 2:
        has = f"has the variants {', '.join(names)}" if variant is None else "is one variant"
        raise OperandError(f"{operand}: {has}; name two, such as {path}:{names[0]} {path}:{names[-1]}")
    return f"{operand}:{names[0]}", f"{operand}:{names[1]}"


def one_run(one: Side, other: Side) -> bool:
    """Whether both are of the same run, also where one is a copy of its directory."""
    return one.path.resolve() == other.path.resolve() or one.manifest == other.manifest


def _parted(operand: str) -> tuple[Path, str | None]:
    """A path may have a colon of its own."""
    whole = Path(operand)
    if whole.exists() or ":" not in operand:
        return whole, None
    path, _, variant = operand.rpartition(":")
    if not path:
        raise RunDirectoryError(f"{operand}: names no run directory; write RUN or RUN:VARIANT")
    return Path(path), variant


def _fitted(run: Gathered) -> bool | None:
    planned = run.manifest.experiment.search.around
    of_search = ("bracket", "bisect", "confirm")
    searched = [t for cell, trials in run.slim.items() if cell not in planned for t in trials if t.purpose in of_search]
    return any(trial.shares for trial in searched) if searched else None


def _places(experiment: Experiment, cell: Cell, *, named: bool) -> list[Place]:
    """Of a cell: one, or one for each rate."""
    name = cell.variant.name if named else ""
    if experiment.traits.seeks:
        return [Place(name, cell.replicas)]
    rates = sorted(experiment.rates) if experiment.traits.asks_rates else (None,)
    return [Place(name, cell.replicas, cell.users, rate) for rate in rates]


def _found(run: Gathered, cell: Cell, *, named: bool, beside: str | None) -> Mapping[Place, Found]:
    experiment = run.manifest.experiment
    places = _places(experiment, cell, named=named)
    if experiment.traits.seeks:
        finished = [block for of, block in run.repetitions if of == cell.id]
        trials = [trial for block in finished for trial in run.basis.get((cell.id, block), [])]
        costs = {q: of for q, of in _costs(experiment, trials).items() if q in quantities.of(experiment)}
        return {places[0]: _sought(run, cell, Found(cell.variant.name, costs, 0), trials)}
    told = {}
    for place in places:
        given = [trial for trial in _given(run, cell, beside) if place.rate in (None, trial.rate_asked)]
        known = Found(
            variant=cell.variant.name,
            values=_costs(experiment, given),
            blocks=len({trial.block for trial in given}),
            missed=len({trial.block for trial in given if trial.verdict == "FAIL"}),
            failed_share=_failed_share(given),
            per_arrival=_per_arrival(given),
        )
        # The highest rate that passed in a comparison of variants is a capacity as any.
        sought = experiment.seeks(cell.variant.name)
        told[place] = _sought(run, cell, known, given) if sought else known
    return told


def _given(run: Gathered, cell: Cell, beside: str | None) -> list[Trial]:
    """Trials of a load that was given; of two that were in duets together, those of them alone."""
    if beside is not None and (found := _beside_each_other(run, cell, beside)):
        return found
    given = (trial for trial in run.slim.get(cell.id, []) if trial.purpose in ("fixed-rate", "closed"))
    return [trial for trial in given if run.counts(trial)]


def _beside_each_other(run: Gathered, cell: Cell, beside: str) -> list[Trial]:
    """What the cell came to beside that of the other variant; empty where the two were in no duet."""
    if not run.manifest.experiment.duet:
        return []
    other = replace(cell, variant=next(v for v in run.manifest.experiment.variants if v.name == beside))
    return list(pairs(run, cell.id, other.id).own.values())


def _sought(run: Gathered, cell: Cell, known: Found, trials: Sequence[Trial]) -> Found:
    """What is known already, with the capacity that was sought."""
    planned = cell.id in run.manifest.experiment.search.around
    repetitions = {block: r for (of, block), r in run.repetitions.items() if of == cell.id}
    all_known = {block: brackets.of(r, planned=planned) for block, r in repetitions.items()}
    capacities = {block: bracket for block, bracket in all_known.items() if bracket is not None}
    return replace(
        known,
        values={**({"capacity": capacities} if capacities else {}), **known.values},
        blocks=len(repetitions),
        sought=True,
        none=sum(r.outcome == "none at this SLO" for r in repetitions.values()),
        open=tuple(_open(repetitions, capacities)),
        failed_share=_failed_share(trials),
        per_arrival=_per_arrival(trials),
    )


def _open(repetitions: Mapping[int, Repetition], capacities: Mapping[int, Bracket]) -> Iterator[Open]:
    for block, repetition in repetitions.items():
        if block not in capacities and repetition.outcome != "none at this SLO":
            yield Open(repetition.lower, repetition.upper)


def _costs(experiment: Experiment, trials: Iterable[Trial]) -> dict[Quantity, Mapping[int, Bracket]]:
    """What requests cost, or journeys of a script of the user's own, in the last trial of each block whose readings
    count."""
    last = {trial.block: trial for trial in trials if trial.verdict != "INVALID" and not trial.disturbed}
    found: dict[Quantity, dict[int, Bracket]] = {}
    for block, trial in sorted(last.items()):
        for quantity, value in comparing.measured(trial).items():
            if value:
                each = value * QUANTITIES[quantity].factor * _arrivals(experiment, trial, quantity)
                found.setdefault(quantity, {})[block] = Bracket.exact(each)
    return dict(found)


def _arrivals(experiment: Experiment, trial: Trial, quantity: Quantity) -> float:
    """By what a figure of requests becomes one of what arrives."""
    if experiment.unit == "requests" or not trial.requests_per_arrival:
        return 1.0
    if quantity == "throughput":
        return 1 / trial.requests_per_arrival
    return trial.requests_per_arrival if quantity in _PER_JOURNEY else 1.0


def _failed_share(trials: Iterable[Trial]) -> float:
    told = [trial for trial in trials if trial.verdict != "INVALID"]
    requests = sum(trial.requests + trial.errors.get(DROPPED, 0) for trial in told)
    return sum(sum(trial.errors.values()) for trial in told) / requests if requests else 0.0


def _per_arrival(trials: Iterable[Trial]) -> float:
    told = [trial.requests_per_arrival for trial in trials if trial.verdict != "INVALID"]
    return sum(told) / len(told) if told else 1.0


def _floors(told: Iterable[Comparison], variants: Sequence[str]) -> Mapping[tuple[Place, Quantity], float]:
    """Of an ablation or a matrix with a control, as its report has them: for all of its variants alike."""
    return {
        (Place(name if len(variants) > 1 else "", each.replicas, each.users), measure): floor
        for each in told
        for measure, floor in each.floors.items()
        for name in variants
    }
