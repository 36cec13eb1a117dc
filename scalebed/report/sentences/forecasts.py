"""What a forecast comes to, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.spec import Metric
from scalebed.forecast.choice import RELIABLE, Aim
from scalebed.forecast.forecast import Forecast, Span
from scalebed.forecast.front import Score
from scalebed.forecast.tuning import Chosen, Tuning
from scalebed.measurement import elasticity
from scalebed.report.findings.followings import Following
from scalebed.report.sentences import figures


@dataclass(frozen=True)
class Row:
    """One way to have replicas, in a table."""

    name: str
    out: str
    """Seconds out of the SLO."""
    replica_seconds: str
    mean: str
    """Replicas at a time, as a mean."""
    price: str
    """Times the replica-seconds of the first row."""


def spanned(span: Span) -> str:
    """`49 (35–70)`: a mean and the band."""
    within = f"{figures.figure(span.low, like=span.mean)}{figures.DASH}{figures.figure(span.high, like=span.mean)}"
    mean = figures.figure(span.mean)
    return mean if span.low == span.high else f"{mean} ({within})"


def rows(forecast: Forecast, trials: Sequence[Following] = ()) -> list[Row]:
    """The autoscaler, what was measured of it, one who knows the load beforehand, and fixed numbers."""
    seconds, paid = forecast.load.seconds, forecast.of(lambda o: o.replica_seconds)
    ours = Row(
        "this autoscaler",
        spanned(forecast.of(lambda o: o.seconds_out)),
        spanned(paid),
        figures.figure(paid.mean / seconds),
        figures.times(1.0),
    )
    others = [(forecast.oracle.name, forecast.oracle), *((_fixed(each.replicas), each) for each in forecast.fixed)]
    return [
        ours,
        *(_measured(trials, paid.mean) if trials else ()),
        *(
            Row(
                name,
                figures.figure(each.seconds_out),
                figures.figure(each.replica_seconds),
                figures.figure(each.replica_seconds / seconds),
                figures.times(each.replica_seconds / paid.mean),
            )
            for name, each in others
        ),
    ]


def _measured(trials: Sequence[Following], price: float) -> Iterator[Row]:
    paid = [asked_for(each) for each in trials]
    mean = sum(paid) / len(paid)
    yield Row(
        f"measured, {figures.count(len(trials), 'trial')}",
        _range([float(each.seconds_out) for each in trials]),
        _range(paid),
        figures.figure(sum(paid) / sum(each.seconds for each in trials)),
        figures.times(mean / price),
    )


def _fixed(replicas: int | None) -> str:
    return f"always {figures.count(replicas or 0, 'replica')}"


def measured(forecast: Forecast, found: Sequence[Following]) -> list[str]:
    """What trials under the same load and the same autoscaler came to, beside what is forecast; empty of none."""
    if not found:
        return []
    outs, paid = [float(each.seconds_out) for each in found], [asked_for(each) for each in found]
    trials = figures.count(len(found), "trial")
    ours, cost = forecast.of(lambda o: o.seconds_out), forecast.of(lambda o: o.replica_seconds)
    within = sum(ours.low <= out <= ours.high for out in outs), sum(cost.low <= each <= cost.high for each in paid)
    told = (
        f"Measured in {trials}: out of the SLO for {_range(outs)} s, at {_range(paid)} replica-seconds; forecast: "
        f"{spanned(ours)} s, at {spanned(cost)}. {within[0]} and {within[1]} of {len(found)} lie in the bands."
    )
    return [told]


def asked_for(following: Following) -> float:
    """Replica-seconds of a trial as a forecast counts them: from when a replica was asked for until it was not."""
    return elasticity.pod_seconds(following.desired, 0.0, float(following.seconds))


def _range(values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    low, high = (figures.figure(end, like=mean) for end in (min(values), max(values)))
    return figures.figure(mean) if len(values) == 1 else f"{figures.figure(mean)} ({low} to {high})"


def headline(forecast: Forecast) -> str:
    """How long out of the SLO, and at what price."""
    out, paid = forecast.of(lambda o: o.seconds_out), forecast.of(lambda o: o.replica_seconds)
    seconds = forecast.load.seconds
    broken = f"is out of the SLO for {spanned(out)} of {seconds:,} seconds" if out.high else "stays within the SLO"
    return (
        f"Under {forecast.load.name}, {forecast.service.name} {broken}, at {spanned(paid)} replica-seconds: "
        f"{figures.figure(paid.mean / seconds)} replicas on average."
    )


def details(forecast: Forecast) -> list[str]:
    """What else there is to say, a sentence each."""
    return [*_rivals(forecast), *_following(forecast)]


def _rivals(forecast: Forecast) -> Iterator[str]:
    paid = forecast.of(lambda o: o.replica_seconds).mean
    best = forecast.fixed[-1]
    price, foresight = best.replica_seconds / paid, forecast.oracle.replica_seconds / paid
    if best.seconds_out:
        yield (
            f"No number of replicas carries all of it at all times: {best.replicas}, the best of them, would be out of "
            f"the SLO for {figures.figure(best.seconds_out)} s."
        )
        return
    yield (
        f"The fewest replicas that carry all of it at all times are {best.replicas}, at {figures.times(price)} the "
        f"replica-seconds; one who knew the load beforehand would need {figures.times(foresight)}."
    )


def _following(forecast: Forecast) -> Iterator[str]:
    def mean(name: str) -> str:
        return figures.percent(forecast.of(lambda o: float(getattr(o.elasticity, name))).mean)

    yield (
        f"There are too few replicas {mean('tau_under')} of the time, and over all of it {mean('theta_under')} of "
        f"those needed are lacking (τU, θU); too many {mean('tau_over')} of the time, and {mean('theta_over')} above "
        f"the need (τO, θO)."
    )
    failed = forecast.of(lambda o: o.failed_share)
    if failed.high >= 0.0001:
        yield f"{figures.percent(failed.mean, 2)} of the requests fail, as they wait too long or find no room."


def warnings(forecast: Forecast) -> list[str]:
    """What makes it mean less."""
    return list(_doubts(forecast))


def _doubts(forecast: Forecast) -> Iterator[str]:
    service, setting = forecast.service, forecast.setting
    if forecast.extrapolates:
        yield (
            f"More than {figures.count(service.largest, 'replica')}, the most that were measured, come into it: what "
            "these carry is what the scaling law of the measured ones says. Measure more of them where the answer "
            "hangs on it."
        )
    if service.law.peak < setting.spec.max_replicas:
        yield (
            f"By the scaling law of what was measured, more than {math.floor(service.law.peak)} replicas carry less "
            "than fewer do, and this autoscaler may have more."
        )
    if not service.has_intervals:
        yield (
            "A capacity has no interval, which takes three blocks: the band holds what clocks and starts do, and not "
            "how far the capacity is known."
        )
    if forecast.unreachable > 0.0005:
        yield (
            f"In {figures.percent(forecast.unreachable, 1)} of the seconds no number of replicas carries the load, by "
            "what was measured and its scaling law: what is lacking then is told as too little."
        )
    if forecast.beyond_reach - forecast.unreachable > 0.0005:
        yield (
            f"In {figures.percent(forecast.beyond_reach - forecast.unreachable, 1)} of the seconds the load needs more "
            f"than maxReplicas, {setting.spec.max_replicas}."
        )
    yield from _limits(forecast)


def _limits(forecast: Forecast) -> Iterator[str]:
    """What keeps an autoscaler from adding replicas as it should."""
    service, setting = forecast.service, forecast.setting
    behavior = setting.spec.behavior
    if behavior is not None and behavior.scale_up.select_policy == "Disabled":
        yield "Its behavior.scaleUp is Disabled: it never adds a replica."
        return
    if behavior is not None and setting.release == "1.34":
        own = (behavior.scale_up.tolerance, behavior.scale_down.tolerance)
        if any(tolerance is not None for tolerance in own):
            yield "Kubernetes 1.34 does not heed a tolerance in behavior; --release 1.37 does."
    cpu = [metric for metric in setting.spec.metrics if setting.of_cpu(metric)]
    if len(cpu) < len(setting.spec.metrics):
        return
    # How many times its target a replica at its limit uses, of each metric: the highest counts.
    most = max(_full_share(metric, service.limit_cores, setting.request_cores) for metric in cpu)
    if most <= 1 + setting.tolerance.up:
        yield (
            f"A replica at its limit uses {figures.figure(most)} × the target, which the tolerance of "
            f"{setting.tolerance.up:g} lets pass: this autoscaler never adds one. Lower the target."
        )
    elif most < 2:
        yield (
            f"A replica at its limit uses {figures.figure(most)} × the target, so that one decision asks for no more "
            f"than {figures.figure(most)} × as many; a request below the limit would let it see more."
        )


def _full_share(metric: Metric, limit: float, request: float) -> float:
    target = metric.target
    if target.average_value is not None:
        return limit * 1000 / milli(target.average_value)
    return limit / request * 100 / (target.average_utilization or math.inf)


_AIMS: dict[Aim, str] = {
    "cheaper": "costs least of those that are out of the SLO no longer than now",
    "safer": "is out of the SLO least of those that cost no more than now",
    "reliable": f"costs least of those that are out of the SLO for no more than {RELIABLE:.0%} of the time",
}
_FAILED: dict[Aim, str] = {
    "cheaper": "Nothing was found that costs less and is out of the SLO no longer than now",
    "safer": "Nothing was found that is out of the SLO for a shorter time and costs no more than now",
    "reliable": f"Nothing was found that is out of the SLO for no more than {RELIABLE:.0%} of the time; the nearest is",
}


def scored(score: Score) -> str:
    """A score in words."""
    return f"{outside(score)}, at {figures.figure(score.replicas)} replicas"


def outside(score: Score) -> str:
    """For what part of the time."""
    return f"out of the SLO {figures.percent(score.out, 1)} of the time" if score.out else "never out of the SLO"


def aim(chosen: Chosen, now: Score) -> str:
    """Why one of the three: what it is, and what it gains over the setting that there is."""
    choice, score = chosen.choice, chosen.choice.candidate.score
    why = f"It {_AIMS[choice.aim]}" if choice.gains else _FAILED[choice.aim]
    return f"{choice.aim.capitalize()}: {choice.candidate.knobs}. {why}: {scored(score)}, {against(score, now)}."


def against(score: Score, now: Score) -> str:
    """Both measures as multiples of those of the setting that there is."""
    price = f"{figures.times(score.replicas / now.replicas)} the replica-seconds"
    if not now.out or not score.out:
        return f"which is {price} of now{', and as never out of it' if not now.out and not score.out else ''}"
    return f"which is {price} and {figures.times(score.out / now.out)} the time out of the SLO of now"


def tuned(tuning: Tuning) -> str:
    """What a search came to, in a sentence."""
    name = tuning.now_forecasts[0].service.name
    now = tuning.now
    better = [each.choice.candidate.score for each in tuning.chosen if each.choice.candidate.score.beats(now)]
    if not better:
        return f"Nothing was found that is better for {name} than the setting that there is: {scored(now)}."
    # One second of it still counts: of two that are never out the cheaper one is told.
    most = min(better, key=lambda score: score.replicas * (score.out + 1 / tuning.loads[0].seconds))
    price = figures.times(most.replicas / now.replicas)
    said = f"For {price} the replica-seconds of now, {name} would be {outside(most)}"
    return f"{said}, in the place of {figures.percent(now.out, 1)}." if now.out else f"{said}, as it is now."


def _unbeaten(count: int) -> str:
    return "one is" if count == 1 else f"{count} are"


def searched(tuning: Tuning) -> list[str]:
    """What was tried, and what stands beside it."""
    ends = tuning.found[0].score, tuning.found[-1].score
    count, best = tuning.fixed[-1]
    tried = (
        f"The setting that there is: {scored(tuning.now)}. Of {len(tuning.tried):,} that were tried, "
        f"{_unbeaten(len(tuning.found))} beaten by no other: from {scored(ends[0])}, to {scored(ends[1])}."
    )
    beside = (
        f"Always {figures.count(count, 'replica')} would be {scored(best)}; one who knew each load beforehand: "
        f"{scored(tuning.oracle)}."
    )
    return [tried, beside]
