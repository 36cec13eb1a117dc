"""How the replicas of each trial followed its load, for experiments in which an autoscaler owns their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scalebed.experiment.autoscaler import Tolerance
from scalebed.experiment.spec import Experiment
from scalebed.measurement import elasticity
from scalebed.measurement.elasticity import Curve, Elasticity, Milestones
from scalebed.records.run_directory import Trial
from scalebed.report.findings.seconds import seconds
from scalebed.report.sentences import figures

STAGES = {
    "metric_moved": ("metric moved", "until the metric moved"),
    "desired": ("more wanted", "until more were wanted"),
    "scheduled": ("scheduled", "until a node was found"),
    "started": ("started", "until it started"),
    "ready": ("ready", "until it was ready"),
    "receiving": ("receiving", "until a request reached it"),
}
"""A scaling's `elasticity.Milestones`, in their order: as a column, and in a sentence."""


@dataclass(frozen=True)
class Following:
    """One trial. Seconds are since its first arrival."""

    cell: str
    variant: str
    block: int
    seconds: int
    steps: tuple[tuple[float, Milestones], ...]
    """When the load rose, and what came of it."""
    elasticity: Elasticity | None
    """None where nobody said what one replica sustains."""
    pod_seconds: float
    seconds_out: int
    """Seconds out of the SLO."""
    most: int
    """Replicas that received requests at once."""
    load: Curve
    wanted: Curve
    """Fewest replicas for the load; empty where nobody said what one sustains."""
    desired: Curve
    receiving: Curve
    out: tuple[int, ...]
    """Seconds in which the SLO was broken."""


def followings(experiment: Experiment, trials: Sequence[Trial], kubernetes: str = "") -> tuple[Following, ...]:
    """How the scaling followed in trials that count and sampled it; `kubernetes` is the cluster's version."""
    tolerance = experiment.autoscaler.tolerance(kubernetes) if experiment.autoscaler else Tolerance()
    return tuple(_following(experiment, trial, tolerance) for trial in trials if trial.supply)


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


def load_unit(experiment: Experiment) -> str:
    """The unit of the values of `load_curve`."""
    return "requests a second" if experiment.profile else "users"


def _following(experiment: Experiment, trial: Trial, tolerance: Tolerance) -> Following:
    load = load_curve(experiment)
    met = _met(experiment, trial)
    end = trial.duration_s
    sustained = experiment.capacity_per_replica.get(trial.variant)
    least = experiment.autoscaler.min_replicas if experiment.autoscaler else 1
    wanted = elasticity.demand(load, sustained, least) if sustained and experiment.profile else []
    receiving = elasticity.curve(trial.supply)
    rises = elasticity.steps(load)
    changes = [*(at for at, _ in load), end]
    return Following(
        cell=trial.cell,
        variant=trial.variant,
        block=trial.block,
        seconds=int(end),
        steps=tuple(
            (rise, elasticity.milestones(rise, trial.supply, met, min(at for at in changes if at > rise), tolerance.up))
            for rise in rises
            if rise < end
        ),
        elasticity=elasticity.elasticity(wanted, receiving, 0.0, end) if wanted else None,
        pod_seconds=elasticity.pod_seconds(elasticity.curve(trial.supply, "started"), 0.0, end),
        seconds_out=elasticity.seconds_out(met),
        most=max(sample.receiving for sample in trial.supply),
        load=load,
        wanted=wanted,
        desired=elasticity.curve(trial.supply, "desired"),
        receiving=receiving,
        out=tuple(second for second, good in enumerate(met) if not good),
    )


def _met(experiment: Experiment, trial: Trial) -> list[bool | None]:
    slo = experiment.slo
    responses = {
        number: (second.requests, second.late + second.failed.total(), second.failed.total())
        for number, second in enumerate(seconds(trial, slo))
    }
    return elasticity.slo_met(responses, int(trial.duration_s), percentile=slo.percentile, error_rate=slo.error_rate)


def headline(experiment: Experiment, found: Sequence[Following]) -> str:
    """What a rise of the load did to the SLO, for each variant; empty where the load never rises."""
    load = load_curve(experiment)
    rises = elasticity.steps(load)
    # A trial that was broken off before the load rose tells nothing of it.
    risen = [each for each in found if each.steps]
    if not risen:
        return ""
    (before, after) = next((old, new) for (_, old), (at, new) in pairwise(load) if at == rises[0])
    told = [f"{variant} {_recovery(own)}" for variant, own in _by_variant(risen)]
    return f"When the load rises from {before:g} to {after:g} {load_unit(experiment)}, {'; '.join(told)}."


def _by_variant(found: Sequence[Following]) -> list[tuple[str, list[Following]]]:
    names = dict.fromkeys(each.variant for each in found)
    return [(name, [each for each in found if each.variant == name]) for name in names]


def _recovery(own: Sequence[Following]) -> str:
    times = [milestones.slo_met for each in own for _, milestones in each.steps]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        often = f" after {len(times) - len(known)} of {len(times)} rises" if len(times) > 1 else ""
        return f"does not meet the SLO again before it falls{often}"
    if max(known) == 0:
        return "goes on meeting the SLO"
    low, high = f"{min(known):.0f}", f"{max(known):.0f}"
    return f"meets the SLO again after {low if low == high else f'{low}{figures.DASH}{high}'} s"


def sentences(experiment: Experiment, found: Sequence[Following]) -> tuple[str, ...]:
    """For each variant, what its trials had in common, as means over them."""
    told = []
    variants = _by_variant(found)
    for variant, own in variants:
        out, of = sum(each.seconds_out for each in own), sum(each.seconds for each in own)
        pods = sum(each.pod_seconds for each in own) / len(own)
        whose = f"{variant}: " if len(variants) > 1 else ""
        text = f"{out:,} of {of:,} seconds were out of the SLO, at {pods:,.0f} replica-seconds a trial"
        if experiment.autoscaler:
            most = experiment.autoscaler.max_replicas
            share = pods * len(own) / (of * most)
            text += f", {figures.percent(share)} of what {figures.count(most, 'replica')} all the time would cost"
        told.append(f"{whose}{text}.")
        told += [f"{whose}{more}" for more in (_first_replica(own), _accuracy(own)) if more]
    return tuple(told)


def _first_replica(own: Sequence[Following]) -> str:
    ups = [milestones for each in own for _, milestones in each.steps if milestones.receiving is not None]
    if not ups:
        return ""
    mean = sum(m.receiving or 0.0 for m in ups) / len(ups)
    splits = {key: sum(m.splits().get(key, 0.0) for m in ups) / len(ups) for key in STAGES}
    parts = [f"{seconds:.0f} s {STAGES[key][1]}" for key, seconds in splits.items() if seconds >= 0.5]
    return f"The first new replica received requests {mean:.0f} s after the load rose: {', '.join(parts)}."


def _accuracy(own: Sequence[Following]) -> str:
    judged = [each.elasticity for each in own if each.elasticity is not None]
    if not judged:
        return ""

    def mean(of: Callable[[Elasticity], float]) -> str:
        return figures.percent(sum(of(each) for each in judged) / len(judged))

    return (
        f"There were too few replicas {mean(lambda e: e.tau_under)} of the time, and over all of it "
        f"{mean(lambda e: e.theta_under)} of those needed were lacking (τU, θU); too many "
        f"{mean(lambda e: e.tau_over)} of the time, and {mean(lambda e: e.theta_over)} above the need (τO, θO)."
    )
