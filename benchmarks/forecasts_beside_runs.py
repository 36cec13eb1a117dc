"""Set forecasts beside runs of kind `hpa`: a row for each, as Markdown, and a sentence on all of them.

    python benchmarks/forecasts_beside_runs.py CAPACITY_RUN HPA_RUN... [--out FOLDER]

Nothing but the capacity run, the load, the autoscaler and how long pods took to start in these runs goes into a
forecast. Runs of the same name and load are blocks of one experiment; trials that do not count are left out.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scalebed.cli.followed import Followed, followed
from scalebed.forecast import drawing
from scalebed.forecast.forecast import MOST_DRAWS, Forecast, foretell, span
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.simulation import Clients
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.followings import Following
from scalebed.report.findings.services import service_of
from scalebed.report.sentences import figures
from scalebed.report.sentences.forecasts import asked_for, spanned

HEAD = (
    "| Run | Trials | Out of the SLO, s | forecast | Replica-seconds | forecast | First new replica, s | forecast |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|\n"
)
NEAR_S, NEAR_OUT, NEAR_PAID = 5.0, 0.2, 0.05


def starts(trials: Sequence[Following]) -> tuple[float, ...]:
    """Seconds from when each further replica was asked for until it received requests."""
    found = []
    for trial in trials:
        for count in range(int(trial.desired[0][1]) + 1, int(max(value for _, value in trial.desired)) + 1):
            asked = next((at for at, value in trial.desired if value >= count), None)
            there = next((at for at, value in trial.receiving if value >= count), None)
            if asked is not None and there is not None and asked > 0:
                found.append(there - asked)
    return tuple(found)


def first_rise(values: Sequence[tuple[float, float]]) -> float | None:
    """When there were more than at the beginning."""
    return next((at for at, value in values if at > 0 and value > values[0][1]), None)


def forecast_of(service: Service, run: Followed) -> Forecast:
    """Under the load and the autoscaler of a run."""
    setting = Setting(run.spec, run.experiment.cpu_per_replica)
    worlds = drawing.worlds(service, MOST_DRAWS, setting.spec.max_replicas + 2, 7)
    return foretell(service, setting, run.load, worlds, Clients(most_waiting=run.waiting))


def row(name: str, trials: Sequence[Following], found: Forecast) -> tuple[str, bool, bool, int, int]:
    """As Markdown; whether the means of both measures are near, and how many trials lie in their bands."""
    outs, paid = [float(t.seconds_out) for t in trials], [asked_for(t) for t in trials]
    rises = [rise for t in trials if (rise := first_rise(t.receiving)) is not None]
    told = [
        float(np.argmax(o.course.receiving > o.course.receiving[0]))
        for o in found.outcomes
        if (o.course.receiving > o.course.receiving[0]).any()
    ]
    out, cost = found.of(lambda o: o.seconds_out), found.of(lambda o: o.replica_seconds)
    near = (
        abs(out.mean - np.mean(outs)) <= max(NEAR_S, NEAR_OUT * float(np.mean(outs))),
        abs(cost.mean / float(np.mean(paid)) - 1) <= NEAR_PAID,
    )
    cells = (
        name,
        f"{len(trials)}",
        _each(outs),
        spanned(out),
        _each(paid),
        spanned(cost),
        _each(rises) if rises else figures.DASH,
        spanned(span(told)) if told else figures.DASH,
    )
    held = sum(out.low <= each <= out.high for each in outs), sum(cost.low <= each <= cost.high for each in paid)
    return f"| {' | '.join(cells)} |\n", bool(near[0]), bool(near[1]), *held


def _each(values: Sequence[float]) -> str:
    """All of them, in their order."""
    return ", ".join(f"{value:.0f}" for value in values)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("capacity", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    known: defaultdict[str, list[Following]] = defaultdict(list)
    runs: dict[str, Followed] = {}
    for run in map(followed, asked.runs):
        name = f"{run.experiment.name}, up to {run.load.rates.max():g}/s"
        known[name] += run.trials
        runs[name] = run
    capacity = RunDirectory(asked.capacity)
    seen = starts([trial for trials in known.values() for trial in trials])
    service = service_of(capacity, analyse(capacity), None, seen)
    rows = [row(name, trials, forecast_of(service, runs[name])) for name, trials in sorted(known.items())]
    table = HEAD + "".join(each[0] for each in rows)
    trials = sum(len(each) for each in known.values())
    answer = (
        f"**Of {len(rows)} settings and loads in {trials} trials the mean time out of the SLO was forecast to "
        f"{NEAR_OUT:.0%} or {NEAR_S:.0f} s in {sum(each[1] for each in rows)}, and the replica-seconds to "
        f"{NEAR_PAID:.0%} in {sum(each[2] for each in rows)}.** In the bands lie {sum(each[3] for each in rows)} and "
        f"{sum(each[4] for each in rows)} of the trials. Pods took {min(seen):.0f} to {max(seen):.0f} s to "
        f"start, {np.mean(seen):.1f} s as a mean of {len(seen)}.\n"
    )
    print(table + "\n" + answer)
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "table.md").write_text(table, encoding="utf-8")
        (asked.out / "answer.md").write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    main()
