"""The charts of one benchmark, as SVG: the same bytes for the same results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from querybench.results import Asked, Benchmark, Phase

mpl.rcParams |= {"svg.hashsalt": "querybench", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9}
COLOURS: Mapping[Phase, str] = {"cold": "#4c72b0", "warm": "#dd8452"}
SHIFTS: Mapping[Phase, float] = {"cold": -0.2, "warm": 0.2}
GROUPS = {"read": "o", "filter": "s", "sort": "^", "search": "D", "combined": "P", "page": "v"}
LEAST_MS = 0.01


def draw_all(benchmark: Benchmark, folder: Path) -> list[Path]:
    """Write every chart that there are figures for; returns the files."""
    charts: Mapping[str, Callable[[Axes, Benchmark], bool]] = {
        "time": _time,
        "queries": _queries,
        "time-against-queries": _scatter,
        "distributions": _distributions,
        "pagination": _pagination,
    }
    written = []
    for name, draw in charts.items():
        figure = Figure(figsize=(9, 1.6 + 0.28 * len(benchmark.questions)), layout="constrained")
        axes = figure.add_subplot()
        if draw(axes, benchmark):
            written.append(save(figure, folder / f"{name}.svg"))
    return written


def save(figure: Figure, path: Path) -> Path:
    """Write a figure without the date, which would make every file differ."""
    figure.savefig(path, metadata={"Date": None})
    return path


def _ms(seconds: float) -> float:
    return max(LEAST_MS, 1000 * seconds)


def _rows(axes: Axes, benchmark: Benchmark, title: str) -> None:
    names = [asked.name for asked in benchmark.questions]
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_title(f"{title}: {benchmark.variant}, {benchmark.contacts:,} contacts", loc="left")
    axes.grid(axis="x", alpha=0.3)


def _time(axes: Axes, benchmark: Benchmark) -> bool:
    for phase, shift in SHIFTS.items():
        for place, asked in enumerate(benchmark.questions):
            found = asked.summary(phase)
            if found is None:
                continue
            low, middle, high = _ms(found.lower), _ms(found.median), _ms(found.upper)
            axes.barh(place + shift, middle, 0.38, color=COLOURS[phase], label=phase if place == 0 else None)
            axes.plot([low, high], [place + shift] * 2, color="black", lw=1)
            if found.timeouts:
                axes.annotate(" timed out", (high, place + shift), va="center", fontsize=7)
    axes.set_xscale("log")
    axes.set_xlabel("ms a request: median, with quartiles")
    _rows(axes, benchmark, "Time")
    axes.legend(loc="best")
    return bool(benchmark.questions)


def _queries(axes: Axes, benchmark: Benchmark) -> bool:
    counts = [found.queries if (found := asked.summary("warm")) else 0 for asked in benchmark.questions]
    bars = axes.barh(range(len(counts)), counts, color=COLOURS["warm"])
    axes.bar_label(bars, fmt="{:g}", padding=2)
    axes.set_xlabel("statements a request, warm")
    _rows(axes, benchmark, "SQL statements")
    return bool(counts)


def _scatter(axes: Axes, benchmark: Benchmark) -> bool:
    points: list[tuple[Asked, float, float]] = [
        (asked, found.queries, _ms(found.median)) for asked in benchmark.questions if (found := asked.summary("warm"))
    ]
    for group, marker in GROUPS.items():
        chosen = [(queries, ms) for asked, queries, ms in points if asked.group == group]
        if chosen:
            axes.scatter(*zip(*chosen, strict=True), marker=marker, label=group)
    for asked, queries, ms in points:
        axes.annotate(asked.name, (queries, ms), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set_xlim(left=0)
    axes.set_yscale("log")
    axes.set_xlabel("statements a request, warm")
    axes.set_ylabel("ms a request, median")
    axes.set_title(f"Time against statements: {benchmark.variant}, {benchmark.contacts:,} contacts", loc="left")
    axes.legend(loc="best")
    return bool(points)


def _distributions(axes: Axes, benchmark: Benchmark) -> bool:
    times = [[_ms(request.seconds) for request in asked.of("warm")] for asked in benchmark.questions]
    axes.boxplot(times, orientation="horizontal", positions=range(len(times)), widths=0.6)
    for place, each in enumerate(times):
        axes.plot(each, [place] * len(each), ".", color=COLOURS["warm"], alpha=0.6)
    axes.set_xscale("log")
    axes.set_xlabel("ms a request, warm: every one, with median and quartiles")
    _rows(axes, benchmark, "Distributions")
    return any(times)


def _pagination(axes: Axes, benchmark: Benchmark) -> bool:
    for by, label in (("number", "by page number"), ("link", "by the page's next link")):
        answered = [depth for depth in benchmark.curve if depth.by == by and depth.status == 200]
        found = [(100 * depth.share, _ms(depth.seconds)) for depth in answered]
        if found:
            axes.plot(*zip(*found, strict=True), marker="o", label=label)
    axes.set_yscale("log")
    axes.set_xlabel("share of the list that lies before the page, %")
    axes.set_ylabel("ms a page, warm")
    axes.set_title(f"Pagination: {benchmark.variant}, {benchmark.contacts:,} contacts", loc="left")
    axes.grid(alpha=0.3)
    if benchmark.curve:
        axes.legend(loc="best")
    return bool(benchmark.curve)
