"""A study's charts, as SVG: the same bytes for the same results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalebed.queries.findings import Findings
from scalebed.queries.study import BASELINE
from scalebed.queries.study_directory import StudyDirectory
from scalebed.statistics.intervals import Interval

mpl.rcParams |= {"svg.hashsalt": "scalebed", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9}


def draw_all(directory: StudyDirectory, findings: Findings) -> list[Path]:
    """Write the charts that there are figures for; returns the files."""
    written = []
    for variant in findings.study.variants:
        written += _speedups(findings, variant, directory.path / f"speedups-{variant}.svg")
        written += _pagination(directory, variant, directory.path / f"pagination-{variant}.svg")
    return written + _writes(findings, directory.path / "writes.svg")


def _strategies(findings: Findings) -> list[str]:
    return [strategy.name for strategy in findings.study.strategies if strategy.name != BASELINE]


def _speedups(findings: Findings, variant: str, path: Path) -> list[Path]:
    questions, names = list(findings.questions(variant)), _strategies(findings)
    bars = {
        name: [cell.speedup if (cell := findings.cell(variant, question, name)) else None for question in questions]
        for name in names
    }
    if not any(any(each) for each in bars.values()):
        return []
    figure = Figure(figsize=(9, 1.5 + 0.16 * len(questions) * len(names)), layout="constrained")
    axes = figure.add_subplot()
    _bars(axes, questions, bars)
    axes.set_xscale("log")
    axes.set_xlabel("times as fast as on the baseline, warm (95% intervals)")
    axes.set_title(f"{variant}, {findings.study.contacts:,} contacts", loc="left")
    return [_save(figure, path)]


def _writes(findings: Findings, path: Path) -> list[Path]:
    kinds = list(dict.fromkeys(kind for cost in findings.costs for kind in cost.slowdown))
    bars = {
        cost.strategy: [cost.slowdown.get(kind) for kind in kinds]
        for cost in findings.costs
        if cost.strategy != BASELINE
    }
    if not kinds or not bars:
        return []
    figure = Figure(figsize=(9, 1.5 + 0.18 * len(kinds) * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    _bars(axes, kinds, bars)
    axes.set_xlim(left=0)
    axes.set_xlabel("share of the baseline's writes a second (95% intervals)")
    axes.set_title(f"What writes pay, {findings.study.contacts:,} contacts", loc="left")
    return [_save(figure, path)]


def _bars(axes: Axes, rows: Sequence[str], bars: dict[str, list[Interval | None]]) -> None:
    """A row's bars beneath each other, one for each entry of `bars`, from 1, which is the baseline."""
    height = 0.8 / len(bars)
    for number, (name, intervals) in enumerate(bars.items()):
        places = [place - 0.4 + height * (number + 0.5) for place in range(len(rows))]
        axes.barh(places, [each.estimate - 1 if each else 0 for each in intervals], height, left=1, label=name)
        for place, each in zip(places, intervals, strict=True):
            if each is not None and each.lower is not None and each.upper is not None:
                axes.plot([each.lower, each.upper], [place, place], color="black", lw=1)
    axes.axvline(1, color="black", lw=0.8)
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="best")


def _pagination(directory: StudyDirectory, variant: str, path: Path) -> list[Path]:
    curves = [
        (f"{step.strategy}, by {by}", points)
        for step, reading in directory.readings()
        for by in ("number", "link")
        if step.variant == variant
        and (points := [(100 * d.share, 1000 * d.seconds) for d in reading.curve if d.by == by and d.status == 200])
    ]
    if not curves:
        return []
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    for name, points in sorted(curves):
        axes.plot(*zip(*points, strict=True), marker="o", ls="--" if name.endswith("number") else "-", label=name)
    axes.set_yscale("log")
    axes.set_xlabel("share of the list that lies before the page, %")
    axes.set_ylabel("ms a page, warm")
    axes.set_title(f"Pagination in {variant}", loc="left")
    axes.grid(alpha=0.3)
    axes.legend(loc="best", fontsize=7)
    return [_save(figure, path)]


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    return path
