"""Latency by rate, a small panel for each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.experiment.slo import Slo
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.findings.views import Analysis, CellView, TrialView
from scalebed.report.sentences import figures


@dataclass(frozen=True)
class TrialMark:
    x: float
    p50: float
    slo: float
    p99: float
    verdict: str
    title: str


@dataclass(frozen=True)
class LatencyPanel:
    name: str
    height: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    limit_y: float
    rate_x: float | None
    rate_label: str
    marks: tuple[TrialMark, ...]
    alt: str


def latency(analysis: Analysis, height: int = 190) -> tuple[LatencyPanel, ...]:
    """A panel for each cell; one latency axis for all, one rate axis for each variant."""
    answered = [trial for trial in analysis.trials if trial.p50 > 0 and trial.rate_achieved > 0]
    if not answered:
        return ()
    slo = analysis.manifest.experiment.slo
    every = [v for t in answered for v in (t.p50, t.p99, t.slo_latency) if 0 < v < math.inf]
    y = axes.logarithmic([*every, slo.latency_ms], most=5)
    panels = []
    for variant in analysis.variants:
        rates = [trial.rate_achieved for trial in answered if trial.variant == variant]
        x = axes.logarithmic(rates, most=5)
        for cell in analysis.of(variant):
            trials = [trial for trial in answered if trial.cell == cell.id]
            if trials:
                panels.append(_panel(slo, cell, trials, (x, y), height))
    return tuple(panels)


def _panel(
    slo: Slo, cell: CellView, trials: Sequence[TrialView], across: tuple[axes.Axis, axes.Axis], height: int
) -> LatencyPanel:
    x, y = across
    name = f"{cell.variant}, {cell.sized}"
    # What trials achieved is counted in requests, whatever was asked for.
    rate = None if cell.rate is None else cell.rate.estimate * cell.per_arrival
    verdicts = [trial.verdict for trial in trials]
    said = figures.listing([f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts)])
    return LatencyPanel(
        name=name,
        height=height,
        x_ticks=tuple(Tick(pct(x.at(t)), x.label(t)) for t in x.ticks),
        y_ticks=tuple(Tick(px(y.at(t), height), figures.limit(t)) for t in y.ticks),
        limit_y=px(y.at(slo.latency_ms), height),
        rate_x=None if rate is None else pct(x.at(rate)),
        rate_label="" if rate is None else figures.figure(rate),
        marks=tuple(
            TrialMark(
                x=pct(x.at(t.rate_achieved)),
                p50=px(y.at(t.p50), height),
                slo=px(y.at(t.slo_latency) if t.slo_latency < math.inf else 1.0, height),
                p99=px(y.at(t.p99), height),
                verdict=t.verdict,
                title=f"{t.verdict}, block {t.block}: {figures.figure(t.rate_achieved)} requests a second, "
                f"p50 {figures.milliseconds(t.p50)}, p95 {figures.milliseconds(t.p95)}, "
                f"p99 {figures.milliseconds(t.p99)}",
            )
            for t in trials
        ),
        alt=f"Latency by rate of {name}: {said}.",
    )
