"""The run's answer in sentences, made from its figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scalebed.report.findings import followings
from scalebed.report.findings.views import Analysis, Answer, CellView
from scalebed.report.sentences import figures, gains


def compose(analysis: Analysis) -> Answer:
    kind = analysis.manifest.experiment.kind
    if analysis.comparisons:
        return Answer(
            headline=gains.headline(analysis),
            details=gains.details(analysis),
            caveats=tuple(s for s in (*gains.caveats(analysis), *_minded(analysis)) if s),
        )
    details: tuple[str, ...] = (_against(analysis), _scaling(analysis), _limits(analysis))
    if analysis.followings:
        details = followings.sentences(analysis.manifest.experiment, analysis.followings)
    return Answer(
        headline={"capacity": _capacity, "fixed-rate": _fixed_rate, "closed": _closed, "hpa": _elastic}[kind](analysis),
        details=tuple(s for s in details if s),
        caveats=tuple(s for s in (_intervals(analysis), *_minded(analysis)) if s),
    )


def _slo(analysis: Analysis) -> str:
    slo = analysis.manifest.experiment.slo
    return f"{figures.percentile_name(slo.percentile)} ≤ {figures.limit(slo.latency_ms)}"


@dataclass(frozen=True)
class _Row:
    """The cells of all variants at one replica count."""

    replicas: int
    cells: tuple[CellView, ...]

    @property
    def found(self) -> tuple[CellView, ...]:
        return tuple(cell for cell in self.cells if cell.rate is not None)


def _telling_row(analysis: Analysis) -> _Row:
    """The fewest replicas at which most variants have a rate, or else at least a bound."""
    rows = [_Row(n, tuple(c for c in analysis.cells if c.replicas == n)) for n in analysis.replicas]
    return max(rows, key=lambda row: (len(row.found), sum(bool(c.bound) for c in row.cells), -row.replicas))


def _capacity(analysis: Analysis) -> str:
    row = _telling_row(analysis)
    at = f"at {figures.count(row.replicas, 'replica')}"
    if not row.found:
        return _nothing(analysis, row)
    base, *others = row.cells
    compared = [cell for cell in others if cell.ratio is not None]
    if base.rate is not None and compared:
        name = compared[0].variant
        said = figures.listing([f"{cell.variant} {figures.ratio(cell.ratio)}" for cell in compared if cell.ratio])
        ratios = f"{name} serves{said.removeprefix(name)}"
        return f"{ratios} the requests of {base.variant} {at} under {_slo(analysis)}{_without(row)}."
    rates = [f"{cell.variant} {figures.interval(cell.rate)}" for cell in row.found if cell.rate]
    name, said = row.found[0].variant, figures.listing(rates)
    return f"{name} serves{said.removeprefix(name)} requests a second {at} under {_slo(analysis)}{_without(row)}."


def _against(analysis: Analysis) -> str:
    """The rates that the headline's ratios stand for."""
    if analysis.manifest.experiment.kind != "capacity":
        return ""
    base, *others = _telling_row(analysis).cells
    rates = [figures.interval(cell.rate) for cell in others if cell.ratio is not None and cell.rate is not None]
    if base.rate is None or not rates:
        return ""
    return f"That is {figures.listing(rates)} against {figures.interval(base.rate)} requests a second."


def _without(row: _Row) -> str:
    lacking = [f"{cell.variant} {_why_none(cell)}" for cell in row.cells if cell.rate is None]
    return f"; {'; '.join(lacking)}" if lacking else ""


def _why_none(cell: CellView) -> str:
    match cell.state:
        case "none at this SLO":
            text = "has no capacity at this SLO"
        case "beyond the generator" | "at least":
            text = f"serves {cell.bound} requests a second" if cell.bound else "serves more than could be offered"
        case "INVALID":
            text = "has no valid trial"
        case "not measured":
            text = "has not been measured"
        case _:
            text = "has no capacity that could be confirmed"
    return f"{text} ({cell.note.rstrip('.')})" if cell.note else text


def _nothing(analysis: Analysis, row: _Row) -> str:
    """No cell has a rate at any replica count."""
    if not analysis.trials:
        return "Nothing has been measured yet."
    reasons = [f"{cell.variant} {_why_none(cell)}" for cell in row.cells]
    at = f"At {figures.count(row.replicas, 'replica')} under {_slo(analysis)}"
    return f"{at}: {'; '.join(reasons)}."


def _fixed_rate(analysis: Analysis) -> str:
    experiment = analysis.manifest.experiment
    row = _telling_row(analysis)
    if not analysis.trials:
        return "Nothing has been measured yet."
    asked = figures.listing([f"{rate:,g}" for rate in sorted(experiment.rates)])
    one = len(experiment.rates) == 1
    parts = []
    for cell in row.cells:
        if cell.rate is not None:
            every = cell.rate.estimate >= max(experiment.rates)
            latency = figures.milliseconds(cell.slo_latency)
            met = "at every rate" if every else f"up to {cell.rate.estimate:,g}"
            parts.append(f"{cell.variant} meets it{f' ({latency})' if one else f' {met} ({latency} there)'}")
        elif cell.state == "none at this SLO":
            parts.append(f"{cell.variant} {'misses it' if one else 'at none'}")
        else:
            parts.append(f"{cell.variant} {_why_none(cell)}")
    at = f"at {figures.count(row.replicas, 'replica')}"
    return f"Asked for {_slo(analysis)} at {asked} requests a second {at}: {'; '.join(parts)}."


def _closed(analysis: Analysis) -> str:
    experiment = analysis.manifest.experiment
    row = _telling_row(analysis)
    if not row.found:
        return _nothing(analysis, row)
    slo, limit = experiment.slo, experiment.slo.latency_ms
    parts = []
    for cell in row.found:
        if cell.rate is None or cell.slo_latency is None:
            continue
        ratio = f", {figures.ratio(cell.ratio)} as many as {row.cells[0].variant}" if cell.ratio else ""
        latency = f"{figures.percentile_name(slo.percentile)} {figures.milliseconds(cell.slo_latency)}"
        broken = "" if cell.slo_latency <= limit else f", above the limit of {figures.limit(limit)}"
        parts.append(
            f"{cell.variant} answers {figures.interval(cell.rate)} requests a second{ratio} ({latency}{broken})"
        )
    with_users = f"With {experiment.crowd}{'' if experiment.profile else ' in a closed model'}"
    at = "under an autoscaler" if experiment.autoscaler else f"at {figures.count(row.replicas, 'replica')}"
    return f"{with_users} {at}, {'; '.join(parts)}{_without(row)}."


def _elastic(analysis: Analysis) -> str:
    """How the load was followed, where it rose; what was answered otherwise."""
    return followings.headline(analysis.manifest.experiment, analysis.followings) or _closed(analysis)


def _scaling(analysis: Analysis) -> str:
    """How near to linear each variant came at its most replicas."""
    parts = []
    for variant in analysis.variants:
        scaled = [cell for cell in analysis.of(variant) if cell.efficiency is not None]
        if not scaled:
            continue
        cell = scaled[-1]
        efficiency = cell.efficiency
        if efficiency is None:
            continue
        within = ""
        if efficiency.lower is not None and efficiency.upper is not None:
            within = f" ({figures.span_to(efficiency.lower * 100, efficiency.upper * 100, 0, '%')})"
        parts.append((cell.replicas, f"{variant} {figures.percent(efficiency.estimate)}{within}"))
    if not parts:
        return ""
    fewest = min(analysis.replicas)
    parts[0] = (parts[0][0], parts[0][1].replace(" ", " keeps ", 1))
    most = {replicas for replicas, _ in parts}
    if len(most) == 1:
        said = figures.listing([text for _, text in parts])
        return f"From {figures.count(fewest, 'replica')} to {most.pop()}, {said} of linear scaling."
    said = figures.listing([f"{text} to {replicas}" for replicas, text in parts])
    return f"From {figures.count(fewest, 'replica')}, {said} of linear scaling."


def _limits(analysis: Analysis) -> str:
    """Which part held which cells back."""
    limits = {cell.id: (cell, cell.limit.part) for cell in analysis.cells if cell.limit is not None}
    parts = [part for part, _ in Counter(part for _, part in limits.values()).most_common()]
    if not parts:
        return ""
    if len(parts) == 1:
        whom = "every cell" if len(limits) > 1 else "it"
        return _sentence(f"{_NAMED.get(parts[0], f'the {parts[0]}')} held {whom} back")
    said = [f"{_NAMED.get(parts[0], f'the {parts[0]}')} held every other cell back"]
    for part in parts[1:]:
        cells = [f"{c.variant} at {c.sized}" for c, p in limits.values() if p == part]
        said.insert(0, f"{_NAMED.get(part, f'the {part}')} held back {figures.listing(cells)}")
    return _sentence("; ".join(said))


_NAMED = {
    "service": "the service’s own CPU quota",
    "host": "the host, as a whole,",
    "pooler": "the connection pooler",
    "balancer": "the load balancer",
    "generator": "the load generator",
    "queueing": "queueing behind slow requests, before any part was used up,",
}


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _intervals(analysis: Analysis) -> str:
    if analysis.manifest.experiment.kind == "fixed-rate":
        return ""
    found = [cell.rate for cell in analysis.cells if cell.rate is not None]
    if not found:
        return ""
    without = [estimate for estimate in found if estimate.lower is None]
    blocks = {estimate.n for estimate in found}
    said = f"{min(blocks)} to {max(blocks)} blocks" if len(blocks) > 1 else figures.count(blocks.pop(), "block")
    if not without:
        return f"In brackets: 95% intervals over {said}."
    if len(without) == len(found):
        return f"No interval: {said}; it takes three to have one."
    return f"In brackets: 95% intervals over {said}; cells with fewer than three have none."


def _minded(analysis: Analysis) -> tuple[str, ...]:
    """What makes the figures mean less; a partial run says so once."""
    missing = _missing(analysis)
    told = [c.sentence for c in analysis.caveats if not (missing and c.kind == "fewer blocks")]
    return (*told, _spoiled(analysis), missing)


def _spoiled(analysis: Analysis) -> str:
    spoiled = sum(len(group.trials) for group in analysis.invalid)
    if not spoiled:
        return ""
    return f"{figures.count(spoiled, 'trial').capitalize()} of {len(analysis.trials):,} INVALID; none of them counts."


def _missing(analysis: Analysis) -> str:
    if analysis.done >= analysis.planned:
        return ""
    lacking = [cell.id for cell in analysis.cells if not cell.done]
    text = f"This run is partial: {analysis.done} of {figures.count(analysis.planned, 'repetition')} done"
    if lacking:
        text += f"; nothing yet of {figures.listing(lacking)}"
    return f"{text}."
