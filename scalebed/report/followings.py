"""How the replicas of each trial followed its load, for experiments in which an autoscaler owns their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scalebed import elasticity
from scalebed.elasticity import Curve, Elasticity, Milestones
from scalebed.histograms import decode
from scalebed.report.geometry import pct, px
from scalebed.results import Trial
from scalebed.spec import Experiment
from scalebed.timeline import is_error

HEIGHT = 180


@dataclass(frozen=True)
class Following:
    """One trial. Seconds are since its first arrival."""

    cell: str
    block: int
    seconds: int
    steps: tuple[tuple[float, Milestones], ...]
    """When the load rose, and what came of it."""
    elasticity: Elasticity | None
    """None where nobody said what one replica bears."""
    pod_seconds: float
    seconds_out: int
    """Of the SLO."""
    most: int
    """Replicas that received requests at once."""
    load: Curve
    wanted: Curve
    """Fewest replicas for the load; empty where nobody said what one bears."""
    desired: Curve
    receiving: Curve
    out: tuple[int, ...]
    """Seconds in which the SLO was broken."""


def followings(experiment: Experiment, trials: Sequence[Trial]) -> tuple[Following, ...]:
    """Of the trials that count and in which the scaling was looked at."""
    return tuple(_following(experiment, trial) for trial in trials if trial.supply)


def load_curve(experiment: Experiment) -> list[tuple[float, float]]:
    """Rate, or users, over the seconds of a trial."""
    begin, curve = 0.0, []
    levels: Sequence[tuple[float, float]] = [(level.rate, level.duration) for level in experiment.profile] or [
        (stage.users, stage.duration) for stage in experiment.stages
    ]
    for value, duration in levels:
        curve.append((begin, float(value)))
        begin += duration
    return curve


def _following(experiment: Experiment, trial: Trial) -> Following:
    load = load_curve(experiment)
    met = _met(experiment, trial)
    end = trial.duration_s
    bears = experiment.capacity_per_replica.get(trial.variant)
    least = experiment.autoscaler.min_replicas if experiment.autoscaler else 1
    wanted = elasticity.demand(load, bears, least) if bears and experiment.profile else []
    receiving = elasticity.curve(trial.supply)
    rises = elasticity.steps(load)
    changes = [*(at for at, _ in load), end]
    return Following(
        cell=trial.cell,
        block=trial.block,
        seconds=int(end),
        steps=tuple(
            (rise, elasticity.milestones(rise, trial.supply, met, min(at for at in changes if at > rise)))
            for rise in rises
            if rise < end
        ),
        elasticity=elasticity.elasticity(wanted, receiving, 0.0, end) if wanted else None,
        pod_seconds=elasticity.pod_seconds(elasticity.curve(trial.supply, "started"), 0.0, end),
        seconds_out=elasticity.seconds_out(met),
        most=max(look.receiving for look in trial.supply),
        load=load,
        wanted=wanted,
        desired=elasticity.curve(trial.supply, "desired"),
        receiving=receiving,
        out=tuple(second for second, good in enumerate(met) if not good),
    )


def _met(experiment: Experiment, trial: Trial) -> list[bool | None]:
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for record in trial.endpoints:
        of = counts[record.second]
        of[0] += record.count
        of[1] += decode(record.histogram).slower_than(experiment.slo.latency_ms)
        of[2] += record.count if is_error(record.status) else 0
    responses = {second: (of[0], of[1], of[2]) for second, of in counts.items()}
    slo = experiment.slo
    return elasticity.slo_met(responses, int(trial.duration_s), percentile=slo.percentile, error_rate=slo.error_rate)


@dataclass(frozen=True)
class Drawing:
    """Lines of a picture as wide as its page: points in percent across and pixels down."""

    height: int
    load: str
    wanted: str
    desired: str
    receiving: str
    out: tuple[tuple[float, float], ...]
    """Left edge and width of times out of the SLO, in percent."""
    highest_load: float
    highest: int
    """Replicas at the top."""
    alt: str


def draw(following: Following) -> Drawing:
    """The load and the replicas, each on a scale of its own from 0."""
    replicas = max(1, *(int(value) for curve in (following.wanted, following.desired) for _, value in curve))
    peak = max(value for _, value in following.load)
    return Drawing(
        height=HEIGHT,
        load=_line(following.load, following.seconds, peak),
        wanted=_line(following.wanted, following.seconds, replicas),
        desired=_line(following.desired, following.seconds, replicas),
        receiving=_line(following.receiving, following.seconds, replicas),
        out=tuple((pct(s / following.seconds), pct(1 / following.seconds)) for s in following.out),
        highest_load=peak,
        highest=replicas,
        alt=f"Load and replicas of {following.cell} in block {following.block}: at most {following.most} replicas "
        f"received requests, and {following.seconds_out} of {following.seconds} seconds were out of the SLO.",
    )


def _line(curve: Curve, seconds: int, top: float) -> str:
    """Steps, as points of a polyline in a box of 100 by `HEIGHT`."""
    points: list[tuple[float, float]] = []
    for at, value in curve:
        across, down = pct(min(max(at / seconds, 0.0), 1.0)), px(min(value / top, 1.0), HEIGHT)
        if points:
            points.append((across, points[-1][1]))
        points.append((across, down))
    if points:
        points.append((100.0, points[-1][1]))
    return " ".join(f"{across:g},{down:g}" for across, down in points)


def sentences(found: Sequence[Following]) -> tuple[str, ...]:
    """For each cell, what its trials had in common, as means over them."""
    told = []
    for cell in dict.fromkeys(each.cell for each in found):
        own = [each for each in found if each.cell == cell]
        out, of = sum(each.seconds_out for each in own), sum(each.seconds for each in own)
        pods = sum(each.pod_seconds for each in own) / len(own)
        text = f"{cell}: {out} of {of} seconds were out of the SLO, at {pods:.0f} replica-seconds a trial"
        ups = [m for each in own for _, m in each.steps if m.receiving is not None]
        if ups:
            mean = sum(m.receiving or 0.0 for m in ups) / len(ups)
            text += f"; the first new replica received requests {mean:.0f} s after the load rose"
        judged = [each.elasticity for each in own if each.elasticity is not None]
        if judged:
            n = len(judged)
            text += (
                f"; θU {sum(e.theta_under for e in judged) / n:.2f}, θO {sum(e.theta_over for e in judged) / n:.2f}, "
                f"τU {sum(e.tau_under for e in judged) / n:.2f}, τO {sum(e.tau_over for e in judged) / n:.2f}"
            )
        told.append(f"{text}.")
    return tuple(told)
