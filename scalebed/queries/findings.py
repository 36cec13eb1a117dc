"""What a study shows: times and speed-ups with intervals, and what each strategy costs. Pure.

A block's figure is the median of a question's warm requests in it; ratios are paired within blocks, with Student t
intervals on their logarithms (`scalebed.statistics.intervals`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from scalebed.queries.study import BASELINE, Step, Study
from scalebed.queries.study_directory import Asked, Build, Reading, Request, Writing
from scalebed.statistics.intervals import Interval, geometric, ratio

ByBlock = dict[int, float]
CLOSE = 0.9
"""A strategy that gains at least this share of the best one's gain is as good, if it costs less."""
KEPT = 0.5
"""The share of the baseline's single inserts a second that a frugal strategy keeps."""


@dataclass(frozen=True)
class Cell:
    """A question of a variant on a strategy."""

    variant: str
    question: str
    title: str
    strategy: str
    seconds: Interval
    """The time of a warm request."""
    cold_seconds: float | None
    queries: float
    speedup: Interval | None
    """How many times as fast as on the baseline; None for the baseline itself, and where both timed out."""
    timed_out: bool
    """A statement ran into the timeout, so the question takes longer than `seconds`."""
    bound: str = ""
    """`≥` or `≤` where the baseline or this strategy timed out, so that the speed-up is a bound."""


@dataclass(frozen=True)
class Cost:
    """What a strategy costs beside its gains."""

    strategy: str
    build_seconds: float
    bytes: int
    writes: Mapping[str, Interval]
    """Kind of write → writes a second."""
    slowdown: Mapping[str, Interval]
    """Kind of write → share of the baseline's writes a second."""


@dataclass(frozen=True)
class Findings:
    """Everything that the report says."""

    study: Study
    cells: tuple[Cell, ...]
    overall: Mapping[tuple[str, str], Interval]
    """(variant, strategy) → speed-up over all questions: their geometric mean in each block."""
    costs: tuple[Cost, ...]

    def cell(self, variant: str, question: str, strategy: str) -> Cell | None:
        """None where it was not measured."""
        key = (variant, question, strategy)
        return next((cell for cell in self.cells if (cell.variant, cell.question, cell.strategy) == key), None)

    def cost(self, strategy: str) -> Cost | None:
        """None where it was not measured."""
        return next((cost for cost in self.costs if cost.strategy == strategy), None)

    def questions(self, variant: str) -> dict[str, str]:
        """Name → title, in the order asked."""
        return {cell.question: cell.title for cell in self.cells if cell.variant == variant}

    def best(self) -> tuple[str, str] | None:
        """The variant that gains most, and the strategy to choose for it; None before there is anything to compare.

        Of the strategies that gain nearly as much as the best one, the one that keeps most of the single inserts.
        """
        if not self.overall:
            return None
        variant, best = max(self.overall, key=lambda pair: self.overall[pair].estimate)
        enough = CLOSE * self.overall[variant, best].estimate
        good = [name for (of, name), gain in self.overall.items() if of == variant and gain.estimate >= enough]
        kept = self._inserts()
        return variant, max(good, key=lambda name: kept.get(name, 0.0))

    def frugal(self, variant: str) -> str | None:
        """The strategy that gains the variant most, of those that keep half of the single inserts; None without one."""
        kept = self._inserts()
        gains = {
            name: gain.estimate
            for (of, name), gain in self.overall.items()
            if of == variant and kept.get(name, 0.0) >= KEPT
        }
        return max(gains, key=lambda name: gains[name], default=None)

    def _inserts(self) -> dict[str, float]:
        """Strategy → share of the baseline's single inserts a second."""
        return {cost.strategy: cost.slowdown["insert"].estimate for cost in self.costs if "insert" in cost.slowdown}


def find(
    study: Study,
    builds: Mapping[str, Build],
    readings: Iterable[tuple[Step, Reading]],
    writings: Iterable[tuple[Step, Writing]],
) -> Findings:
    """Put together what a directory holds; what was not measured yet is left out."""
    asked: dict[tuple[str, str, str], dict[int, Asked]] = {}
    titles: dict[str, dict[str, str]] = {}
    for step, reading in readings:
        for question in reading.questions:
            asked.setdefault((step.variant, question.name, step.strategy), {})[step.block] = question
            titles.setdefault(step.variant, {})[question.name] = question.title
    cells = [
        cell
        for variant in study.variants
        for name, title in titles.get(variant, {}).items()
        for strategy in study.strategies
        if (cell := _cell((variant, name, strategy.name), title, asked)) is not None
    ]
    overall = {
        (variant, strategy.name): gain
        for variant in study.variants
        for strategy in study.strategies
        if strategy.name != BASELINE
        and (gain := _overall(variant, strategy.name, titles.get(variant, {}), asked)) is not None
    }
    return Findings(study, tuple(cells), overall, _costs(study, builds, dict(writings)))


def _cell(
    key: tuple[str, str, str], title: str, asked: Mapping[tuple[str, str, str], Mapping[int, Asked]]
) -> Cell | None:
    variant, question, strategy = key
    mine, base = asked.get(key, {}), asked.get((variant, question, BASELINE), {})
    times = _times(mine)
    seconds = geometric(times.values())
    if seconds is None:
        return None
    timed_out, base_timed_out = _timed_out(mine), _timed_out(base)
    compared = strategy != BASELINE and not (timed_out and base_timed_out)
    cold = [request.seconds for each in mine.values() for request in each.requests if request.phase == "cold"]
    return Cell(
        variant=variant,
        question=question,
        title=title,
        strategy=strategy,
        seconds=seconds,
        cold_seconds=median(cold) if cold else None,
        queries=median(request.queries for each in mine.values() for request in _warm(each)),
        speedup=ratio(_times(base), times) if compared else None,
        timed_out=timed_out,
        bound="≤" if timed_out and compared else "≥" if base_timed_out and compared else "",
    )


def _warm(asked: Asked) -> list[Request]:
    return [request for request in asked.requests if request.phase == "warm"]


def _times(asked: Mapping[int, Asked]) -> ByBlock:
    return {block: median(request.seconds for request in _warm(each)) for block, each in asked.items() if _warm(each)}


def _timed_out(asked: Mapping[int, Asked]) -> bool:
    return any(request.timed_out for each in asked.values() for request in _warm(each))


def _overall(
    variant: str,
    strategy: str,
    questions: Mapping[str, str],
    asked: Mapping[tuple[str, str, str], Mapping[int, Asked]],
) -> Interval | None:
    """The geometric mean over questions of a block's speed-ups, and from blocks its interval."""
    gains: dict[int, list[float]] = {}
    for question in questions:
        base = _times(asked.get((variant, question, BASELINE), {}))
        mine = _times(asked.get((variant, question, strategy), {}))
        for block in base.keys() & mine.keys():
            gains.setdefault(block, []).append(base[block] / mine[block])
    means = [geometric(values) for _, values in sorted(gains.items())]
    return geometric(mean.estimate for mean in means if mean is not None)


def _costs(study: Study, builds: Mapping[str, Build], writings: Mapping[Step, Writing]) -> tuple[Cost, ...]:
    rates: dict[tuple[str, str], ByBlock] = {}
    for step, writing in writings.items():
        for kind, rate in writing.per_second.items():
            rates.setdefault((step.strategy, kind), {})[step.block] = rate
    kinds = list(dict.fromkeys(kind for _, kind in rates))
    return tuple(
        Cost(
            strategy=strategy.name,
            build_seconds=builds[strategy.name].seconds,
            bytes=builds[strategy.name].bytes,
            writes={
                kind: found
                for kind in kinds
                if (found := geometric(rates.get((strategy.name, kind), {}).values())) is not None
            },
            slowdown={
                kind: found
                for kind in kinds
                if (found := ratio(rates.get((strategy.name, kind), {}), rates.get((BASELINE, kind), {}))) is not None
            },
        )
        for strategy in study.strategies
        if strategy.name in builds
    )
