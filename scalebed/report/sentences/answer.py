"""The run's answer in sentences, made from its figures."""

from __future__ import annotations

from collections import Counter

from scalebed.report.findings import followings
from scalebed.report.findings.views import Analysis, Answer
from scalebed.report.kinds import WORDS
from scalebed.report.sentences import figures, gains
from scalebed.statistics.intervals import FEWEST


def compose(analysis: Analysis) -> Answer:
    experiment = analysis.manifest.experiment
    words = WORDS[experiment.kind]
    if analysis.comparisons:
        return Answer(
            headline=words.headline(analysis),
            details=gains.details(analysis),
            caveats=tuple(s for s in (*gains.caveats(analysis), *_minded(analysis)) if s),
        )
    if analysis.faults:
        return Answer(
            headline=words.headline(analysis),
            details=tuple(s for s in words.details(analysis) if s),
            caveats=tuple(s for s in (_fault_intervals(analysis), *_minded(analysis)) if s),
        )
    details: tuple[str, ...] = (*words.details(analysis), _scaling(analysis), _limits(analysis))
    if analysis.followings:
        details = followings.sentences(experiment, analysis.followings)
    return Answer(
        headline=words.headline(analysis),
        details=tuple(s for s in details if s),
        caveats=tuple(s for s in (_intervals(analysis), *_minded(analysis)) if s),
    )


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
    if analysis.manifest.experiment.traits.gives_rates:
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


def _fault_intervals(analysis: Analysis) -> str:
    blocks = {view.blocks for view in analysis.faults}
    episodes = sum(view.outages for view in analysis.faults if view.fault is not None)
    few, many = min(blocks), max(blocks)
    said = figures.count(few, "block") if few == many else f"{few} to {many} blocks"
    told = f"{figures.count(episodes, 'episode')} of faults"
    if many < FEWEST:
        return f"No interval: {told} in {said}; it takes three blocks to have one."
    return f"In brackets: 95% intervals over {said}; {told} in all."


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
