"""Lays forecasts and searches for settings out as pages, `report.html` and `report.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed import __version__
from scalebed.forecast.forecast import Forecast
from scalebed.forecast.front import Score
from scalebed.forecast.tuning import Tuning
from scalebed.report.charts.foreseen import foreseen
from scalebed.report.charts.fronts import Named, front_chart
from scalebed.report.charts.timelines import timeline
from scalebed.report.findings.followings import Following
from scalebed.report.output.templates import page, text
from scalebed.report.sentences import figures
from scalebed.report.sentences import forecasts as words


@dataclass(frozen=True)
class Source:
    """Where a forecast comes from."""

    run: str
    """The run's name."""
    started: str
    command: str
    manifests: Mapping[str, str]
    """Of autoscalers, by the files that they are in."""


def forecast_html(forecast: Forecast, source: Source, trials: Sequence[Following] = ()) -> str:
    """One page that fetches nothing. `trials` are those that were measured under the same load and autoscaler."""
    drawn = [(each, timeline(each)) for each in trials]
    return page(
        "forecast.html.j2", {**_of_forecast(forecast, source, trials), "chart": foreseen(forecast), "drawn": drawn}
    )


def forecast_markdown(forecast: Forecast, source: Source, trials: Sequence[Following] = ()) -> str:
    return text("forecast.md.j2", _of_forecast(forecast, source, trials))


def tuning_html(tuning: Tuning, source: Source) -> str:
    """One page that fetches nothing."""
    drawn = {
        "chart": _front(tuning),
        "now": [(one, foreseen(one)) for one in tuning.now_forecasts],
        "chosen": [(each, [(one, foreseen(one)) for one in each.forecasts]) for each in tuning.chosen],
    }
    return page("tuning.html.j2", {**_of_tuning(tuning, source), **drawn})


def tuning_markdown(tuning: Tuning, source: Source) -> str:
    return text("tuning.md.j2", _of_tuning(tuning, source))


def _of_forecast(forecast: Forecast, source: Source, trials: Sequence[Following]) -> dict[str, object]:
    return {**_basis(forecast, source), "forecast": forecast, "trials": trials}


def _of_tuning(tuning: Tuning, source: Source) -> dict[str, object]:
    return {**_basis(tuning.chosen[0].forecasts[0], source), "tuning": tuning}


def _basis(forecast: Forecast, source: Source) -> dict[str, object]:
    """What it rests on."""
    service = forecast.service
    most = max(int(forecast.receiving.max()), int(forecast.wanted.max()), service.largest)
    shown = {*range(1, min(most, 8) + 1), *service.capacities, most}
    return {
        "f": figures,
        "words": words,
        "version": __version__,
        "source": source,
        "service": service,
        "setting": forecast.setting,
        "draws": len(forecast.outcomes),
        "curve": [(n, rate) for n, rate in enumerate(service.curve(most).tolist()) if n in shown],
    }


def _front(tuning: Tuning) -> object:
    named = [Named("now", "now", tuning.now)]
    seen: dict[Score, str] = {}
    for chosen in tuning.chosen:
        score = chosen.choice.candidate.score
        seen[score] = f"{seen[score]}, {chosen.choice.aim}" if score in seen else chosen.choice.aim
    named += [Named(name, "chosen", score) for score, name in seen.items()]
    named += [Named(f"always {count}", "beside", score) for count, score in tuning.fixed]
    named.append(Named("oracle", "beside", tuning.oracle))
    return front_chart([c.score for c in tuning.tried], [c.score for c in tuning.found], named)
