"""The scenarios of one call beside one another: what each variant got, and what was checked of its answers.

Unlike a report, this shows every valid trial, whether it met the SLO or not: a scenario compares what variants cost
at one load.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scalebed.experiment.spec import Experiment
from scalebed.experiment.workloads import workloads
from scalebed.measurement import histograms
from scalebed.records.run_directory import Manifest, RunDirectory, Trial
from scalebed.report.findings import caveats, leak
from scalebed.report.findings.views import MEASURES, Analysis, Caveat
from scalebed.report.sentences import figures
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval


@dataclass(frozen=True)
class Figure:
    """One thing that a trial tells, in its unit; None where it does not tell."""

    key: str
    name: str
    of: Callable[[Trial], float | None]


def _milliseconds(part: str) -> Callable[[Trial], float | None]:
    return lambda trial: 1000 * trial.cpu_s_per_request[part] if part in trial.cpu_s_per_request else None


def _cpu(trial: Trial) -> float:
    return 1000 * trial.serving_cpu_s_per_request


def _database_time(trial: Trial) -> float | None:
    seconds = trial.database_time_s_per_request
    return None if seconds is None else 1000 * seconds


FIGURES: tuple[Figure, ...] = (
    Figure("served", "served, requests/s", lambda trial: trial.rate_achieved),
    Figure("p50_ms", "p50, ms", lambda trial: trial.latency_ms.get("p50")),
    Figure("p95_ms", "p95, ms", lambda trial: trial.latency_ms.get("p95")),
    Figure("cpu_ms", f"{MEASURES['cpu'].name}, ms/request", _cpu),
    Figure("cpu_ms_service", "CPU service, ms/request", _milliseconds("service")),
    Figure("cpu_ms_database", "CPU database, ms/request", _milliseconds("database")),
    Figure("database_time_ms", "database time, ms/request", _database_time),
)


@dataclass(frozen=True)
class Row:
    """What one variant got in a scenario, all blocks together. Figures and ratios are by `Figure.key`."""

    variant: str
    figures: dict[str, Interval]
    ratios: dict[str, Interval]
    """To the outcome's base, paired by block; none of the base itself."""
    requests: int
    errors: dict[str, int]
    slo: str
    """`met`, `missed`, `undecided`, `INVALID` or `not measured`."""
    checks: tuple[str, ...]
    """What was checked, and how it went."""
    failed: tuple[str, ...]
    """Those checks that failed, and why there is nothing to look at where there is nothing."""
    caveats: tuple[Caveat, ...] = ()
    """What makes its figures mean less."""


@dataclass(frozen=True)
class Outcome:
    """One scenario's run."""

    manifest: Manifest
    base: Row
    others: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The base, and then the others as the experiment has them."""
        return (self.base, *self.others)

    @property
    def experiment(self) -> Experiment:
        return self.manifest.experiment

    @property
    def closed(self) -> bool:
        """Users wait for their answers, so how many requests are served is a result."""
        return self.experiment.traits.counts_answers

    @property
    def load(self) -> str:
        """`5/s`, or `50 users (closed)`."""
        if self.closed:
            return f"{self.experiment.crowd} (closed)"
        return f"{figures.listing([f'{rate:g}' for rate in self.experiment.rates])}/s"


def outcome(directory: RunDirectory, analysis: Analysis, base: str | None = None) -> Outcome:
    """What a scenario's run shows; ratios are to the variant named, or the first. Raises `RunDirectoryError`."""
    manifest = directory.manifest()
    names = [variant.name for variant in manifest.experiment.variants]
    first = names[0] if base is None else base
    by_variant: dict[str, list[Trial]] = {name: [] for name in sorted(names, key=lambda name: name != first)}
    for trial in directory.trials():
        by_variant[trial.variant].append(trial)
    measured = {name: _measured(trials) for name, trials in by_variant.items()}
    minded = {cell.variant: caveats.of_cell(analysis.caveats, cell.id) for cell in analysis.cells}
    rough = {name for name, found in minded.items() if any(caveat.kind == "rough" for caveat in found)}
    base_row, *others = (
        replace(
            _row(
                name,
                manifest.experiment,
                by_variant[name],
                measured[name],
                {} if name == first or {name, first} & rough else measured[first],
            ),
            caveats=minded.get(name, ()),
        )
        for name in by_variant
    )
    return Outcome(manifest, base_row, tuple(others))


Blocks = dict[str, dict[int, float]]


def _measured(trials: Sequence[Trial]) -> Blocks:
    """By figure, then by block: of its last valid trial that nothing disturbed. What is 0 has no ratio, and does not
    count."""
    valid = {trial.block: trial for trial in trials if trial.verdict != "INVALID" and not trial.disturbed}
    found = {
        figure.key: {block: value for block, trial in valid.items() if (value := figure.of(trial))}
        for figure in FIGURES
    }
    return {key: blocks for key, blocks in found.items() if blocks}


def _row(
    name: str,
    experiment: Experiment,
    trials: Sequence[Trial],
    measured: Blocks,
    base: Blocks,
) -> Row:
    valid = [trial for trial in trials if trial.verdict != "INVALID"]
    errors: Counter[str] = Counter()
    for trial in valid:
        errors.update(trial.errors)
    passed, failed = _checks(experiment, trials)
    if trials and not valid:
        failed = (*failed, f"no valid trial: {trials[-1].reasons[0]}")
    ratios = {key: intervals.ratio(blocks, base[key]) for key, blocks in measured.items() if key in base}
    return Row(
        variant=name,
        figures={key: i for key, blocks in measured.items() if (i := intervals.geometric(blocks.values())) is not None},
        ratios={key: ratio for key, ratio in ratios.items() if ratio is not None},
        requests=sum(trial.requests for trial in valid),
        errors=dict(errors),
        slo=_slo(trials, valid),
        checks=(*passed, *failed),
        failed=failed,
    )


def _slo(trials: Sequence[Trial], valid: Sequence[Trial]) -> str:
    if not valid:
        return "INVALID" if trials else "not measured"
    verdicts = {trial.verdict for trial in valid}
    if "FAIL" in verdicts:
        return "missed"
    return "undecided" if "UNDECIDED" in verdicts else "met"


def _checks(experiment: Experiment, trials: Sequence[Trial]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences on what was right, and on what was not.

    Of INVALID trials too: a busy host spoils latencies, but it loses no update and leaks no memory.
    """
    right: list[str] = []
    wrong: list[str] = []
    counted: dict[str, tuple[int, int]] = {}
    for trial in trials:
        for check in trial.checks:
            passed, failed = counted.get(check.check, (0, 0))
            counted[check.check] = passed + check.passed, failed + check.failed
    for sentence, (passed, failed) in counted.items():
        said = f"{sentence}: {passed:,} of {passed + failed:,}"
        (wrong if failed else right).append(said)
    workload = workloads().get(experiment.workload)
    if trials and workload is not None and workload.asserts and not counted:
        wrong.append("nothing was checked, although the workload does")
    growths = [growth for trial in trials for growth in leak.growths(trial)]
    if growths:
        said = figures.listing([_growth(growth) for growth in growths])
        (wrong if leak.worst(growths) == "leak" else right).append(f"memory of each replica {said}")
    valid = [trial for trial in trials if trial.verdict != "INVALID"]
    if experiment.stages and valid:
        right.append(_stages(experiment, valid))
    return tuple(right), tuple(wrong)


def _growth(growth: leak.Growth) -> str:
    return f"{growth.slope:+.2f} MiB/min ({growth.lower:+.2f} to {growth.upper:+.2f}): {growth.verdict}"


def _stages(experiment: Experiment, trials: Sequence[Trial]) -> str:
    """The p95 of each stage; what ended in a stage belongs to it."""
    said, begins = [], 0.0
    for stage in experiment.stages:
        ends = begins + stage.duration
        records = [r for trial in trials for r in trial.endpoints if begins <= r.second < ends]
        latencies = histograms.merge([r.histogram for r in records if not r.failure])
        failed = sum(r.count for r in records if r.failure)
        p95 = figures.milliseconds(latencies.percentile_ms(95, failed))
        said.append(f"{p95} with {stage.users}")
        begins = ends
    return f"p95 {', '.join(said)} users"


COLUMNS = (
    *("scenario", "variant", "load", "requests", "errors", "slo", "caveats", "checks", "failed"),
    *(f"{figure.key}{suffix}" for figure in FIGURES for suffix in ("", "_lower", "_upper")),
    *(f"{figure.key}_ratio{suffix}" for figure in FIGURES for suffix in ("", "_lower", "_upper")),
)


def combined_csv(outcomes: Sequence[Outcome]) -> str:
    """A line for each scenario and variant; limits are of 95% intervals over blocks, and empty below three."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for each in outcomes:
        for row in each.rows:
            line: dict[str, object] = {
                "scenario": each.experiment.name,
                "variant": row.variant,
                "load": each.load,
                "requests": row.requests,
                "errors": sum(row.errors.values()),
                "slo": row.slo,
                "caveats": "; ".join(caveat.kind for caveat in row.caveats),
                "checks": "; ".join(row.checks),
                "failed": len(row.failed),
            }
            for key, interval in row.figures.items():
                line |= _limits(key, interval)
            for key, interval in row.ratios.items():
                line |= _limits(f"{key}_ratio", interval)
            writer.writerow(line)
    return text.getvalue()


def _limits(key: str, interval: Interval) -> dict[str, str]:
    values = {key: interval.estimate, f"{key}_lower": interval.lower, f"{key}_upper": interval.upper}
    return {name: "" if value is None else f"{value:.6g}" for name, value in values.items()}


def errors_of(row: Row) -> str:
    return ", ".join(f"{n:,} × {kind}" for kind, n in row.errors.items()) or "none"
