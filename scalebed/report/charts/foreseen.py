"""The picture of a forecast: load and replicas over time, with how far they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.forecast.forecast import BAND, Forecast
from scalebed.report.charts import axes
from scalebed.report.charts.geometry import Tick, pct, px
from scalebed.report.sentences import figures

HEIGHT = 220
_POINTS = 480
"""Across, at most: more than a page has pixels for tells nothing."""
_TICKS_S = (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Foreseen:
    """Outlines as wide as their page: points in percent across and pixels down."""

    title: str
    height: int
    load: str
    wanted: str
    receiving: str
    """The median's line."""
    band: str
    """The outline of where the replicas are in 95% of the worlds."""
    out: tuple[tuple[float, float, float], ...]
    """Left edge and width of times out of the SLO, in percent, and in what share of the worlds."""
    seconds: tuple[Tick, ...]
    replicas: tuple[Tick, ...]
    loads: tuple[Tick, ...]
    alt: str


def foreseen(forecast: Forecast) -> Foreseen:
    """The load and the replicas, each on a scale of its own from 0."""
    seconds = forecast.load.seconds
    edges = np.unique(np.linspace(0, seconds, min(_POINTS, seconds) + 1).astype(np.int64))
    starts = edges[:-1]
    low, middle, high = (forecast.band(share) for share in (BAND[0], 0.5, BAND[1]))
    rates = np.maximum.reduceat(forecast.load.rates, starts)
    wanted = np.maximum.reduceat(forecast.wanted, starts).astype(np.float64)
    highest = np.maximum.reduceat(high, starts)
    lowest = np.minimum.reduceat(low, starts)
    median = middle[starts]
    out = np.add.reduceat(forecast.out_share, starts) / np.diff(edges)
    count = axes.linear([float(wanted.max()), float(highest.max())], most=6)
    rate = axes.linear([float(rates.max())], most=4)
    across = edges / seconds
    every = axes.spacing(seconds, _TICKS_S)
    whole = tuple(tick for tick in count.ticks if tick == round(tick))
    return Foreseen(
        title=forecast.load.name,
        height=HEIGHT,
        load=f"0,{HEIGHT} {_steps(across, rates / rate.high)} 100,{HEIGHT}",
        wanted=_steps(across, wanted / count.high),
        receiving=_steps(across, median / count.high),
        band=f"{_steps(across, highest / count.high)} {_back(across, lowest / count.high)}",
        out=_runs(across, out),
        seconds=tuple(Tick(pct(s / seconds), clock(s, seconds)) for s in range(0, seconds + 1, every)),
        replicas=tuple(Tick(px(count.at(tick), HEIGHT), count.label(tick)) for tick in whole),
        loads=tuple(Tick(px(rate.at(tick), HEIGHT), rate.label(tick)) for tick in rate.ticks),
        alt=f"Load and replicas under {forecast.load.name}: the load comes to {figures.figure(float(rates.max()))} a "
        f"second, and needs {int(wanted.max())} replicas; between {int(lowest.min())} and {int(highest.max())} receive "
        f"requests, and {figures.figure(forecast.of(lambda o: o.seconds_out).mean)} of {seconds:,} seconds are out of "
        "the SLO.",
    )


def clock(second: int, of: int) -> str:
    """A moment for people: in seconds, or where the whole is long in hours and minutes."""
    return f"{second}" if of <= 1800 else f"{second // 3600}:{second // 60 % 60:02d}"


def _steps(across: Floats, shares: Floats) -> str:
    points = []
    for begin, end, share in zip(across[:-1], across[1:], shares, strict=True):
        down = px(min(float(share), 1.0), HEIGHT)
        points += [f"{pct(float(begin)):g},{down:g}", f"{pct(float(end)):g},{down:g}"]
    return " ".join(points)


def _back(across: Floats, shares: Floats) -> str:
    """The same from the end to the beginning."""
    return " ".join(reversed(_steps(across, shares).split(" ")))


def _runs(across: Floats, shares: Floats) -> tuple[tuple[float, float, float], ...]:
    """Parts of the same share, as one."""
    runs: list[list[float]] = []
    told: Sequence[float] = [round(float(share), 2) for share in shares]
    for begin, end, share in zip(across[:-1], across[1:], told, strict=True):
        if runs and runs[-1][2] == share:
            runs[-1][1] = float(end)
        else:
            runs.append([float(begin), float(end), share])
    return tuple((pct(begin), pct(end - begin), share) for begin, end, share in runs if share > 0)
