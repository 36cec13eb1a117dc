"""What makes a figure mean less than it seems to, gathered in one place; it stands wherever the figure does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scalebed.experiment.size import in_words
from scalebed.experiment.variant import Variant
from scalebed.measurement import causes
from scalebed.measurement.causes import Kind
from scalebed.report.findings import recovery, warming
from scalebed.report.findings.checks import kept_limit, memory_kind, quota_kind
from scalebed.report.findings.gathering import Gathered
from scalebed.report.findings.views import Caveat, CellView, TrialView
from scalebed.report.sentences import figures


def caveats(run: Gathered, cells: Sequence[CellView]) -> tuple[Caveat, ...]:
    """A run's caveats, from its manifest and its trials; those that hold for some cells alone name them."""
    measured = [cell for cell in cells if cell.done or any(trial.cell == cell.id for trial in run.trials)]
    if not measured:
        return ()
    found = [
        _quota(run),
        _memory_limit(run),
        *_killed(run, measured),
        *_elsewhere(run, measured),
        *_ended(run, measured),
        *(() if run.manifest.experiment.traits.disrupts else _unrecovered(run, measured)),
        *_disturbed(run, measured),
        _rough(run, measured),
        *(() if run.manifest.experiment.traits.disrupts else _warming(run, measured)),
        _blocks(measured),
        _cold(run),
    ]
    return tuple(caveat for caveat in found if caveat is not None)


def of_cell(found: Iterable[Caveat], cell: str) -> tuple[Caveat, ...]:
    return tuple(caveat for caveat in found if not caveat.cells or cell in caveat.cells)


def _quota(run: Gathered) -> Caveat | None:
    if quota_kind(run.manifest.fingerprint) != "none":
        return None
    told = "No CPU quota was in force, so replicas used what CPU they got, and figures by replica mean little."
    return Caveat("no quota", told)


def _memory_limit(run: Gathered) -> Caveat | None:
    if run.manifest.experiment.memory_per_replica is None or memory_kind(run.manifest.fingerprint) != "none":
        return None
    told = (
        "memory_per_replica was not in force: nothing limited the replicas, and none was killed that would have been."
    )
    return Caveat("no memory limit", told)


def _killed(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """What a cell carries whose replicas the kernel kills is that of too little memory."""
    killed = [(cell, n) for cell in cells if (n := sum(t.killed for t in run.trials if t.cell == cell.id))]
    if not killed:
        return
    limit = run.manifest.experiment.memory_per_replica
    said = [f"{cell.title} in {figures.count(n, 'trial')}" for cell, n in killed]
    told = f"The kernel killed for lack of memory, of {figures.listing(said)}: "
    if limit is None:
        told += "this machine had none left, so those trials are INVALID."
    else:
        told += f"{in_words(limit)} a replica is too little there, and what more would carry is not known."
    yield Caveat("killed for memory", told, tuple(cell.id for cell, _ in killed))


def _elsewhere(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """Of what runs at a url, what cannot be known from here."""
    variants = run.manifest.experiment.variants
    yield from _adopted(run, cells, [variant for variant in variants if variant.scales and not variant.runs_here])
    elsewhere = [variant for variant in variants if not variant.scales]
    for seen in (True, False):
        names = {v.name for v in elsewhere if v.application and bool(v.application.observe) is seen}
        ids = tuple(cell.id for cell in cells if cell.variant in names)
        if ids:
            told = "It was running already: no quota was set on it, and nothing is known of what it is made of"
            told += "." if seen else ", what CPU it used, or what held it back."
            yield Caveat("not started here", told, ids)


def _adopted(run: Gathered, cells: Sequence[CellView], variants: Sequence[Variant]) -> Iterable[Caveat]:
    """Of what runs in a cluster already: what was held, which way load went, and how evenly its pods were used."""
    known = run.manifest.fingerprint.get("applications")
    for variant in variants:
        of = known.get(variant.name) if isinstance(known, Mapping) else None
        ids = tuple(cell.id for cell in cells if cell.variant == variant.name)
        if not isinstance(of, Mapping) or not ids:
            continue
        limit = kept_limit(run.manifest.fingerprint, variant.name)
        told = f"{of.get('deployment')} was running already and kept its limits"
        told += " (none on CPU, or not all the same)" if limit is None else f" ({limit:g} cores a pod)"
        told += f"; load went through {of.get('address')}, "
        read = of.get("readings")
        told += "CPU and memory could not be read." if read == "none" else f"CPU and memory were read from {read}."
        if autoscalers := of.get("autoscalers"):
            told += f" Its HPA ({', '.join(map(str, autoscalers))}) was held at each cell's replicas."
        shares = of.get("shares")
        for cell, each in shares.items() if isinstance(shares, Mapping) else ():
            told += f" {cell}: its pods used {', '.join(f'{share:.0%}' for share in each)} of its CPU."
        yield Caveat("adopted", told, ids)


def _ended(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """Of cells whose replicas ended under load: it is no slowness that bounds what they serve."""
    for cell in cells:
        ended = [trial for trial in run.trials if trial.cell == cell.id and trial.died]
        if ended:
            least = min(trial.rate_asked for trial in ended)
            at = f" at {least:.4g}/s{' and above' if len(ended) > 1 else ''}" if least else ""
            told = f"{cell.title}: a replica ended in {figures.count(len(ended), 'trial')}{at}, and was started anew. "
            yield Caveat("replica ended", told + ended[0].reasons[0], (cell.id,))


def _unrecovered(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """Of services that an overload left serving nobody: what was not found there says nothing of what they carry."""
    for cell in cells:
        for each in recovery.broken(run.slim.get(cell.id, ())):
            overload, lowest, carried = map(figures.figure, (each.overload, each.lowest, each.carried))
            told = (
                f"{cell.title} did not recover from {overload} a second in block {each.block + 1}: every request "
                f"failed in the {figures.count(each.trials, 'trial')} after that, down to {lowest} a second, though it "
                f"has carried {carried}. Look for what clients who are cut off take with them, such as sessions of a "
                "pool."
            )
            yield Caveat("did not recover", told, (cell.id,))


def _disturbed(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """The caveat of cells whose figures rest on disturbed trials, or that were not found because of a disturbance."""
    ids = []
    for cell in cells:
        disturbed = [t for t in run.trials if t.cell == cell.id and t.disturbed]
        if any(t.verdict != "INVALID" for t in disturbed) or (disturbed and cell.rate is None):
            ids.append(cell.id)
    if not ids:
        return
    disturbed = [trial for trial in run.trials if trial.cell in ids and trial.disturbed]
    among = sum(trial.cell in ids for trial in run.trials)
    told = f"{_who(disturbed)} in {figures.count(len(disturbed), 'trial')} of {among:,}"
    told += ": what passed counts all the same, without its CPU readings."
    yield Caveat("busy host", told, tuple(ids))


def _rough(run: Gathered, cells: Sequence[CellView]) -> Caveat | None:
    rough = [trial for trial in run.trials if trial.rough]
    ids = tuple(cell.id for cell in cells if any(trial.cell == cell.id for trial in rough))
    if not ids:
        return None
    told = f"Rough, on a host that is shared: {_who(rough, 'other')}, so nothing is compared with these figures."
    return Caveat("rough", told, ids)


def _warming(run: Gathered, cells: Sequence[CellView]) -> Iterable[Caveat]:
    """Of services that were still warming up: what they serve in the long run is more."""
    experiment = run.manifest.experiment
    # Planned rates rise in each block, and what runs beside a service costs each request less where there are more.
    for cell in cells if experiment.traits.seeks and not experiment.search.around else ():
        cost = warming.fall(run.slim.get(cell.id, ()), cell.rate.estimate) if cell.rate is not None else None
        if cost is not None:
            within = figures.span(cost.lower, cost.upper, like=cost.estimate)
            told = (
                f"{cell.title} was still warming up: within a block a request’s CPU fell to 1/{cost.estimate:.3g} "
                f"({within}) of the first trial’s, so in the long run it serves more. Let it run under load before it "
                "is measured."
            )
            yield Caveat("warming up", told, (cell.id,))


def _blocks(cells: Sequence[CellView]) -> Caveat | None:
    """Fewer than planned, as the run is partial, or as something spoiled the others."""
    few = [(cell, n) for cell in cells if (n := cell.rate.n if cell.rate else cell.done) < cell.planned and cell.done]
    if not few:
        return None
    said = [f"{cell.title} on {n} of {cell.planned}" for cell, n in few]
    return Caveat("fewer blocks", f"Of the blocks planned, {figures.listing(said)}.", tuple(cell.id for cell, _ in few))


def _cold(run: Gathered) -> Caveat | None:
    experiment = run.manifest.experiment
    if experiment.warm and not experiment.renews:
        return None
    return Caveat("cold cache", "The service’s cache was emptied before each trial.")


def _who(trials: Sequence[TrialView], other: str = "Other") -> str:
    """What disturbed them, with the most of it."""
    most: Mapping[Kind, float] = {
        Kind.FOREIGN_CPU: max(
            (t.foreign_cores for t in trials if Kind.FOREIGN_CPU in causes.kinds(t.causes)), default=0
        ),
        Kind.STEAL: max((t.steal_share for t in trials if Kind.STEAL in causes.kinds(t.causes)), default=0),
    }
    said = []
    if most[Kind.FOREIGN_CPU]:
        said.append(f"{other} programs used up to {most[Kind.FOREIGN_CPU]:.2f} cores")
    if most[Kind.STEAL]:
        said.append(f"{'a' if said else 'A'} hypervisor took up to {figures.percent(most[Kind.STEAL])} of the host")
    return figures.listing(said)
