"""What `forecast` and `tune` do: a run, a load and an autoscaler, and what the one would make of the other."""

from __future__ import annotations

import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.settings import RELEASES, ReleaseName
from scalebed.autoscaling.spec import Spec
from scalebed.cli.console import ERR, OUT
from scalebed.cli.documents.forecasts import forecast_document, tuning_document
from scalebed.cli.followed import Followed, followed
from scalebed.cli.loads import load_of
from scalebed.cli.manifests import Named, chart_values, manifest, read
from scalebed.documents import show
from scalebed.experiment import duration
from scalebed.experiment.autoscaler import MOST_REPLICAS
from scalebed.forecast import drawing
from scalebed.forecast.forecast import Forecast, foretell, usual_draws
from scalebed.forecast.front import Score
from scalebed.forecast.knobs import Bench
from scalebed.forecast.load import Load
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.simulation import PATIENCE_S, Clients
from scalebed.forecast.tuning import Trying, Tuning, perturbed, tune
from scalebed.messages import UserError
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.followings import Following
from scalebed.report.findings.services import service_of
from scalebed.report.output import forecasts as pages
from scalebed.report.output.forecasts import Source
from scalebed.report.sentences import forecasts as words

_FEWEST_WORLDS, _MOST_WORLDS = 2, 8
_TUNE_SECONDS = 24_000
"""To be gone through by all worlds of a setting together, where there are not fewer than two."""
_SIMULATED = 12_000_000
"""Seconds that a search goes through where nobody says how many settings it shall try."""
_FEWEST_SETTINGS, _MOST_SETTINGS = 60, 400
_ANOTHER_SEED = 1_000_003
_DRAWN_SECONDS = 10_000_000
"""Of all draws of a forecast together: more would take gigabytes."""


class ForecastError(UserError):
    """What a forecast was not told, or was told wrongly; one sentence."""


@dataclass(frozen=True)
class Asked:
    """What both commands are told."""

    run: Path
    loads: Sequence[Path]
    hpa: Path | None
    variant: str | None
    start_up: str | None
    request: str | None
    release: str
    rate_metric: str | None
    patience: str | None
    in_flight: int | None
    seed: int
    as_json: bool

    @property
    def console(self) -> Console:
        return ERR if self.as_json else OUT


@dataclass(frozen=True)
class _Basis:
    service: Service
    setting: Setting
    loads: tuple[Load, ...]
    clients: Clients
    source: Source
    named: Named
    """The autoscaler as it is."""

    @property
    def needed(self) -> int:
        """Replicas for the highest rate, as far as a setting goes: a quarter more than by what was found, and one, as a
        capacity may be less than that."""
        highest = max(float(load.rates.max()) for load in self.loads)
        wanted = int(drawing.middle(self.service, MOST_REPLICAS).demand(np.array([highest])).max())
        return min(MOST_REPLICAS, math.ceil(wanted * 1.25) + 1)

    @property
    def reach(self) -> int:
        """Replicas that a world has to know."""
        return max(self.setting.spec.max_replicas, self.needed)


def forecast(asked: Asked, draws: int | None, measured: Path | None, out: Path | None) -> None:
    """Tell, and write, what an autoscaler will make of a load, beside what it made of it in a run, which also says what
    is not given otherwise. Raises UserError."""
    beside = None if measured is None else followed(measured)
    if beside is None and asked.hpa is None:
        raise ForecastError("--hpa: is missing: name a manifest, as kubectl get hpa NAME -o yaml prints it")
    if beside is None and not asked.loads:
        raise ForecastError("--load: is missing: name a profile, a table of rates or an access log")
    basis = _basis(asked, beside=beside, require_metric=True)
    (load,) = basis.loads
    if draws is not None and draws * load.seconds > _DRAWN_SECONDS:
        fewer = max(2, _DRAWN_SECONDS // load.seconds)
        raise ForecastError(f"--draws {draws}: do not fit into memory for {load.seconds:,} s; name {fewer} or fewer")
    if beside is not None and not beside.had(load):
        raise ForecastError(f"--measured {measured}: was under another load than {load.name}: leave out --load")
    if out is not None:
        _make(out)
    trials = () if beside is None else beside.trials
    worlds = drawing.worlds(basis.service, draws or usual_draws(load.seconds), basis.reach, asked.seed)
    found = foretell(basis.service, basis.setting, load, worlds, basis.clients)
    report = None
    if out is not None:
        report = out / "report.html"
        _write(
            out,
            {
                report.name: pages.forecast_html(found, basis.source, trials),
                "report.md": pages.forecast_markdown(found, basis.source, trials),
            },
        )
    _tell(asked.console, found, trials, report)
    if asked.as_json:
        show(forecast_document(found, trials, None if report is None else str(report)))


def search(asked: Asked, most_replicas: int | None, settings: int | None, folder: Path) -> None:
    """Look for settings, and write those that are worth having. Raises UserError."""
    basis = _basis(asked, most_replicas)
    _make(folder)
    bench = Bench(
        base=basis.setting,
        most_least=min(basis.setting.spec.max_replicas, basis.needed),
        signals=("cpu", "rate") if asked.rate_metric else ("cpu",),
        per_replica=float(basis.service.curve(1)[1]) * basis.service.per_arrival,
    )
    loads = perturbed(basis.loads)
    total = sum(load.seconds for load in loads)
    count = min(_MOST_WORLDS, max(_FEWEST_WORLDS, _TUNE_SECONDS // total))
    worlds = drawing.worlds(basis.service, count, basis.reach, asked.seed)
    tries = settings or min(_MOST_SETTINGS, max(_FEWEST_SETTINGS, _SIMULATED // (total * count)))
    # Not one of these was seen while it was searched.
    fresh = drawing.worlds(basis.service, 2 * count, basis.reach, asked.seed + _ANOTHER_SEED)
    trying = Trying(basis.service, loads, worlds, basis.clients)
    with _workers() as distribute, _counting(asked.console, tries) as told:
        found = tune(bench, trying, fresh, basis.loads, tries, distribute=distribute, told=told)
    files = _manifests(found, basis.named)
    source = replace(basis.source, manifests={name: text for name, text in files.items() if name.startswith("hpa-")})
    files |= {"report.html": pages.tuning_html(found, source), "report.md": pages.tuning_markdown(found, source)}
    _write(folder, files)
    _tell_tuning(asked.console, found, folder)
    if asked.as_json:
        show(tuning_document(found, str(folder)))


def _basis(
    asked: Asked,
    most_replicas: int | None = None,
    beside: Followed | None = None,
    *,
    require_metric: bool = False,
) -> _Basis:
    directory = RunDirectory(asked.run)
    analysis = analyse(directory)
    service = service_of(directory, analysis, asked.variant, _starts(asked.start_up))
    named = _autoscaler(asked, service, most_replicas, beside)
    where = asked.hpa or ("--max" if beside is None else "--measured")
    try:
        request = service.limit_cores if asked.request is None else _cores(asked.request)
        setting = Setting(named.spec, request, _release(asked.release), rate_metric=asked.rate_metric or "")
    except ValueError as error:
        raise ForecastError(f"{where}: {error}") from error
    if asked.rate_metric and require_metric and not any(map(setting.of_rate, setting.spec.metrics)):
        raise ForecastError(f"--rate-metric {asked.rate_metric}: is none of the metrics of {where}; name one of them")
    loads = tuple(load_of(file, service.per_arrival) for file in asked.loads) or ((beside.load,) if beside else ())
    patience = PATIENCE_S if asked.patience is None else _duration("--patience", asked.patience)
    waiting = asked.in_flight if asked.in_flight is not None or beside is None else beside.waiting
    clients = Clients(patience, math.inf if waiting is None else float(waiting))
    file = "hpa.yaml" if asked.hpa is None else asked.hpa.name
    source = Source(analysis.manifest.experiment.name, analysis.manifest.started, _command(), {file: manifest(named)})
    return _Basis(service, setting, loads, clients, source, named)


def _autoscaler(asked: Asked, service: Service, most_replicas: int | None, beside: Followed | None) -> Named:
    if asked.hpa is None:
        return Named(service.name, "", _usual(most_replicas) if beside is None else beside.spec)
    named = read(asked.hpa)
    if most_replicas is None:
        return named
    if most_replicas < named.spec.min_replicas:
        raise ForecastError(f"--max {most_replicas}: is below minReplicas, {named.spec.min_replicas}, of {asked.hpa}")
    return replace(named, spec=named.spec.model_copy(update={"max_replicas": most_replicas}))


def _usual(most: int | None) -> Spec:
    """What an autoscaler is that nobody told anything but its largest number."""
    if most is None:
        raise ForecastError("--max: is missing: say how many replicas there may be, or name a manifest with --hpa")
    return Spec(min_replicas=1, max_replicas=most)


def _starts(text: str | None) -> tuple[float, ...]:
    if text is None:
        return ()
    found = re.fullmatch(r"\s*(\S+?)\s*(?:-\s*(\S+)\s*)?", text)
    if found is None:
        raise ForecastError(f"--start-up {text}: must be a duration such as 5s, or two such as 4s-7s")
    low = _duration("--start-up", found[1])
    high = low if found[2] is None else _duration("--start-up", found[2])
    if high < low:
        raise ForecastError(f"--start-up {text}: begins with the longer one; name the shorter one first")
    # As if so many had been seen, evenly between the two.
    return tuple(low + (high - low) * step / 8 for step in range(9)) if high > low else (low,)


def _duration(option: str, text: str) -> float:
    try:
        return duration.seconds(text)
    except ValueError as error:
        raise ForecastError(f"{option} {text}: {error}") from error


def _cores(text: str) -> float:
    try:
        cores = milli(text) / 1000
    except (ValueError, OverflowError):
        raise ForecastError(f"--request {text[:40]}: must be a number of cores, such as 250m or 0.25") from None
    if not 0 < cores <= _MOST_CORES:
        raise ForecastError(f"--request {text[:40]}: must be more than none and at most {_MOST_CORES}, such as 250m")
    return cores


_MOST_CORES = 1024


def _release(text: str) -> ReleaseName:
    for known in RELEASES:
        if text == known:
            return known
    raise ForecastError(f"--release {text}: must be one of {', '.join(RELEASES)}, which the model follows")


def _manifests(found: Tuning, named: Named) -> dict[str, str]:
    files = {}
    for each in found.chosen:
        about = words.aim(each, found.now)
        files[f"hpa-{each.choice.aim}.yaml"] = manifest(replace(named, spec=each.setting.spec), about)
        files[f"values-{each.choice.aim}.yaml"] = chart_values(each.setting.spec, about)
    return files


def _make(folder: Path) -> None:
    """Before anything is calculated for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ForecastError(f"--out {folder}: cannot be made ({error.strerror}); name another folder") from error


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        for name, text in files.items():
            RunDirectory.write(folder / name, text)
    except OSError as error:
        raise ForecastError(f"--out {folder}: cannot be written ({error.strerror}); name another folder") from error


def _tell(console: Console, found: Forecast, trials: Sequence[Following], report: Path | None) -> None:
    console.print(_table(found, trials))
    told = (words.headline(found), *words.measured(found, trials), *words.details(found), *words.warnings(found))
    for sentence in told:
        console.print(sentence, markup=False, highlight=False)
    if report is not None:
        console.print(f"Report: {report}", soft_wrap=True, highlight=False, markup=False)


def _table(found: Forecast, trials: Sequence[Following]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("replicas by")
    for column in ("out of the SLO, s", "replica-seconds", "mean", "price"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in words.rows(found, trials):
        table.add_row(row.name, row.out, row.replica_seconds, row.mean, row.price)
    return table


def _tell_tuning(console: Console, found: Tuning, folder: Path) -> None:
    for sentence in (words.tuned(found), *words.searched(found)):
        console.print(sentence, markup=False, highlight=False)
    for each in found.chosen:
        console.print(f"  {words.aim(each, found.now)}", markup=False, highlight=False)
    for warning in words.warnings(found.now_forecasts[0]):
        console.print(warning, markup=False, highlight=False)
    console.print(
        f"Manifests and values: {folder}/hpa-*.yaml, {folder}/values-*.yaml\nReport: {folder / 'report.html'}",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


@contextmanager
def _workers() -> Iterator[Callable[[Callable[[Setting], Score], Sequence[Setting]], Iterable[Score]]]:
    """On as many cores as this process may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ProcessPoolExecutor(max_workers=count) as pool:
        yield lambda score, settings: pool.map(score, settings, chunksize=max(1, len(settings) // (4 * count)))


@contextmanager
def _counting(console: Console, of: int) -> Iterator[Callable[[int], None]]:
    with console.status(f"Trying settings: 0 of about {of}") as status:
        yield lambda tried: status.update(f"Trying settings: {tried} of about {of}")


def _command() -> str:
    return shlex.join(["scalebed", *sys.argv[1:]])
