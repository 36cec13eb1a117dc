"""What autoscalers will make of loads, for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from scalebed.documents import Document, Part, PathText
from scalebed.forecast.forecast import Forecast
from scalebed.forecast.front import Candidate, Score
from scalebed.forecast.outcome import Outcome
from scalebed.forecast.rivals import Rival
from scalebed.forecast.tuning import Chosen, Tuning
from scalebed.report.findings.followings import Following
from scalebed.report.sentences import forecasts as words


class SpanPart(Part):
    """A mean over draws, and between what 95% of them lie."""

    mean: float
    low: float
    high: float


class RivalPart(Part):
    """Another way to have replicas, on the same load."""

    name: str
    replicas: int | None
    """Null of one that changes them."""
    seconds_out: float
    replica_seconds: float


class ForecastPart(Part):
    """One setting under one load."""

    load: str
    seconds: int
    draws: int
    seconds_out: SpanPart
    """Seconds out of the SLO."""
    replica_seconds: SpanPart
    most_replicas: SpanPart
    failed_share: SpanPart
    """Of all requests."""
    theta_under: SpanPart
    theta_over: SpanPart
    tau_under: SpanPart
    tau_over: SpanPart
    instability: SpanPart
    rivals: tuple[RivalPart, ...]
    extrapolates: bool
    """Whether more replicas come into it than were measured."""
    warnings: tuple[str, ...]


class MeasuredPart(Part):
    """One trial under the same load and autoscaler."""

    block: int
    seconds_out: float
    replica_seconds: float
    """From when each replica was asked for until it was not, as a forecast counts them."""


class ForecastDocument(Document):
    """What `scalebed forecast --json` prints."""

    service: str
    forecast: ForecastPart
    measured: tuple[MeasuredPart, ...]
    """Of `--measured`."""
    hpa: dict[str, Any]
    """The autoscaler's spec."""
    report: PathText | None
    """Null where none was written."""
    exit_code: Literal[0] = 0


class SettingPart(Part):
    """What a setting comes to over all loads, as they are, with more and faster: means."""

    settings: str
    """In words."""
    out_share: float
    """Of all seconds, out of the SLO."""
    replicas: float
    """That are paid for."""


class ChoicePart(Part):
    """One that is worth a look."""

    aim: Literal["cheaper", "safer", "reliable"]
    gains: bool
    """Whether it gets what it aims at."""
    setting: SettingPart
    hpa: dict[str, Any]
    """The autoscaler's spec."""
    forecasts: tuple[ForecastPart, ...]
    """On each load as it is."""
    why: str


class TuneDocument(Document):
    """What `scalebed tune --json` prints."""

    service: str
    tried: int
    now: SettingPart
    now_forecasts: tuple[ForecastPart, ...]
    front: tuple[SettingPart, ...]
    """Those that no other beats, by what they cost."""
    choices: tuple[ChoicePart, ...]
    fixed: tuple[SettingPart, ...]
    """Numbers of replicas that never change; the last one carries all loads."""
    oracle: SettingPart
    """One who knows each load beforehand."""
    folder: PathText
    """Of the manifests, the values and the report."""
    exit_code: Literal[0] = 0


def forecast_document(found: Forecast, trials: Sequence[Following], report: str | None) -> ForecastDocument:
    """A forecast as it is printed."""
    return ForecastDocument(
        service=found.service.name,
        forecast=_forecast(found),
        measured=tuple(
            MeasuredPart(block=each.block, seconds_out=each.seconds_out, replica_seconds=words.asked_for(each))
            for each in trials
        ),
        hpa=found.setting.spec.model_dump(by_alias=True, exclude_none=True, mode="json"),
        report=report,
    )


def tuning_document(found: Tuning, folder: str) -> TuneDocument:
    """A search for settings as it is printed."""
    return TuneDocument(
        service=found.now_forecasts[0].service.name,
        tried=len(found.tried),
        now=_setting("now", found.now),
        now_forecasts=tuple(_forecast(each) for each in found.now_forecasts),
        front=tuple(_candidate(each) for each in found.found),
        choices=tuple(_choice(each, found.now) for each in found.chosen),
        fixed=tuple(_setting(f"always {count}", score) for count, score in found.fixed),
        oracle=_setting("oracle", found.oracle),
        folder=folder,
    )


def _choice(chosen: Chosen, now: Score) -> ChoicePart:
    return ChoicePart(
        aim=chosen.choice.aim,
        gains=chosen.choice.gains,
        setting=_candidate(chosen.choice.candidate),
        hpa=chosen.setting.spec.model_dump(by_alias=True, exclude_none=True, mode="json"),
        forecasts=tuple(_forecast(each) for each in chosen.forecasts),
        why=words.aim(chosen, now),
    )


def _candidate(candidate: Candidate) -> SettingPart:
    return _setting(str(candidate.knobs), candidate.score)


def _setting(name: str, score: Score) -> SettingPart:
    return SettingPart(settings=name, out_share=score.out, replicas=score.replicas)


def _forecast(found: Forecast) -> ForecastPart:
    def of(measure: Callable[[Outcome], float]) -> SpanPart:
        span = found.of(measure)
        return SpanPart(mean=span.mean, low=span.low, high=span.high)

    return ForecastPart(
        load=found.load.name,
        seconds=found.load.seconds,
        draws=len(found.outcomes),
        seconds_out=of(lambda o: o.seconds_out),
        replica_seconds=of(lambda o: o.replica_seconds),
        most_replicas=of(lambda o: o.most),
        failed_share=of(lambda o: o.failed_share),
        theta_under=of(lambda o: o.elasticity.theta_under),
        theta_over=of(lambda o: o.elasticity.theta_over),
        tau_under=of(lambda o: o.elasticity.tau_under),
        tau_over=of(lambda o: o.elasticity.tau_over),
        instability=of(lambda o: o.elasticity.instability),
        rivals=tuple(_rival(each) for each in (found.oracle, *found.fixed)),
        extrapolates=found.extrapolates,
        warnings=tuple(words.warnings(found)),
    )


def _rival(rival: Rival) -> RivalPart:
    return RivalPart(
        name=rival.name,
        replicas=rival.replicas,
        seconds_out=rival.seconds_out,
        replica_seconds=rival.replica_seconds,
    )
